// One writer per folder: a lock file that names its process, taken over once that process is gone.
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../errors.js";
import { fileError } from "../files.js";

const lockName = /^lock-(.+)-(\d+)-(\d+)$/;

/** This process's lock file: host, process id and start time, so that the name of a dead process never comes again. */
const ownName = `lock-${encodeURIComponent(hostname())}-${process.pid}-${
  processStart(process.pid) ?? Math.round(Date.now() - process.uptime() * 1000)
}`;

/**
 * Takes the folder for this process and returns the function that gives it back. Each process first writes its own lock file
 * and then looks for others: of two that start together at most one goes on. Lock files of processes of this
 * machine that are gone are removed; another machine's are trusted.
 * @param what what the folder is, for messages.
 * @param advice what to do where another process of this machine has it.
 * @throws UserError where another process has the folder, or this one has it already.
 */
export function lockFolder(folder: string, what = "run", advice = ""): () => void {
  const own = join(folder, ownName);
  try {
    closeSync(openSync(own, "wx"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new UserError(`${what} ${folder} is in use by process ${process.pid}, which is this one`);
    }
    throw fileError(error, folder, "written");
  }
  const release = () => rmSync(own, { force: true });
  try {
    for (const name of readdirSync(folder)) {
      const [, host, pid, start] = lockName.exec(name) ?? [];
      if (host === undefined || name === ownName) continue;
      if (decodeURIComponent(host) !== hostname()) {
        throw new UserError(
          `${what} ${folder} is in use by process ${pid} on ${decodeURIComponent(host)}; if that is no longer so, delete ${join(folder, name)}`,
        );
      }
      if (isRunning(Number(pid), Number(start))) {
        throw new UserError(`${what} ${folder} is in use by process ${pid}${advice}`);
      }
      rmSync(join(folder, name), { force: true });
    }
  } catch (error) {
    release();
    throw fileError(error, folder, "read");
  }
  return release;
}

/** Whether a process writes to the folder; another machine's is taken at its word. */
export function hasWriter(folder: string): boolean {
  return readdirSync(folder).some((name) => {
    const [, host, pid, start] = lockName.exec(name) ?? [];
    if (host === undefined) return false;
    return decodeURIComponent(host) !== hostname() || isRunning(Number(pid), Number(start));
  });
}

/** Whether a file in a run folder is a lock. */
export function isLock(name: string): boolean {
  return lockName.test(name);
}

function isRunning(pid: number, start: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return process.platform !== "linux" || processStart(pid) === start;
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
