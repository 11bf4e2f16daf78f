// Bytes of a file as numbers.
import { isUtf8 } from "node:buffer";
import { endianness } from "node:os";
import { UserError } from "../../errors.js";
import type { NumericArray } from "./variables.js";

/** How numbers lie in a file. */
export type StoredType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "half"
  | "single"
  | "double";

export const storedBytes: Record<StoredType, number> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  half: 2,
  single: 4,
  double: 8,
};

const views = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  half: Uint16Array,
  single: Float32Array,
  double: Float64Array,
};

const hostLittle = endianness() === "LE";

/**
 * Bytes as numbers: a view of them where alignment and byte order allow, otherwise a copy.
 * @throws UserError for 64-bit integers beyond 2^53 (naming the file and variable).
 */
export function decode(bytes: Uint8Array, type: StoredType, little: boolean, path: string, name: string): NumericArray {
  const values = ofType(bytes, type, little);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return fromBigIntegers(values, path, name);
  return type === "half" ? fromHalf(values as Uint16Array) : values;
}

/** Types whose values a double may not hold. */
export const isWide = (type: StoredType): type is "int64" | "uint64" => type === "int64" || type === "uint64";

/** 64-bit integers as the file has them. */
export function writtenIntegers(bytes: Uint8Array, type: "int64" | "uint64", little: boolean): string[] {
  return Array.from(ofType(bytes, type, little) as BigInt64Array | BigUint64Array, String);
}

function ofType(bytes: Uint8Array, type: StoredType, little: boolean) {
  const size = storedBytes[type];
  let aligned = bytes;
  if (little !== hostLittle && size > 1) {
    aligned = new Uint8Array(bytes);
    const buffer = Buffer.from(aligned.buffer, 0, aligned.length);
    if (size === 2) buffer.swap16();
    else if (size === 4) buffer.swap32();
    else buffer.swap64();
  } else if (bytes.byteOffset % size !== 0) aligned = new Uint8Array(bytes);
  return new views[type](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / size);
}

/** IEEE binary16 bits as float32. */
function fromHalf(bits: Uint16Array): Float32Array {
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const exponent = (bits[i]! >> 10) & 31;
    const fraction = bits[i]! & 1023;
    const sign = bits[i]! & 0x8000 ? -1 : 1;
    if (exponent === 31) result[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else result[i] = sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
  }
  return result;
}

/** 64-bit integers as doubles. @throws UserError for a value beyond 2^53, which a double cannot hold. */
function fromBigIntegers(values: BigInt64Array | BigUint64Array, path: string, name: string): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    result[i] = Number(values[i]);
    if (!Number.isSafeInteger(result[i])) {
      throw new UserError(`${path}: ${name} holds the 64-bit integer ${values[i]}, expected at most 2^53 in magnitude`);
    }
  }
  return result;
}

/** Bytes as text: UTF-8 where they are valid UTF-8, otherwise Latin-1. */
export function decodeText(bytes: Uint8Array): string {
  return utf8(bytes) ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Bytes as UTF-8, or undefined where they are not. */
export function utf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8") : undefined;
}
