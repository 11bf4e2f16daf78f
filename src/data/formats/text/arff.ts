// ARFF tables (Weka): declared attributes, then rows, each with all values or with those that are not 0.
import { UserError } from "../../../errors.js";
import type { Source } from "../source.js";
import { type FileContent, numeric, type Variable } from "../variables.js";
import { type ArffAttribute, type ArffCell, parseAttribute, splitArff } from "./arff-header.js";
import { detectEncoding, type TextEncoding, textStart, utf8Blocks } from "./encoding.js";
import { GrowingDoubles } from "./growing.js";
import { columnNames } from "./names.js";
import { checkReadOptions, type ReadOptions } from "./options.js";
import { textLines } from "./text-lines.js";

/** Lines of text that rows with few values may stand for. */
const mostLines = 2 ** 26;

/** Whether the first line that is no comment declares a relation or an attribute. */
export function isArff(source: Source, options: ReadOptions): boolean {
  const lines = textStart(source, options.encoding).split(/\r?\n/);
  const first = lines.find((line) => line.trim() !== "" && !line.startsWith("%"));
  return first !== undefined && /^\s*@(?:relation|attribute)\s/i.test(first);
}

/**
 * Reads the attributes: numbers, nominal values with their categories, text and dates as text. Values that rows leave out are 0, or the first
 * category.
 * @throws UserError where a declaration or a row does not fit.
 */
export async function readArff(source: Source, options: ReadOptions = {}): Promise<FileContent> {
  checkReadOptions(options);
  const { path } = source;
  const encoding = detectEncoding(source, options.encoding);
  const lines = arffLines(source, encoding);
  const attributes: ArffAttribute[] = [];
  for (let next = lines.next(); !next.done; next = lines.next()) {
    const { line, where } = next.value;
    if (/^@data\b/i.test(line)) break;
    if (/^@attribute\s/i.test(line)) attributes.push(parseAttribute(line, where));
    else if (!/^@relation\b/i.test(line)) throw new UserError(`${where}: expected @attribute or @data`);
  }
  if (attributes.length === 0) throw new UserError(`${path} is an ARFF file without attributes`);
  const columns = attributes.map((attribute) => new ArffColumn(attribute));
  let rows = 0;
  let isSparse: boolean | undefined;
  for (const { line, where } of lines) {
    const sparse = line.startsWith("{");
    if (isSparse !== undefined && sparse !== isSparse)
      throw new UserError(`${where}: rows with and without { in one file`);
    isSparse = sparse;
    if (sparse) addSparse(columns, rows, line, where);
    else addDense(columns, rows, splitArff(line, where), where);
    rows++;
  }
  const texts = attributes.filter(({ type }) => type !== "numeric").length;
  if (isSparse && texts * rows > mostLines)
    throw new UserError(`${path}: ${rows} rows of ${texts} attributes of text are too many`);
  if (!attributes.some(({ type }) => type === "numeric") || rows === 0)
    throw new UserError(`${path} is an ARFF file without ${rows === 0 ? "rows" : "attributes of numbers"}`);
  const written = (column: number) => writtenCells(source, encoding, column);
  const { names, notes } = columnNames(
    attributes.map(({ name }) => name),
    attributes.length,
  );
  const rereads = !isSparse && columns.some(({ hasWritten }) => hasWritten);
  if (!rereads) source.close();
  return {
    format: "arff",
    path,
    variables: new Map(
      columns.map((column, i) => [names[i]!, column.finish(rows, isSparse === true, () => written(i))]),
    ),
    table: { index: [], hasHeader: true, dialect: `ARFF, ${isSparse ? "sparse rows, " : ""}${encoding.name}` },
    notes: [...(encoding.note ? [encoding.note] : []), ...notes],
    close: () => source.close(),
  };
}

/** Lines that are neither blank nor comments, trimmed. */
function* arffLines(source: Source, encoding: TextEncoding): Generator<{ line: string; where: string }> {
  let number = 0;
  for (const each of textLines(utf8Blocks(source, encoding), source.path)) {
    number++;
    const line = each.trim();
    if (line !== "" && !line.startsWith("%")) yield { line, where: `${source.path}, line ${number}` };
  }
}

function addDense(columns: readonly ArffColumn[], row: number, cells: readonly ArffCell[], where: string): void {
  if (cells.length !== columns.length)
    throw new UserError(`${where}: ${cells.length} values, expected one for each of ${columns.length} attributes`);
  for (let i = 0; i < columns.length; i++) columns[i]!.add(row, cells[i]!, where);
}

function addSparse(columns: readonly ArffColumn[], row: number, line: string, where: string): void {
  const inside = line.slice(1, line.lastIndexOf("}")).trim();
  if (!line.includes("}")) throw new UserError(`${where}: a row in { that does not end`);
  if (inside === "") return;
  let previous = -1;
  for (const text of splitPairs(inside)) {
    const found = /^(\d+)\s+(.*)$/s.exec(text);
    const place = Number(found?.[1] ?? Number.NaN);
    if (!found || !(place > previous) || place >= columns.length)
      throw new UserError(
        `${where}: "${text.slice(0, 40)}" is not the number of an attribute, in rising order, and its value`,
      );
    const quoted = /^['"]/.test(found[2]!);
    columns[place]!.add(row, quoted ? splitArff(found[2]!, where)[0]! : { text: found[2]!, quoted }, where);
    previous = place;
  }
}

/** Parts between commas that are outside of quotation marks. */
function splitPairs(text: string): string[] {
  const parts: string[] = [];
  let [start, mark] = [0, ""];
  for (let i = 0; i <= text.length; i++) {
    const letter = text[i];
    if (mark !== "" && letter === "\\") i++;
    else if (mark !== "") mark = letter === mark ? "" : mark;
    else if (letter === "'" || letter === '"') mark = letter;
    else if (letter === "," || letter === undefined) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}

/** The cells of one attribute, read again. */
async function writtenCells(source: Source, encoding: TextEncoding, column: number): Promise<string[]> {
  const cells: string[] = [];
  let inData = false;
  for (const { line, where } of arffLines(source, encoding)) {
    if (inData) cells.push(splitArff(line, where)[column]?.text ?? "");
    else inData = /^@data\b/i.test(line);
  }
  return cells;
}

class ArffColumn {
  hasWritten = false;
  /** Where the values belong. */
  readonly #rows = new GrowingDoubles();
  readonly #numbers = new GrowingDoubles();
  readonly #texts: string[] = [];
  readonly #missing: number[] = [];
  readonly #categories: ReadonlyMap<string, string> | undefined;

  constructor(readonly attribute: ArffAttribute) {
    if (attribute.type === "nominal") this.#categories = new Map(attribute.values.map((value) => [value, value]));
  }

  add(row: number, { text, quoted }: ArffCell, where: string): void {
    const { type, name } = this.attribute;
    const isMissing = text === "?" && !quoted;
    this.#rows.push(row);
    if (type === "numeric") {
      const value = isMissing ? Number.NaN : Number(text);
      if (!isMissing && (text === "" || (Number.isNaN(value) && text.toLowerCase() !== "nan")))
        throw new UserError(`${where}: "${name}" holds "${text.slice(0, 40)}", expected a number`);
      if (!isMissing && String(value) !== text) this.hasWritten = true;
      this.#numbers.push(value);
      return;
    }
    if (isMissing) this.#missing.push(row);
    const value = type === "nominal" ? this.#categories!.get(text) : text;
    if (value === undefined && !isMissing)
      throw new UserError(`${where}: "${name}" holds "${text.slice(0, 40)}", which is not among its declared values`);
    this.#texts.push(isMissing ? "" : value!);
  }

  finish(rows: number, isSparse: boolean, written: () => Promise<string[]>): Variable {
    const { type, values } = this.attribute;
    if (type === "numeric") {
      const variable = numeric("double", [rows], "row", () => this.#dense(rows));
      return this.hasWritten && !isSparse ? { ...variable, written } : variable;
    }
    const lines = isSparse ? new Array<string>(rows).fill(values[0] ?? "") : this.#texts;
    if (isSparse) for (const [i, row] of this.#rows.first(this.#rows.length).entries()) lines[row] = this.#texts[i]!;
    const missing = this.#missing.length > 0 ? new Uint8Array(rows) : undefined;
    for (const row of this.#missing) missing![row] = 1;
    return {
      kind: "text",
      lines,
      ...(missing && { missing }),
      ...(type === "nominal" && { categories: values }),
    };
  }

  #dense(rows: number): Float64Array {
    const all = new Float64Array(rows);
    const numbers = this.#numbers.first(this.#numbers.length);
    for (const [i, row] of this.#rows.first(numbers.length).entries()) all[row] = numbers[i]!;
    return all;
  }
}
