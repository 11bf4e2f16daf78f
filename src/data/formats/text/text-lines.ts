// A text line by line.
import { UserError } from "../../../errors.js";

const lineLimit = 2 ** 26;

/** The lines of a text given as blocks of UTF-8, without what ends them (LF, CR LF). */
export function* textLines(blocks: Iterable<Uint8Array>, path: string): Generator<string> {
  let carried: Uint8Array = new Uint8Array(0);
  let count = 0;
  for (const block of blocks) {
    const buffer =
      carried.length === 0
        ? Buffer.from(block.buffer, block.byteOffset, block.length)
        : Buffer.concat([carried, block]);
    let start = 0;
    for (let end = buffer.indexOf(10, carried.length); end >= 0; end = buffer.indexOf(10, start)) {
      yield buffer.toString("utf8", start, buffer[end - 1] === 13 && end > start ? end - 1 : end);
      count++;
      start = end + 1;
    }
    carried = buffer.subarray(start);
    if (carried.length > lineLimit) throw new UserError(`${path}: line ${count + 1} has more than ${lineLimit} bytes`);
  }
  if (carried.length > 0) yield Buffer.from(carried).toString("utf8");
}
