// The files of a table: table.md, table.tex, table.csv and results.jsonl.
import { join } from "node:path";
import { writeFileAtomic } from "../../files.js";
import type { Definition } from "../definition.js";
import type { Run } from "../run.js";
import type { StoredResult } from "../stored-run.js";
import type { FilledCell } from "../summary.js";
import { toCsv } from "./csv.js";
import { toLatex } from "./latex.js";
import { layTable } from "./layout.js";
import { toMarkdown } from "./markdown.js";

/** A run and what has come of it. */
export interface SettledRun {
  readonly run: Run;
  readonly result?: StoredResult;
  readonly failed?: string;
}

/** Replaces the files, each in one switch. @throws UserError where the folder cannot be written. */
export function writeTable(
  folder: string,
  definition: Definition,
  cells: readonly FilledCell[],
  settled: readonly SettledRun[],
): void {
  const table = layTable(definition, cells);
  writeFileAtomic(
    join(folder, "results.jsonl"),
    settled.map((each) => `${JSON.stringify(resultLine(each))}\n`).join(""),
  );
  writeFileAtomic(join(folder, "table.csv"), toCsv(definition, cells));
  writeFileAtomic(join(folder, "table.tex"), toLatex(table, definition.name));
  writeFileAtomic(join(folder, "table.md"), toMarkdown(table));
}

function resultLine({ run, result, failed }: SettledRun): object {
  const { cell, seed, key, folder } = run;
  const { row, group, column, settings } = cell;
  const { method, data } = settings!;
  return { row, group, column, seed, method, data, run: `runs/${folder}`, key, ...result, ...(failed && { failed }) };
}
