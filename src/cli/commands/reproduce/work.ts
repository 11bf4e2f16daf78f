// Makes the runs of a table, says how far they are, and writes the table after each.
import { join } from "node:path";
import {
  earlierFolders,
  execute,
  folderStem,
  listSource,
  measureAt,
  type Outcome,
  type Run,
  RunQueue,
  type Table,
  TimeLeft,
  work,
} from "../../../reproduce/index.js";
import { lockFolder } from "../../../runs/lock.js";
import { interruption } from "../../interruption.js";
import { formatDuration, say } from "../../output/output.js";

export interface MakeOptions {
  /** Runs at a time. */
  readonly jobs: number;
  /** Of each run. */
  readonly threads: number;
  /** URL of the database that other processes take runs from too. */
  readonly database?: string;
}

/** What a run says of itself is passed on at most this often, in milliseconds. */
const QUIET = 20_000;

/** Says which cells cannot run here, and whose settings have changed. */
export function announce(table: Table, runs: readonly Run[]): void {
  const missing = runs.filter((run) => run.data.missing !== undefined);
  for (const name of new Set(missing.map((run) => run.cell.name))) {
    say(`not run: ${name}: ${missing.find((run) => run.cell.name === name)!.data.missing}`);
  }
  for (const run of runs) {
    const [earlier] = earlierFolders(table.runsFolder, folderStem(run.cell, run.seed), run.folder);
    if (earlier === undefined) continue;
    say(
      `${nameOf(run)}: its settings are not those of ${join(table.runsFolder, earlier)}, which stays; its own: ${run.folder}`,
    );
  }
}

/** @throws UserError where the folder or the database cannot be used. */
export async function makeRuns(
  table: Table,
  runs: readonly Run[],
  options: MakeOptions,
): Promise<"done" | "interrupted"> {
  const { jobs, threads, database } = options;
  await table.open();
  const release = database === undefined ? lockFolder(table.folder, "table") : () => {};
  const interrupt = interruption("stopping; runs in progress keep their checkpoints");
  try {
    table.write();
    const wanted = unique(runs).filter((run) => run.data.argument !== undefined);
    const todo = wanted.filter((run) => table.resultOf(run) === undefined);
    say(`${table.definition.title}: ${wanted.length - todo.length} of ${wanted.length} runs are finished`);
    const progress = new TableProgress(table, todo, jobs);
    const onEnd = (run: Run, outcome: Outcome, host?: string) => {
      table.settle(run, outcome);
      table.write();
      progress.ended(run, outcome, host);
    };
    const queue =
      database === undefined
        ? undefined
        : await RunQueue.open({
            url: database,
            name: table.definition.name,
            runs: table.runs,
            chosen: wanted,
            resultOf: (run) => table.resultOf(run),
            onOther: onEnd,
            onWait: (left) => say(`waiting for ${left} runs of other processes`),
            onAway: (message) =>
              say(message === undefined ? "the database answers again" : `${message} trying again …`),
          });
    try {
      await work(queue ?? listSource(todo), {
        jobs,
        signal: interrupt.signal,
        execute: (run, signal) =>
          execute(run, signal, {
            runs: table.runsFolder,
            threads,
            onLine: (each, line) => progress.received(each, line),
          }),
        onStart: (run) => progress.started(run),
        onEnd,
      });
    } finally {
      await queue?.close();
    }
    return interrupt.signal.aborted ? "interrupted" : "done";
  } finally {
    interrupt.release();
    release();
  }
}

/** The same run may stand in several cells. */
function unique(runs: readonly Run[]): Run[] {
  return [...new Map(runs.map((run) => [run.key, run])).values()];
}

class TableProgress {
  readonly #timeLeft = new TimeLeft();
  readonly #left: Map<string, Run>;
  readonly #total: number;
  #reported = performance.now();

  constructor(
    readonly table: Table,
    todo: readonly Run[],
    readonly jobs: number,
  ) {
    this.#left = new Map(todo.map((run) => [run.key, run]));
    this.#total = todo.length;
    for (const run of table.runs) {
      const result = table.resultOf(run);
      if (result !== undefined) this.#timeLeft.add(run, result.seconds);
    }
  }

  started(run: Run): void {
    say(`${nameOf(run)} …`);
    this.#reported = performance.now();
  }

  received(run: Run, line: string): void {
    if (/^about .* for this training/.test(line)) {
      const left = this.#left.size;
      say(`  ${nameOf(run)}: ${line.split(";", 1)[0]}; ${left} runs to make: --only and --seeds choose fewer`);
      return;
    }
    const now = performance.now();
    if (now - this.#reported < QUIET) return;
    this.#reported = now;
    say(`  ${nameOf(run)}: ${line}`);
  }

  /** @param host the machine that made it, where another process did. */
  ended(run: Run, outcome: Outcome, host?: string): void {
    if (outcome.state === "interrupted") return;
    this.#left.delete(run.key);
    const place = `[${this.#total - this.#left.size}/${this.#total}] ${nameOf(run)}${host ? ` (by ${host})` : ""}`;
    if (outcome.state === "failed") {
      say(`${place}: failed: ${outcome.message}`);
      return;
    }
    const { metrics, seconds } = outcome.result;
    this.#timeLeft.add(run, seconds);
    const measures = this.table.definition.measures.map(({ name, title }) => {
      const value = measureAt(metrics, name);
      return `${title} ${value === undefined ? "–" : value.toFixed(4)}`;
    });
    const left = this.#timeLeft.estimate([...this.#left.values()], this.jobs);
    const time = left === undefined || this.#left.size === 0 ? "" : `; about ${formatDuration(left)} left`;
    say(`${place}: ${measures.join(", ")} in ${formatDuration(seconds)}${time}`);
  }
}

function nameOf({ cell, seed }: Run): string {
  return `${cell.name}, seed ${seed}`;
}
