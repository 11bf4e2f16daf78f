// The declarations of an ARFF file (Weka): the attributes' names and types.
import { UserError } from "../../../errors.js";

export interface ArffAttribute {
  readonly name: string;
  readonly type: "numeric" | "nominal" | "text";
  /** The values of a nominal attribute. */
  readonly values: readonly string[];
}

/**
 * One line that begins with @attribute.
 * @throws UserError where its type is none that a table can hold.
 */
export function parseAttribute(line: string, where: string): ArffAttribute {
  const rest = line.replace(/^@attribute\s+/i, "");
  const named = readToken(rest, 0);
  if (!named) throw new UserError(`${where}: an attribute without a name`);
  const type = rest.slice(named.end).trim();
  if (type.startsWith("{")) {
    const values = splitArff(type.slice(1, type.lastIndexOf("}")), where).map(({ text }) => text);
    if (!type.includes("}") || values.length === 0)
      throw new UserError(`${where}: "${named.text}" has no list of values`);
    return { name: named.text, type: "nominal", values };
  }
  const word = type.split(/[\s"']/)[0]!.toLowerCase();
  if (/^(?:numeric|real|integer)$/.test(word)) return { name: named.text, type: "numeric", values: [] };
  if (/^(?:string|date)$/.test(word)) return { name: named.text, type: "text", values: [] };
  throw new UserError(`${where}: "${named.text}" has the type "${word.slice(0, 40)}", which is not supported`);
}

export interface ArffCell {
  readonly text: string;
  readonly quoted: boolean;
}

/** Cells between commas (or tabs, or blanks where there are no commas), in quotation marks of either kind or without. */
export function splitArff(line: string, where: string): ArffCell[] {
  const cells: ArffCell[] = [];
  if (!/['"\\]/.test(line)) {
    const parts = /[,\t]/.test(line) ? line.split(/[,\t]/) : line.trim().split(/\s+/);
    if (parts.length > 1 && parts.at(-1)!.trim() === "") parts.pop();
    return parts.map((part) => ({ text: part.trim(), quoted: false }));
  }
  for (let at = 0; at < line.length; ) {
    const found = readToken(line, at);
    if (!found) throw new UserError(`${where}: quotation marks that do not fit`);
    let { text, end } = found;
    // blanks inside a value without quotation marks
    while (!found.quoted && end < line.length && line[end] !== "," && line[end] !== "\t") text += line[end++];
    cells.push({ text: text.trimEnd(), quoted: found.quoted });
    at = end + /^\s*,?\s*/.exec(line.slice(end, end + 200))![0].length;
    if (at === end && at < line.length) throw new UserError(`${where}: quotation marks that do not fit`);
  }
  return cells;
}

/** A value that begins at `at` or after blanks; undefined where none does, or its quotation mark is not closed. */
function readToken(text: string, at: number): { text: string; end: number; quoted: boolean } | undefined {
  let start = at;
  while (/\s/.test(text.charAt(start))) start++;
  const mark = text.charAt(start);
  let end = start + 1;
  if (mark === "'" || mark === '"') {
    while (end < text.length && text[end] !== mark) end += text[end] === "\\" ? 2 : 1;
    if (end >= text.length) return undefined;
    return { text: text.slice(start + 1, end).replace(/\\(.)/g, "$1"), end: end + 1, quoted: true };
  }
  if (mark === "" || /[,{}]/.test(mark)) return undefined;
  while (end < text.length && !/[\s,{}'"]/.test(text[end]!)) end++;
  return { text: text.slice(start, end), end, quoted: false };
}
