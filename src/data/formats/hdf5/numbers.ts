// HDF5's integers and floats as the types that are read here: integers of odd sizes and few bits are unpacked.
import { type StoredType, storedBytes } from "../decode.js";
import type { Bits } from "./tree.js";
import { type Hdf5Type, hdf5Classes } from "./types.js";

/** What the values come out as, and how they are to be unpacked where they do not fill their bytes. */
export interface NumberType {
  readonly type: StoredType;
  readonly bits?: Bits;
}

const floats: Readonly<Record<string, StoredType>> = {
  "10,5,0,10,15": "half",
  "23,8,0,23,127": "single",
  "52,11,0,52,1023": "double",
};

/** The numbers of a data type, or why they are not read. Bytes are little-endian by then. */
export function numberType(type: Hdf5Type): NumberType | string {
  if (type.class === hdf5Classes.enumeration && type.base) return numberType(type.base);
  const { size, offset, precision, signed } = type;
  if (type.class === hdf5Classes.float) {
    const format = String(type.float);
    const found = floats[format];
    if (found && size === storedBytes[found] && offset === 0 && precision === 8 * size) return { type: found };
    const name =
      format === "7,8,0,7,127" ? "bfloat16 numbers" : `floating-point numbers of ${precision} bits in ${size} bytes`;
    return `${name}; save them as float32 or float64`;
  }
  if (type.class !== hdf5Classes.integer && type.class !== hdf5Classes.bitfield) {
    return `values of HDF5 class ${classNames[type.class] ?? type.class}, which is not supported`;
  }
  if (size < 1 || size > 8 || precision < 1 || offset + precision > 8 * size) {
    return `integers of ${precision} bits in ${size} bytes`;
  }
  const bytes = ([1, 2, 4, 8] as const).find((each) => each >= size)!;
  const found: StoredType = `${signed ? "" : "u"}int${(8 * bytes) as 8 | 16 | 32 | 64}`;
  return size === bytes && precision === 8 * size
    ? { type: found }
    : { type: found, bits: { size, offset, precision, signed } };
}

const classNames: Readonly<Record<number, string>> = {
  2: "time",
  3: "string",
  5: "opaque",
  6: "compound",
  7: "reference",
  9: "variable length",
  10: "array",
  11: "complex",
};

/** Values of few bits as the little-endian type that holds them. */
export function unpackBits(bytes: Uint8Array, { size, offset, precision, signed }: Bits, type: StoredType): Uint8Array {
  const width = storedBytes[type];
  const result = Buffer.alloc((bytes.length / size) * width);
  const sign = 2n ** BigInt(precision - 1);
  const mask = 2n ** BigInt(precision) - 1n;
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < bytes.length / size; i++) {
    if (offset + precision <= 48 && size <= 6) {
      // numbers are exact up to 2^53
      const raw = Math.floor(source.readUIntLE(i * size, size) / 2 ** offset) % 2 ** precision;
      const value = signed && raw >= 2 ** (precision - 1) ? raw - 2 ** precision : raw;
      if (width === 8) result.writeBigInt64LE(BigInt(value), i * width);
      else if (value < 0) result.writeIntLE(value, i * width, width);
      else result.writeUIntLE(value, i * width, width);
      continue;
    }
    let raw = 0n;
    for (let b = size - 1; b >= 0; b--) raw = (raw << 8n) | BigInt(source[i * size + b]!);
    raw = (raw >> BigInt(offset)) & mask;
    result.writeBigUInt64LE(BigInt.asUintN(64, signed && raw >= sign ? raw - sign * 2n : raw), i * width);
  }
  return result;
}
