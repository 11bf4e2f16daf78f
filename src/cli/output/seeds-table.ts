// Results of several seeds for people: mean ± standard deviation of the main measures.
import type { Metrics } from "../../methods/training.js";
import { textTable } from "../../text-table.js";
import { measureRows, shownMeasures, writtenMeasure } from "./result-table.js";

/** The table as lines. @param count seeds. */
export function seedsTable(method: string, count: number, mean: Metrics, deviation: Metrics): string[] {
  const rows = measureRows(method, mean);
  const deviations = measureRows(method, deviation);
  const columns = shownMeasures(rows);
  const cells = rows.map(([what, measures], i) => [
    what,
    ...columns.map(([name]) => {
      const spread = deviations[i]?.[1][name];
      const value = writtenMeasure(name, measures[name]);
      return typeof spread === "number" ? `${value} ± ${spread.toFixed(4)}` : value;
    }),
  ]);
  const head = `${method}, mean ± standard deviation of ${count} seeds`;
  return [
    head,
    "",
    ...textTable([["", ...columns.map(([, title]) => title)], ...cells], "numbers").map((line) => `  ${line}`),
  ];
}
