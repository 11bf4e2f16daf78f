// Who holds a lock, as its file says for messages: it decides nothing.
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, as a lock file names it. */
export interface LockHolder {
  readonly process: number;
  readonly host: string;
  /** The running system and the process namespace in it: in another one the same number is another process. */
  readonly space: string;
}

const { space: ownSpace, system: ownSystem } = describeSpace();
const written = /^process (\d{1,10}) on ([\p{L}\p{N}._-]{1,255}) in ([\w:[\]./-]{0,200})\n$/u;

/** This process, as a line for the file. */
export function describeSelf(): string {
  return `process ${process.pid} on ${hostname() || "localhost"} in ${ownSpace}\n`;
}

/** Undefined where the text names no process. */
export function parseHolder(text: string): LockHolder | undefined {
  const [, pid, host, space] = written.exec(text) ?? [];
  return pid === undefined ? undefined : { process: Number(pid), host: host!, space: space! };
}

/** The holder in words, as "process 12 on another-host". */
export function nameHolder(holder: LockHolder | undefined): string {
  if (holder === undefined) return "another process";
  const { process: pid, host, space } = holder;
  if (space === ownSpace && host === hostname()) {
    return pid === process.pid ? `process ${pid}, which is this one` : `process ${pid}`;
  }
  const isHere = ownSystem !== "" && space.startsWith(`${ownSystem}/`) && space !== ownSpace;
  return isHere
    ? `process ${pid} of another container or process namespace (host ${host})`
    : `process ${pid} on ${host}`;
}

/** The boot of the system and the process namespace, where the system tells (Linux); equal texts elsewhere. */
function describeSpace(): { system: string; space: string } {
  try {
    const system = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return { system, space: `${system}/${readlinkSync("/proc/self/ns/pid")}` };
  } catch {
    return { system: "", space: "" };
  }
}
