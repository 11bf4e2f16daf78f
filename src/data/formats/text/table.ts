// Text tables: a variable per column, numbers, truth values, vectors or text.
import type { Source } from "../source.js";
import type { FileContent } from "../variables.js";
import { columnVariables } from "./columns.js";
import { checkIsTable, detectDialect } from "./dialect.js";
import { detectEncoding, utf8Blocks } from "./encoding.js";
import { MissingMarks } from "./missing.js";
import { checkReadOptions, type ReadOptions } from "./options.js";
import { planColumns } from "./plan.js";
import { takeSample } from "./sample.js";
import { columnMode, type LeftOut, type RowRules, type ScannedTable, scanRows } from "./scan.js";
import { layOutTable } from "./table-layout.js";

/**
 * Reads a table. What separates its cells, its decimal sign, its encoding and whether it has a header are worked out from the file where
 * `options` do not say them.
 * @throws UserError where rows differ in length, a column of numbers holds a word, or there is no column of numbers.
 * @throws AmbiguousDataError where the file can be understood in two ways.
 */
export async function readTable(source: Source, options: ReadOptions = {}): Promise<FileContent> {
  checkReadOptions(options);
  const { path, size } = source;
  const missing = new MissingMarks(options.missing);
  const encoding = detectEncoding(source, options.encoding);
  const sample = takeSample(utf8Blocks(source, encoding), path);
  const dialect = detectDialect(sample, options, missing, path);
  checkIsTable(dialect, path);
  const { width, delimiter } = dialect;
  const layout = layOutTable(dialect, options, missing, path);
  const { body } = layout;
  const plans = planColumns(body, width, delimiter, missing, options);
  const bytesPerRow = body.length === 0 ? size : (body.at(-1)!.end - body[0]!.start) / body.length;
  const rules: RowRules = {
    cells: dialect.cells,
    width,
    marks: dialect.marks,
    firstIsNumber: plans.numbers.includes(0),
    start: layout.start,
    startLine: layout.startLine,
    expectedRows: Math.ceil((size / bytesPerRow) * 1.1) + 1,
    missing,
    numbers: plans.numbers,
  };
  const scan = (modes: Uint8Array, decimals: Uint8Array) =>
    scanRows(utf8Blocks(source, encoding), rules, modes, decimals, path);
  const scanned = scan(plans.modes, plans.decimals);
  const readTexts = (columns: readonly number[]) => {
    const modes = new Uint8Array(width);
    for (const column of columns) modes[column] = columnMode.text;
    const again = scan(modes, plans.decimals);
    return new Map(columns.map((column) => [column, again.columns[column]!.texts]));
  };
  const { variables, notes, decimal, rereads } = columnVariables({
    path,
    names: layout.names,
    lastIsUnnamed: layout.lastIsUnnamed,
    delimiter,
    missing,
    options,
    plans,
    scanned,
    scan,
    readTexts,
  });
  if (!rereads) source.close();
  const signs = decimal === undefined ? "" : `, decimal ${decimal === "," ? "comma" : "point"}`;
  return {
    format: "csv",
    path,
    variables,
    table: {
      index: layout.index.filter((name) => variables.has(name)),
      hasHeader: layout.hasHeader,
      dialect: `${dialect.name}${signs}, ${layout.header}, ${encoding.name}`,
    },
    notes: [
      ...(encoding.note ? [encoding.note] : []),
      ...layout.notes,
      ...leftOut(scanned, dialect.comments),
      ...notes,
    ],
    close: () => source.close(),
  };
}

function leftOut(
  scanned: ScannedTable,
  above: readonly { readonly line: number; readonly cells: readonly string[] }[],
): string[] {
  const notes: string[] = [];
  const tell = ({ count, line, text }: LeftOut, what: (lines: string) => string) => {
    if (count === 0) return;
    const lines = count === 1 ? `line ${line} is` : `${count} lines, the first of them line ${line}, are`;
    notes.push(`${what(lines)}${text ? `: ${text}` : ""}`);
  };
  const first = above[0];
  const { comments } = scanned;
  const all = { count: above.length, line: first?.line ?? 0, text: first?.cells.join(" ").slice(0, 60) ?? "" };
  // comments in the sample are among those of the scan where they stand below the first row
  const standsAbove = first !== undefined && (comments.count === 0 || first.line < comments.line);
  const abovePart = standsAbove ? above.filter(({ line }) => comments.count === 0 || line < comments.line).length : 0;
  tell(
    standsAbove ? { ...all, count: comments.count + abovePart } : { ...comments },
    (lines) => `${lines} left out as comments`,
  );
  tell(scanned.emptyRows, (lines) => `${lines} left out, as all cells are empty`);
  tell(scanned.blankLines, (lines) => `${lines} left out, as blank`);
  if (scanned.trailing.count > 0) notes.push(`the delimiter at the end of ${scanned.trailing.count} lines is left out`);
  return notes;
}
