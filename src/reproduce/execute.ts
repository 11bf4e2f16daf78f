// Makes one run: begun or gone on with in its folder, by a child process.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.js";
import { hasWriter } from "../runs/lock.js";
import { runChild } from "./child.js";
import type { Run } from "./run.js";
import { canResume, type StoredResult, storedResult } from "./stored-run.js";

export type Outcome =
  | { readonly state: "finished"; readonly result: StoredResult }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "interrupted" };

export interface ExecuteOptions {
  /** Folder of the runs' folders. */
  readonly runs: string;
  /** Threads of each run. */
  readonly threads: number;
  /** Receives what the run says while it works. */
  onLine(run: Run, line: string): void;
}

/** Milliseconds between looks at a folder that another process writes to, and for how long it is waited for. */
const POLL = 500;
const PATIENCE = 600_000;

/** Makes a run, or takes its result where it is there by now. What goes wrong with it is reported, not thrown. */
export async function execute(run: Run, signal: AbortSignal, options: ExecuteOptions): Promise<Outcome> {
  try {
    return await attempt(run, signal, options);
  } catch (error) {
    if (error instanceof UserError) return { state: "failed", message: error.message };
    throw error;
  }
}

async function attempt(run: Run, signal: AbortSignal, { runs, threads, onLine }: ExecuteOptions): Promise<Outcome> {
  const folder = join(runs, run.folder);
  await freeOf(folder, run, signal, onLine);
  if (signal.aborted) return { state: "interrupted" };
  const before = await storedResult(runs, run);
  if (before !== undefined) return { state: "finished", result: before };
  const resumed = canResume(folder, run);
  // a folder without a configuration was begun and not yet written to
  if (!resumed) rmSync(folder, { recursive: true, force: true });
  const [, method] = run.words;
  const begin = resumed
    ? ["train", method!, "--resume", folder]
    : [...run.words, "--data", run.data.argument!, "--out", folder];
  const end = await runChild([...begin, "--threads", `${threads}`, "--json"], {
    signal,
    onLine: (line) => onLine(run, line),
  });
  const result = end.status === 0 ? await storedResult(runs, run) : undefined;
  if (result !== undefined) return { state: "finished", result };
  if (signal.aborted) return { state: "interrupted" };
  // the definition's words: where data lies on this machine is nobody else's business
  const { path } = run.data;
  const message = path === undefined ? end.complaint : end.complaint.replaceAll(path, run.cell.settings!.data!);
  return { state: "failed", message };
}

/**
 * Waits for a process that writes to the folder: a child of a process that was killed ends with its epoch. Whoever still
 * has it after that is named by the command that is refused.
 */
async function freeOf(folder: string, run: Run, signal: AbortSignal, onLine: ExecuteOptions["onLine"]): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (existsSync(folder) && hasWriter(folder) && !signal.aborted && performance.now() < deadline) {
    onLine(run, "waiting for the process that writes to its folder");
    await sleep(POLL);
  }
}
