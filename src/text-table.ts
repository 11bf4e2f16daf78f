// Tables of text for a terminal.
import { characters, visible } from "./visible.js";

/** Characters up to which a cell widens its column; longer ones stand out. */
const widest = 60;

/**
 * Rows as lines with columns as wide as their widest cell, whatever a cell holds on one line.
 * @param kind words stand flush left; of numbers all but the first column stand flush right.
 */
export function textTable(rows: readonly (readonly string[])[], kind: "words" | "numbers" = "words"): string[] {
  const cells = rows.map((row) => row.map(visible));
  const sizes = cells.map((row) => row.map(characters));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) =>
    sizes.reduce((most, row) => Math.max(most, Math.min(row[c] ?? 0, widest)), 0),
  );
  return cells.map((row, r) =>
    row
      .map((cell, c) => {
        const space = " ".repeat(Math.max(0, widths[c]! - sizes[r]![c]!));
        return kind === "numbers" && c > 0 ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}
