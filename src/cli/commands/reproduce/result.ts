// What vantage reproduce prints at its end: the table for people, one JSON object for programs.
import { layTable, type Table, toMarkdown } from "../../../reproduce/index.js";

export function formatTable(table: Table): string[] {
  const files = `files   ${table.folder}/table.md, table.tex, table.csv, results.jsonl`;
  return [...toMarkdown(layTable(table.definition, table.filled())).split("\n"), files];
}

/** The last line of `--json`. */
export function describeTable(table: Table): object {
  const { definition, folder, runs } = table;
  const finished = runs.filter((run) => table.resultOf(run) !== undefined).length;
  const failed = runs.filter((run) => table.failureOf(run) !== undefined).length;
  const missing = runs.filter((run) => table.resultOf(run) === undefined && run.data.missing !== undefined).length;
  return {
    table: definition.name,
    title: definition.title,
    source: definition.source,
    unit: definition.unit,
    out: folder,
    runs: { wanted: runs.length, finished, failed, missing },
    cells: table.filled().map(({ cell, values, ...rest }) => ({
      row: cell.row,
      group: cell.group,
      column: cell.column,
      values,
      ...rest,
    })),
  };
}
