// The objects of a JSON text: one per line, one after another, or those of an array.
import { UserError } from "../../../errors.js";

/** Bytes that one object may have. */
const objectLimit = 2 ** 26;

export interface JsonObject {
  readonly value: Readonly<Record<string, unknown>>;
  /** Counted from 1. */
  readonly line: number;
}

/** What stands for an integer of many digits after parsing: JSON.parse alone would round it. */
export const longMark = "\0integer:";

/**
 * Parses the objects of a text one by one. Integers of 16 digits and more become strings behind `longMark`; NaN, which Python writes,
 * becomes null.
 * @param blocks the text as UTF-8.
 * @throws UserError where something else stands between the objects, one is malformed, or the last one does not end.
 */
export function* jsonObjects(blocks: Iterable<Uint8Array>, path: string): Generator<JsonObject> {
  const refuse = (what: string, line: number) =>
    new UserError(`${path} cannot be read as JSON: ${what} in line ${line}`);
  let carried: Uint8Array = new Uint8Array(0);
  let [line, startLine, depth] = [1, 1, 0];
  let [inString, isEscaped, inArray, isOver] = [false, false, false, false];
  let count = 0;
  for (const block of blocks) {
    const buffer =
      carried.length === 0
        ? Buffer.from(block.buffer, block.byteOffset, block.length)
        : Buffer.concat([carried, block]);
    let start = 0;
    for (let at = carried.length; at < buffer.length; at++) {
      const byte = buffer[at]!;
      if (byte === 10) line++;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === 92) isEscaped = true;
        else if (byte === 34) inString = false;
      } else if (depth > 0) {
        if (byte === 34) inString = true;
        else if (byte === 123 || byte === 91) depth++;
        else if ((byte === 125 || byte === 93) && --depth === 0) {
          yield { value: parse(buffer.toString("utf8", start, at + 1), path, startLine), line: startLine };
          count++;
        }
      } else if (byte === 123 && !isOver) {
        depth = 1;
        start = at;
        startLine = line;
      } else if (byte === 91 && count === 0 && !inArray) inArray = true;
      else if (byte === 93 && inArray) [inArray, isOver] = [false, true];
      else if (byte > 32 && !(byte === 44 && count > 0 && !isOver))
        throw refuse(
          `"${buffer.toString("utf8", at, Math.min(buffer.length, at + 20)).trim()}" stands where an object was expected`,
          line,
        );
    }
    carried = depth > 0 ? buffer.subarray(start) : new Uint8Array(0);
    if (carried.length > objectLimit) throw refuse(`an object of more than ${objectLimit} bytes`, startLine);
  }
  if (depth > 0) throw refuse("an object that does not end", startLine);
  if (inArray) throw refuse("a list that does not end", line);
}

function parse(text: string, path: string, line: number): Record<string, unknown> {
  try {
    return JSON.parse(/\d{16}|NaN|Infinity/.test(text) ? withoutSpecials(text) : text);
  } catch (error) {
    throw new UserError(`${path} cannot be read as JSON: line ${line}: ${(error as Error).message.slice(0, 120)}`);
  }
}

/** Integers of 16 digits and more in quotation marks, NaN as null, Infinity as a number too large. */
function withoutSpecials(text: string): string {
  const special = /-?\b\d{16,}\b(?![.eE])|\bNaN\b|\bInfinity\b/g;
  const parts: string[] = [];
  let done = 0;
  let open = text.indexOf('"');
  // only what stands between strings is changed
  while (done < text.length) {
    const stop = open < 0 ? text.length : open;
    parts.push(
      text.slice(done, stop).replace(special, (found, at: number, whole: string) => {
        if (found === "NaN") return "null";
        if (found === "Infinity") return "1e999";
        return whole[at - 1] === "." ? found : `"${longMark.replace("\0", "\\u0000")}${found}"`;
      }),
    );
    if (open < 0) break;
    let close = open + 1;
    while (close < text.length && text[close] !== '"') close += text[close] === "\\" ? 2 : 1;
    parts.push(text.slice(open, close + 1));
    done = close + 1;
    open = text.indexOf('"', done);
  }
  return parts.join("");
}
