// The declarations of an ARFF file (Weka): the attributes' names and types.
import { UserError } from "../../../errors.js";

export interface ArffAttribute {
  readonly name: string;
  readonly type: "numeric" | "nominal" | "text";
  /** The values of a nominal attribute. */
  readonly values: readonly string[];
}

const token = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\s,{}'"]+))/y;

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

function readToken(text: string, at: number): { text: string; end: number; quoted: boolean } | undefined {
  token.lastIndex = at;
  const found = token.exec(text);
  if (!found) return undefined;
  const quoted = found[3] === undefined;
  const content = found[1] ?? found[2] ?? found[3]!;
  return { text: quoted ? content.replace(/\\(.)/g, "$1") : content, end: token.lastIndex, quoted };
}
