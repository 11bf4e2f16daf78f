// The operating system's lock on an open file: flock on Linux and macOS, LockFileEx on Windows.
import { createRequire } from "node:module";
import { constants } from "node:os";

/** exclusive: one open file has it, and no other any; shared: several may have it. */
export type LockKind = "exclusive" | "shared";

interface LockCalls {
  /** Takes the lock, or the other kind of it. False where another open file has it. @throws SystemLockError. */
  take(file: number, kind: LockKind): boolean;
  giveBack(file: number): void;
}

/** The system refuses to lock the file at all. */
export class SystemLockError extends Error {
  override readonly name = "SystemLockError";

  /** Takes the system's reason, such as ENOLCK. */
  constructor(readonly code: string) {
    super(`the file cannot be locked: ${code}`);
  }
}

let calls: LockCalls | undefined;

/**
 * The calls of this system. The kernel holds such a lock as long as the file is open, and knows it in every container and process
 * namespace; the end of the process, however it comes, gives it back. koffi is loaded when the first lock is taken.
 */
export function systemLock(): LockCalls {
  calls ??= process.platform === "win32" ? windowsCalls() : unixCalls();
  return calls;
}

function loadKoffi(): typeof import("koffi").default {
  return createRequire(import.meta.url)("koffi");
}

function unixCalls(): LockCalls {
  const koffi = loadKoffi();
  // The process's own symbols: its C library, whichever that is.
  const flock = koffi.load(null).func("int flock(int file, int operation)");
  const operations = { shared: 1, exclusive: 2, now: 4, giveBack: 8 };
  const names = new Map(Object.entries(constants.errno).map(([name, code]) => [code as number, name]));
  const call = (file: number, operation: number): string | undefined => {
    for (;;) {
      if (flock(file, operation) === 0) return undefined;
      const code = koffi.errno();
      if (code !== constants.errno.EINTR) return names.get(code) ?? `error ${code}`;
    }
  };
  return {
    take(file, kind) {
      const failure = call(file, operations[kind] | operations.now);
      if (failure === undefined) return true;
      if (failure === "EWOULDBLOCK" || failure === "EAGAIN") return false;
      throw new SystemLockError(failure);
    },
    giveBack(file) {
      call(file, operations.giveBack);
    },
  };
}

function windowsCalls(): LockCalls {
  const koffi = loadKoffi();
  const kernel = koffi.load("kernel32.dll");
  const lock = kernel.func(
    "int LockFileEx(intptr_t file, uint32_t flags, uint32_t reserved, uint32_t low, uint32_t high, void *overlapped)",
  );
  const unlock = kernel.func(
    "int UnlockFileEx(intptr_t file, uint32_t reserved, uint32_t low, uint32_t high, void *overlapped)",
  );
  const lastError = kernel.func("uint32_t GetLastError()");
  // Node.js has a C library of its own, which alone knows its descriptors.
  const handleOf = koffi.load(process.execPath).func("intptr_t uv_get_osfhandle(int file)");
  // An OVERLAPPED whose offset no file of ours reaches: what is locked cannot be read by others, and the message must be.
  const place = Buffer.alloc(32);
  place.writeUInt32LE(0x4000_0000, 20);
  const flags = { shared: 1, exclusive: 3 };
  const violation = 33;
  const giveBack = (file: number) => {
    unlock(handleOf(file), 0, 1, 0, place);
  };
  return {
    take(file, kind) {
      giveBack(file);
      if (lock(handleOf(file), flags[kind], 0, 1, 0, place) !== 0) return true;
      const code = lastError() as number;
      if (code === violation) return false;
      throw new SystemLockError(`error ${code}`);
    },
    giveBack,
  };
}
