// Where in a text table the names, units and rows are.
import { UserError } from "../../../errors.js";
import { cellKind } from "./cell-kinds.js";
import type { Dialect } from "./dialect.js";
import { detectHeader } from "./header.js";
import type { MissingMarks } from "./missing.js";
import { columnNames } from "./names.js";
import type { ReadOptions } from "./options.js";
import type { SampledRow } from "./sample.js";

export interface TableLayout {
  readonly names: readonly string[];
  readonly index: readonly string[];
  /** "header in line 1". */
  readonly header: string;
  readonly hasHeader: boolean;
  /** Where the rows begin, in bytes of UTF-8, and in which line. */
  readonly start: number;
  readonly startLine: number;
  /** The rows in the sample. */
  readonly body: readonly SampledRow[];
  /** The last column comes from a delimiter at the end of every line. */
  readonly lastIsUnnamed: boolean;
  readonly notes: readonly string[];
}

/**
 * Finds header, units and rows.
 * @throws UserError where the header has another number of cells than the rows.
 * @throws AmbiguousDataError where it is not clear whether there is a header.
 */
export function layOutTable(dialect: Dialect, options: ReadOptions, missing: MissingMarks, path: string): TableLayout {
  const { rows, width, title } = dialect;
  const first = rows[0]!;
  const notes = title.map(
    ({ line, cells }) => `line ${line} is left out, as it stands above the table: ${shortened(cells)}`,
  );
  const header = headerCells(rows, width, options, missing, path);
  if (header) {
    const units = unitsBelow(rows.slice(1), width, missing);
    if (units)
      notes.push(`line ${units.line} is left out, as it holds units or a second header: ${shortened(units.cells)}`);
    const last = units ?? first;
    const named = columnNames(header, width);
    return {
      ...named,
      header: `header in line ${first.line}`,
      hasHeader: true,
      start: last.end,
      startLine: rows[units ? 2 : 1]?.line ?? last.line + 1,
      body: rows.slice(units ? 2 : 1).filter(({ cells }) => cells.length === width),
      lastIsUnnamed: width > 1 && header[width - 1] === "",
      notes: [...notes, ...named.notes],
    };
  }
  const above = title.at(-1);
  if (above && above.cells.filter((cell) => cell !== "").length > 1) throw differs(above, width, path);
  const comment = options.header === "no" ? undefined : namesInComment(dialect, missing);
  const named = columnNames(comment?.names, width);
  return {
    ...named,
    header: comment ? `names in the comment in line ${comment.line}` : "no header",
    hasHeader: comment !== undefined,
    start: first.start,
    startLine: first.line,
    body: rows.filter(({ cells }) => cells.length === width),
    lastIsUnnamed: false,
    notes: [...notes, ...named.notes],
  };
}

const shortened = (cells: readonly string[]): string =>
  cells
    .filter((cell) => cell !== "")
    .join(" ")
    .slice(0, 80);

function differs({ line, cells }: SampledRow, width: number, path: string): UserError {
  return new UserError(`${path} cannot be read as a table: line ${line} has ${cells.length} cells, expected ${width}`);
}

/** The names in the first line, one for each column; undefined where it is a row. */
function headerCells(
  rows: readonly SampledRow[],
  width: number,
  options: ReadOptions,
  missing: MissingMarks,
  path: string,
): readonly string[] | undefined {
  const first = rows[0]!;
  const extra = first.cells.length - width;
  if (extra === -1 && options.header !== "no") {
    // R leaves out the name of the row names; others end their rows, but not the header, with a delimiter
    const endsEmpty = rows.slice(1).every(({ cells }) => cells.length !== width || cells[width - 1] === "");
    return endsEmpty ? [...first.cells, ""] : ["", ...first.cells];
  }
  if (extra === 1 && first.cells[width] === "" && options.header !== "no") return first.cells.slice(0, width);
  if (extra !== 0) throw differs(first, width, path);
  if (options.header !== undefined) return options.header === "yes" ? first.cells : undefined;
  const alike = rows.filter(({ cells }) => cells.length === width);
  return detectHeader(alike, missing, path) ? first.cells : undefined;
}

/** A line below the header that has words where the lines below it have numbers. */
function unitsBelow(rows: readonly SampledRow[], width: number, missing: MissingMarks): SampledRow | undefined {
  const [first, ...others] = rows;
  if (!first || first.cells.length !== width || others.length < 2) return undefined;
  let [words, columns] = [0, 0];
  for (let i = 0; i < width; i++) {
    const isNumber = others.slice(0, 20).every(({ cells }) => {
      const kind = cellKind(cells[i] ?? "", missing);
      return kind === "number" || kind === "missing";
    });
    if (!isNumber || others.every(({ cells }) => missing.has(cells[i] ?? ""))) continue;
    const kind = cellKind(first.cells[i]!, missing);
    if (kind !== "word" && kind !== "missing") return undefined;
    columns++;
    if (kind === "word") words++;
  }
  return words >= 2 || (words === 1 && columns === 1 && isUnit(first.cells)) ? first : undefined;
}

const isUnit = (cells: readonly string[]): boolean =>
  cells.every((cell) => cell === "" || /^[[(]?[\p{L}\u00b0\u00b5%/^\d. -]{1,10}[\])]?$/u.test(cell)) &&
  cells.some((cell) => /^[[(].*[\])]$|^(?:[mkcn\u00b5]?[mglsVA]|Hz|kHz|\u00b0C|%|K)$/.test(cell));

/** Names in the last comment above the rows, as np.savetxt writes them: "# a b c". */
function namesInComment(dialect: Dialect, missing: MissingMarks): { names: string[]; line: number } | undefined {
  const { rows, width, comments } = dialect;
  const last = comments.findLast(({ line }) => line < rows[0]!.line);
  if (!last || width < 2) return undefined;
  const names = [...last.cells];
  names[0] = names[0]!.replace(/^[#%!/]+\s*/, "");
  if (names[0] === "") names.shift();
  const areNames = names.every((name) => name !== "" && cellKind(name, missing) === "word");
  return names.length === width && areNames && new Set(names).size === width ? { names, line: last.line } : undefined;
}
