// Which encoding a text file is in, found by its marks and by looking at all of its bytes; and its text as UTF-8, block by block.
import { isUtf8 } from "node:buffer";
import { AmbiguousDataError, UserError } from "../../../errors.js";
import type { Source } from "../source.js";

export interface TextEncoding {
  /** As TextDecoder takes it. */
  readonly label: string;
  /** As people write it. */
  readonly name: string;
  /** Length of the byte order mark. */
  readonly start: number;
  readonly note?: string;
}

const blockSize = 2 ** 22;
const startSize = 2 ** 16;
const names: Readonly<Record<string, string>> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16",
  "windows-1252": "Windows-1252",
};
const displayed = (label: string): string => names[label] ?? label;

/**
 * The encoding of a text file. A file without a byte order mark that is no UTF-8 is taken for Windows-1252, with a note, where its bytes
 * allow that.
 * @throws UserError where the bytes are no text, or `requested` names no encoding.
 * @throws AmbiguousDataError where it is neither UTF-8 nor plausibly Windows-1252.
 */
export function detectEncoding(source: Source, requested?: string): TextEncoding {
  const { path } = source;
  const start = source.read(0, startSize);
  const marked = byMark(start, path);
  if (requested !== undefined) {
    const label = knownLabel(requested, path);
    const note = label === "utf-8" && !isValidUtf8(source) ? `bytes that are no UTF-8 became \ufffd` : undefined;
    return { label, name: displayed(label), start: marked?.label === label ? marked.start : 0, ...(note && { note }) };
  }
  if (marked && marked.label !== "utf-8") return marked;
  const wide = marked ? undefined : withoutMark(start);
  if (wide) return { label: wide, name: "UTF-16", start: 0 };
  checkIsText(start, path);
  if (isValidUtf8(source)) return marked ?? { label: "utf-8", name: "UTF-8", start: 0 };
  return otherThanUtf8(source, marked?.start ?? 0);
}

/** The text from its first character on, as pieces of UTF-8; bytes that stand for nothing become U+FFFD. */
export function* utf8Blocks(source: Source, encoding: TextEncoding): Generator<Uint8Array> {
  const decoder = new TextDecoder(encoding.label, { ignoreBOM: true });
  const plain = encoding.label === "utf-8" && encoding.note === undefined;
  for (let offset = encoding.start; offset < source.size; offset += blockSize) {
    const bytes = source.read(offset, blockSize);
    yield plain ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
  if (!plain) yield Buffer.from(decoder.decode());
}

function byMark(start: Uint8Array, path: string): TextEncoding | undefined {
  const begins = (...bytes: number[]) => bytes.every((byte, i) => start[i] === byte);
  if (begins(0xff, 0xfe, 0, 0) || begins(0, 0, 0xfe, 0xff))
    throw new UserError(`${path} is text in UTF-32, which is not supported; save it as UTF-8`);
  if (begins(0xef, 0xbb, 0xbf)) return { label: "utf-8", name: "UTF-8", start: 3 };
  if (begins(0xff, 0xfe)) return { label: "utf-16le", name: "UTF-16", start: 2 };
  if (begins(0xfe, 0xff)) return { label: "utf-16be", name: "UTF-16", start: 2 };
  return undefined;
}

/** UTF-16 whose letters and digits are ASCII: every other byte is 0. */
function withoutMark(start: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const zeros = [0, 0];
  for (let i = 0; i < start.length; i++) if (start[i] === 0) zeros[i % 2]!++;
  const half = start.length / 2;
  const [even, odd] = zeros as [number, number];
  if (odd > half * 0.7 && even < half * 0.02) return "utf-16le";
  if (even > half * 0.7 && odd < half * 0.02) return "utf-16be";
  return undefined;
}

/** @throws UserError where there are bytes that text does not have. */
function checkIsText(start: Uint8Array, path: string): void {
  for (const byte of start) {
    if (byte >= 32 || (byte >= 9 && byte <= 13) || byte === 26 || byte === 27) continue;
    const beginning = Buffer.from(start.subarray(0, 8))
      .toString("hex")
      .replace(/(..)(?=.)/g, "$1 ");
    throw new UserError(`${path} is of no known format (it begins with the bytes ${beginning})`);
  }
}

function knownLabel(requested: string, path: string): string {
  try {
    return new TextDecoder(requested).encoding;
  } catch {
    throw unknownEncoding(requested, path);
  }
}

const unknownEncoding = (requested: string, path: string): UserError =>
  new UserError(
    `${path}: unknown --encoding ${JSON.stringify(requested)}; known are utf-8, utf-16le, windows-1252, shift_jis, gb18030, …`,
  );

function isValidUtf8(source: Source): boolean {
  for (let offset = 0; offset < source.size; ) {
    const bytes = source.read(offset, blockSize);
    if (bytes.length === 0) return true;
    const isLast = offset + bytes.length >= source.size;
    const end = isLast ? bytes.length : wholeCharacters(bytes);
    if (!isUtf8(bytes.subarray(0, end))) return false;
    offset += end;
  }
  return true;
}

/** Length without a last character that is cut. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.length - back || bytes.length;
  }
  return bytes.length;
}

/** Bytes that Windows-1252 leaves open: other encodings use them. */
const open1252 = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

function otherThanUtf8(source: Source, start: number): TextEncoding {
  const { path } = source;
  let [high, inRuns, open, pairs, run] = [0, 0, 0, 0, 0];
  for (let offset = 0; offset < source.size; offset += blockSize) {
    const bytes = source.read(offset, blockSize);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte < 0x80) {
        run = 0;
        continue;
      }
      high++;
      run++;
      if (run === 3) inRuns += 3;
      else if (run > 3) inRuns++;
      if (open1252.includes(byte)) open++;
      if (byte >= 0xc2 && byte <= 0xf4 && (bytes[i + 1]! & 0xc0) === 0x80) pairs++;
    }
  }
  if (pairs >= 8 && pairs > high * 0.4) {
    throw new AmbiguousDataError(`${path} is UTF-8 with damaged characters, or in another encoding.`, [
      { flags: "--encoding utf-8", meaning: "damaged characters become \ufffd" },
      { flags: "--encoding windows-1252", meaning: "Western Europe" },
    ]);
  }
  if (open > 0 || inRuns > high / 2) {
    throw new AmbiguousDataError(`${path} is not UTF-8: which encoding is it in?`, [
      { flags: "--encoding windows-1251", meaning: "Cyrillic" },
      { flags: "--encoding gb18030", meaning: "Chinese" },
      { flags: "--encoding shift_jis", meaning: "Japanese" },
      { flags: "--encoding windows-1252", meaning: "Western Europe" },
      { flags: "--encoding windows-1250", meaning: "Central Europe" },
      { flags: "--encoding euc-kr", meaning: "Korean" },
    ]);
  }
  const note = `the text is not UTF-8 and is read as Windows-1252 (Latin-1); --encoding names another encoding`;
  return { label: "windows-1252", name: "Windows-1252", start, note };
}

/** The first characters of a text, without a byte order mark; enough to recognize a format. */
export function textStart(source: Source, requested?: string): string {
  const start = source.read(0, 4096);
  const label =
    requested ??
    (start[0] === 0xff && start[1] === 0xfe
      ? "utf-16le"
      : start[0] === 0xfe && start[1] === 0xff
        ? "utf-16be"
        : "utf-8");
  try {
    return new TextDecoder(label).decode(start);
  } catch {
    throw unknownEncoding(label, source.path);
  }
}
