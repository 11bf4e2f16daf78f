// Vectors in a cell: "[0.1, 0.2]", "(1;2)", "0.1 0.2 0.3", and NumPy's print form over several lines.

const pairs: Readonly<Record<string, string>> = { "[": "]", "(": ")", "{": "}" };
const numberInside = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const wordInside = /^[+-]?(?:nan|inf|infinity|none|null|na)$/i;

/** A list of numbers; undefined where the cell is none. "shortened" where NumPy left out numbers (…). */
export function vectorIn(cell: string): Float64Array | "shortened" | undefined {
  const inside = insideBrackets(cell);
  // the brackets of rows inside are dropped: values come row by row
  const flat = (inside === undefined ? cell : inside.replace(/[[\](){}]/g, " ")).trim();
  if (!/\d/.test(flat) && !(inside !== undefined && /^(?:nan|none|null)/i.test(flat))) return undefined;
  const separator = flat.includes(";") ? ";" : flat.includes(",") ? "," : /\s+/;
  const parts = flat.split(separator).map((part) => part.trim());
  if (inside !== undefined && parts.at(-1) === "") parts.pop();
  if (inside === undefined && !isBareVector(parts, cell)) return undefined;
  const values = new Float64Array(parts.length);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (numberInside.test(part)) values[i] = Number(part);
    else if (wordInside.test(part)) values[i] = special(part);
    else return inside !== undefined && part.startsWith("...") ? "shortened" : undefined;
  }
  return values;
}

/** What brackets around a cell enclose, also those of array(…) and tensor(…); undefined where there are none. */
export function insideBrackets(cell: string): string | undefined {
  let text = cell.trim();
  const call = /^(?:(?:np|numpy|torch)\.)?(?:array|tensor)\(/.exec(text);
  if (call) {
    const end = text.lastIndexOf("]");
    if (end < 0 || !/^\s*(?:,[^[\]]*)?\)$/.test(text.slice(end + 1))) return undefined;
    text = text.slice(call[0].length, end + 1).trim();
  }
  return text.length >= 2 && pairs[text[0]!] === text.at(-1) ? text.slice(1, -1) : undefined;
}

/** Without brackets: numbers that are more than a few codes of classes, separated by one sign alone. */
function isBareVector(parts: readonly string[], cell: string): boolean {
  if (parts.length < 2 || (cell.includes(",") && cell.includes(";"))) return false;
  if (parts.length >= 3 && !/[,;]/.test(cell)) return true;
  return parts.every((part) => /[.eE]/.test(part));
}

function special(part: string): number {
  const infinite = /^([+-]?)inf/i.exec(part);
  return infinite ? Number(`${infinite[1]}Infinity`) : Number.NaN;
}

/** Whether a cell is a list of numbers. */
export const looksLikeVector = (cell: string): boolean =>
  cell.length >= 3 && /^[[({+\-.\dant]/.test(cell) && vectorIn(cell) !== undefined;
