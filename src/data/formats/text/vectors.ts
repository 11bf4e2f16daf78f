// Vectors in a cell: "[0.1, 0.2]", "(1;2)", "0.1 0.2 0.3", and NumPy's print form over several lines.

const pairs: Readonly<Record<string, string>> = { "[": "]", "(": ")", "{": "}" };
const numberInside = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** How a list may begin: brackets, perhaps those of array(…), and a number. Two runs of blanks never meet: time would grow with their square. */
const beginning =
  /^\s*(?:(?:(?:np\.|numpy\.|torch\.)?(?:array|tensor)\(|[[({])[\s[({]*)?(?:[+-]?(?:\d|\.\d|nan|inf)|none|null|na\b)/i;
/** Characters that a cell with a list may have. */
const longest = 2 ** 24;
/** Characters that are looked at to see whether a cell is a list. */
const glance = 4096;
const wordInside = /^[+-]?(?:nan|inf|infinity|none|null|na)$/i;

/** A list of numbers; undefined where the cell is none. "shortened" where NumPy left out numbers (…). */
export function vectorIn(cell: string): Float64Array | "shortened" | undefined {
  if (cell.length > longest || !beginning.test(cell)) return undefined;
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

/** Whether a cell, by its first characters, is a list of numbers. */
export function looksLikeVector(cell: string): boolean {
  if (cell.length < 3) return false;
  if (cell.length <= glance) return vectorIn(cell) !== undefined;
  const end = Math.max(...[" ", ",", ";", "\n"].map((sign) => cell.lastIndexOf(sign, glance)));
  const open = /^\s*(?:[\w.]+\(\s*)?([[({])/.exec(cell);
  const head = cell.slice(open ? open[0].length : 0, Math.max(0, end));
  return vectorIn(open ? `[${head}]` : head) !== undefined;
}
