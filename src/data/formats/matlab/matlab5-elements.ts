// MATLAB v5 files: data elements (tag and bytes), each length checked against the bytes that are really there.
import { UserError } from "../../../errors.js";
import { decode, decodeText, type StoredType } from "../decode.js";

/** What stays the same while one file is read. */
export interface Matlab5File {
  readonly path: string;
  readonly little: boolean;
  /** Octave wrote it: its arrays with several rows of text claim more bytes than they have. */
  readonly octave: boolean;
}

/** Data types of elements (miINT8 … miUTF32 in MathWorks' "MAT-File Format"). */
export const elementTypes = { compressed: 15, matrix: 14, utf8: 16, utf16: 17, utf32: 18 } as const;

/** Data types that are numbers. */
export const numberTypes: Readonly<Record<number, StoredType>> = {
  1: "int8",
  2: "uint8",
  3: "int16",
  4: "uint16",
  5: "int32",
  6: "uint32",
  7: "single",
  9: "double",
  12: "int64",
  13: "uint64",
};

export interface Element {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Walks over the elements inside an array element. */
export interface Elements {
  readonly file: Matlab5File;
  /** The variable that they belong to, for messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  offset: number;
}

export function corrupt(path: string, name: string, what: string): UserError {
  return new UserError(`${path}: variable ${name} is corrupt or truncated: ${what}`);
}

export function remaining(elements: Elements): number {
  return elements.bytes.length - elements.offset;
}

/**
 * The next element. Small ones (up to 4 bytes) lie inside their tag; the others are padded to a multiple of 8 bytes.
 * @throws UserError where the element reaches past the end.
 */
export function nextElement(elements: Elements): Element {
  const { file, bytes, name, offset } = elements;
  const complain = (what: string) => corrupt(file.path, name, what);
  if (bytes.length - offset < 8) throw complain("an element is missing");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint32(offset, file.little);
  if (tag >>> 16 !== 0) {
    const length = tag >>> 16;
    if (length > 4) throw complain(`a small element of ${length} bytes`);
    elements.offset += 8;
    return { type: tag & 0xffff, bytes: bytes.subarray(offset + 4, offset + 4 + length) };
  }
  const claimed = view.getUint32(offset + 4, file.little);
  const left = bytes.length - offset - 8;
  const length = file.octave && tag === elementTypes.matrix ? Math.min(claimed, left) : claimed;
  const end = offset + 8 + length;
  if (end > bytes.length) throw complain(`an element of ${length} bytes where ${left} are left`);
  elements.offset = Math.min(bytes.length, end + ((8 - (length % 8)) % 8));
  return { type: tag, bytes: bytes.subarray(offset + 8, end) };
}

/** An element that must hold whole numbers of 32 bits: flags, dimensions, indices. */
export function nextIntegers(elements: Elements, what: string): Int32Array {
  const { type, bytes } = nextElement(elements);
  if ((type !== 5 && type !== 6) || bytes.length % 4 !== 0) {
    throw corrupt(elements.file.path, elements.name, `${what} of data type ${type} in ${bytes.length} bytes`);
  }
  return decode(bytes, "int32", elements.file.little, elements.file.path, elements.name) as Int32Array;
}

/** An element that must hold a name: ASCII, or UTF-8 where others than MATLAB wrote the file. */
export function nextName(elements: Elements): string {
  const { type, bytes } = nextElement(elements);
  if (type !== 1 && type !== 2 && type !== elementTypes.utf8) {
    throw corrupt(elements.file.path, elements.name, `a name of data type ${type}`);
  }
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  return decodeText(bytes.subarray(0, end));
}
