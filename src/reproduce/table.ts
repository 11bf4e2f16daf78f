// A table in the making: its cells, its runs, and what has come of each so far.
import { join } from "node:path";
import { makeFolder } from "../files.js";
import type { Definition } from "./definition.js";
import type { Outcome } from "./execute.js";
import type { Cell } from "./grid.js";
import { writeTable } from "./output/table-files.js";
import type { Run } from "./run.js";
import { type StoredResult, storedResult } from "./stored-run.js";
import { type FilledCell, fillCell, type RunState } from "./summary.js";

export class Table {
  readonly #results = new Map<string, StoredResult>();
  readonly #failures = new Map<string, string>();

  /** @param runs in the order in which they are to be made. */
  constructor(
    readonly definition: Definition,
    readonly cells: readonly Cell[],
    readonly runs: readonly Run[],
    readonly folder: string,
  ) {}

  /** Where the runs' folders are. */
  get runsFolder(): string {
    return join(this.folder, "runs");
  }

  /** Makes the folder, and loads what is finished in it. @throws UserError where it cannot be used. */
  async open(): Promise<void> {
    makeFolder(this.runsFolder);
    for (const run of this.runs) {
      const result = await storedResult(this.runsFolder, run);
      if (result !== undefined) this.#results.set(run.key, result);
    }
  }

  resultOf(run: Run): StoredResult | undefined {
    return this.#results.get(run.key);
  }

  failureOf(run: Run): string | undefined {
    return this.#failures.get(run.key);
  }

  settle(run: Run, outcome: Outcome): void {
    if (outcome.state === "finished") {
      this.#results.set(run.key, outcome.result);
      this.#failures.delete(run.key);
    }
    if (outcome.state === "failed") this.#failures.set(run.key, outcome.message);
  }

  filled(): FilledCell[] {
    return this.cells.map((cell) => {
      const own = this.runs.filter((run) => run.cell === cell);
      const runs = new Map(own.map((run): [number, RunState] => [run.seed, this.#stateOf(run)]));
      return fillCell(this.definition, { cell, missing: own[0]?.data.missing, runs });
    });
  }

  #stateOf(run: Run): RunState {
    const result = this.#results.get(run.key);
    if (result !== undefined) return { state: "finished", metrics: result.metrics };
    const message = this.#failures.get(run.key);
    return message === undefined ? { state: "waiting" } : { state: "failed", message };
  }

  /** Writes table.md, table.tex, table.csv and results.jsonl. */
  write(): void {
    const settled = this.runs.flatMap((run) => {
      const [result, failed] = [this.resultOf(run), this.failureOf(run)];
      return result === undefined && failed === undefined ? [] : [{ run, result, failed }];
    });
    writeTable(this.folder, this.definition, this.filled(), settled);
  }
}
