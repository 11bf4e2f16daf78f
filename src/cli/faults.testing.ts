// Loaded before a program (--import): kills it, or fills its disk, at a chosen one of the changes that it makes to files.
//
// VANTAGE_FAULT is "count", "kill:N" or "full:N": counted from 1; a write that is the Nth is torn, half of it being done. With
// "full" every write from the Nth on fails as on a full disk. "count" says on the last line of stderr how many there were.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { isMainThread } from "node:worker_threads";

type Call = (...args: never[]) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: functions of every signature are wrapped alike
type Calls = Record<string, any>;

const plan = process.env.VANTAGE_FAULT;
// Processes that this one starts are left alone.
delete process.env.VANTAGE_FAULT;
const [kind, number] = plan?.split(":") ?? [];
const chosen = Number(number);
let changes = 0;

/** Counts a change; `tear` does half of it. True where it must fail. */
function fails(isWrite: boolean, tear?: () => unknown): boolean {
  changes++;
  if (kind === "full") return isWrite && changes >= chosen;
  if (kind !== "kill" || changes !== chosen) return false;
  tear?.();
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

const full = () => Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });

function wrap(of: Calls, name: string, make: (original: Call) => Call): void {
  const original = of[name] as Call;
  // With what promisify keeps beside a function.
  of[name] = Object.defineProperties(make(original), Object.getOwnPropertyDescriptors(original));
}

if (isMainThread && plan !== undefined) {
  const calls = fs as unknown as Calls;
  const opens = (flags: unknown) =>
    typeof flags === "number" ? (flags & fs.constants.O_CREAT) !== 0 : /[wa]/.test(`${flags}`);
  const half = (fd: number, bytes: Uint8Array, offset = 0, length = bytes.length - offset, position?: number | null) =>
    writeNow(fd, bytes, offset, length >> 1, position);
  const writeNow = fs.writeSync;
  for (const name of ["renameSync", "rmSync", "mkdirSync", "fsyncSync", "ftruncateSync", "rmdirSync"]) {
    wrap(calls, name, (original) => (...args) => {
      fails(false);
      return original(...args);
    });
  }
  wrap(calls, "openSync", (original) => (...args: unknown[]) => {
    if (opens(args[1])) fails(false);
    return (original as (...all: unknown[]) => unknown)(...args);
  });
  wrap(calls, "writeSync", (original) => (...args: unknown[]) => {
    const [fd, bytes, offset, length, position] = args as [number, Uint8Array, number?, number?, number?];
    if (fd > 2 && fails(true, () => half(fd, bytes, offset, length, position))) throw full();
    return (original as (...all: unknown[]) => unknown)(...args);
  });
  wrap(calls, "write", (original) => (...args: unknown[]) => {
    const [fd, bytes, offset, length, position] = args as [number, Uint8Array, number?, number?, number?];
    const done = args.at(-1) as (error: Error) => void;
    if (fd > 2 && fails(true, () => half(fd, bytes, offset, length, position))) setImmediate(() => done(full()));
    else (original as (...all: unknown[]) => unknown)(...args);
  });
  for (const name of ["fdatasync", "ftruncate"]) {
    wrap(calls, name, (original) => (...args) => {
      fails(false);
      return original(...args);
    });
  }
  const promises = fs.promises as unknown as Calls;
  for (const name of ["rename", "rm"]) {
    wrap(promises, name, (original) => async (...args) => {
      fails(false);
      return original(...args);
    });
  }
  wrap(promises, "open", (original) => async (...args: unknown[]) => {
    if (opens(args[1])) fails(false);
    const handle = (await (original as (...all: unknown[]) => unknown)(...args)) as Calls;
    const write = handle.write.bind(handle);
    handle.write = async (bytes: Uint8Array, offset?: number) => {
      if (fails(true, () => half(handle.fd as number, bytes, offset))) throw full();
      return write(bytes, offset);
    };
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      fails(false);
      return sync();
    };
    return handle;
  });
  syncBuiltinESMExports();
  if (kind === "count") process.on("exit", () => writeNow(2, `changes ${changes}\n`));
}
