// A table as CSV (RFC 4180): a line for each cell and measure, figures unrounded.
import type { Definition } from "../definition.js";
import type { FilledCell } from "../summary.js";

const head = [
  "row",
  "group",
  "column",
  "measure",
  "unit",
  "mean",
  "deviation",
  "seeds",
  "wanted",
  "published",
  "notes",
];

export function toCsv({ unit, measures }: Definition, cells: readonly FilledCell[]): string {
  const lines = cells.flatMap(({ cell, values, seeds, wanted, notes }) =>
    values.map(({ mean, deviation, published }, m) => [
      cell.row,
      cell.group,
      cell.column,
      measures[m]!.name,
      unit,
      mean,
      deviation,
      seeds,
      wanted,
      published,
      notes.join(" "),
    ]),
  );
  return [head, ...lines].map((line) => `${line.map(field).join(",")}\n`).join("");
}

function field(value: string | number | undefined): string {
  const text = `${value ?? ""}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
