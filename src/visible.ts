// Text of others as people may see it: what a terminal, a picture or a page would act upon instead of showing is written out.

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, marks that turn the direction of writing, characters that XML
 * forbids, and halves of surrogate pairs.
 */
const hidden = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\u{fffe}\u{ffff}\p{Cs}]/gu;

const short: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * The text on one line, with every character that would not be seen as one written as "\x1b" or "\u202e". Emoji, their joiners and
 * accents stay.
 *
 * @example visible("a\u001b[2J\n") // "a\\x1b[2J\\n"
 */
export function visible(text: string): string {
  return text.replaceAll(hidden, (sign) => short.get(sign) ?? escaped(sign));
}

/** Whether `visible` would change a text. */
export function isVisible(text: string): boolean {
  return text.search(hidden) < 0;
}

/** JSON on one line in which such characters are written as \u: the same value, and nothing that a terminal acts upon. */
export function visibleJson(value: unknown): string {
  return escapeHidden(JSON.stringify(value));
}

/** Writes such characters as "\u202e", which is the same text between the quotation marks of JSON or YAML. */
export function escapeHidden(quoted: string): string {
  return quoted.replaceAll(hidden, (sign) => `\\u${hexadecimal(sign, 4)}`);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many characters a reader sees in a text that is visible: an emoji with all its joiners is one. */
export function characters(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : [...graphemes.segment(text)].length;
}

/** The text as `visible` gives it, and where it has more characters than `most` its beginning and "…". */
export function shortened(text: string, most: number): string {
  // A character takes one unit at least.
  const whole = visible(text.length > 64 * most ? text.slice(0, 64 * most) : text);
  const shown: string[] = [];
  for (const { segment } of graphemes.segment(whole)) {
    // One "character" may carry any number of accents.
    if (shown.length === most || segment.length > 64) return `${shown.slice(0, most - 1).join("")}…`;
    shown.push(segment);
  }
  return whole.length < text.length && shown.length < most ? `${whole}…` : whole;
}

function escaped(sign: string): string {
  return sign.codePointAt(0)! < 0x100 ? `\\x${hexadecimal(sign, 2)}` : `\\u${hexadecimal(sign, 4)}`;
}

function hexadecimal(sign: string, digits: number): string {
  return sign.codePointAt(0)!.toString(16).padStart(digits, "0");
}
