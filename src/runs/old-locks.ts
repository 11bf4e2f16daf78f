// Lock files of versions before 0.2, lock-HOST-PROCESS-START: one of a process that still lives is respected, the others go.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

const oldName = /^lock-(.+)-(\d+)-(\d+)$/;

export function isOldLock(name: string): boolean {
  return oldName.test(name);
}

/** Removes those of a folder that this process has, unless their process lives here; its number is given then. */
export function clearOldLocks(folder: string): number | undefined {
  for (const name of readdirSync(folder)) {
    const [, host, pid, start] = oldName.exec(name) ?? [];
    if (host === undefined) continue;
    if (host === encodeURIComponent(hostname()) && processStart(Number(pid)) === Number(start)) return Number(pid);
    rmSync(join(folder, name), { force: true });
  }
  return undefined;
}

/** Start of a living process in clock ticks since boot; undefined where it is dead, or the system does not say. */
function processStart(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // the second field, the command's name in parentheses, may itself hold spaces and parentheses
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    return state === "Z" || state === "X" ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
