// A small writer of MATLAB v5 files, so that tests need no MATLAB. Column-major, as MATLAB stores.
import { deflateSync } from "node:zlib";
import type { StoredType } from "../decode.js";

export type MatlabValue =
  | {
      readonly kind: "numeric";
      readonly shape: readonly number[];
      readonly values: readonly (number | bigint)[];
      /** MATLAB class; "double" where absent. */
      readonly class?: StoredType;
      /** How the values lie in the file; as the class says where absent. */
      readonly stored?: StoredType;
      readonly logical?: boolean;
      readonly complex?: boolean;
    }
  | {
      readonly kind: "text";
      readonly lines: readonly string[];
      /** "packed" is MATLAB's -v6: units of 16 bits, each with the bytes of one UTF-8 character of at most two. */
      readonly encoding?: "utf8" | "utf16" | "packed" | "latin1";
    }
  | {
      readonly kind: "sparse";
      readonly shape: readonly [number, number];
      readonly offsets: readonly number[];
      readonly rows: readonly number[];
      readonly values: readonly number[];
      /** With a byte for each value, and the tag of double, as MATLAB has it. */
      readonly logical?: boolean;
    }
  | { readonly kind: "cell"; readonly shape: readonly number[]; readonly items: readonly (MatlabValue | null)[] }
  | {
      readonly kind: "struct";
      readonly shape: readonly number[];
      readonly elements: readonly Record<string, MatlabValue>[];
    }
  | { readonly kind: "functionHandle" }
  | { readonly kind: "opaque"; readonly class: string };

export interface MatlabFileOptions {
  readonly little?: boolean;
  readonly compressed?: boolean;
}

const dataTypes: Record<Exclude<StoredType, "half">, number> = {
  int8: 1,
  uint8: 2,
  int16: 3,
  uint16: 4,
  int32: 5,
  uint32: 6,
  single: 7,
  double: 9,
  int64: 12,
  uint64: 13,
};
const classes = {
  double: 6,
  single: 7,
  int8: 8,
  uint8: 9,
  int16: 10,
  uint16: 11,
  int32: 12,
  uint32: 13,
  int64: 14,
  uint64: 15,
};

/** A dense double array from its values in column-major order. */
export function array(
  shape: readonly number[],
  values: readonly number[],
  options: { class?: StoredType; stored?: StoredType } = {},
): MatlabValue {
  return { kind: "numeric", shape, values, ...options };
}

/** The bytes of a file with these variables. */
export function encodeMatlab5(
  variables: Readonly<Record<string, MatlabValue>>,
  options: MatlabFileOptions = {},
): Uint8Array {
  const { little = true, compressed = false } = options;
  const header = Buffer.alloc(128, " ");
  header.write("MATLAB 5.0 MAT-file, written by a test");
  header.fill(0, 116, 124);
  writeInteger(header, 124, 0x0100, 2, little);
  header.write(little ? "IM" : "MI", 126);
  const elements = Object.entries(variables).map(([name, value]) => {
    const plain = element(14, matrix(name, value, little), little);
    return compressed ? Buffer.concat([tag(15, 0, little), deflateSync(plain)]) : plain;
  });
  if (compressed) for (const each of elements) writeInteger(each, 4, each.length - 8, 4, little);
  return new Uint8Array(Buffer.concat([header, ...elements]));
}

function writeInteger(buffer: Buffer, offset: number, value: number, size: number, little: boolean): void {
  if (little) buffer.writeUIntLE(value, offset, size);
  else buffer.writeUIntBE(value, offset, size);
}

function tag(type: number, length: number, little: boolean): Buffer {
  const buffer = Buffer.alloc(8);
  writeInteger(buffer, 0, type, 4, little);
  writeInteger(buffer, 4, length, 4, little);
  return buffer;
}

/** An element of more than 4 bytes, or a small one that lies in its tag. */
function element(type: number, bytes: Buffer, little: boolean): Buffer {
  if (bytes.length > 0 && bytes.length <= 4) {
    const small = Buffer.alloc(8);
    writeInteger(small, 0, bytes.length * 65536 + type, 4, little);
    bytes.copy(small, 4);
    return small;
  }
  const padding = type === 14 ? 0 : (8 - (bytes.length % 8)) % 8;
  return Buffer.concat([tag(type, bytes.length, little), bytes, Buffer.alloc(padding)]);
}

function numbers(type: StoredType, values: readonly (number | bigint)[], little: boolean): Buffer {
  if (type === "half") throw new RangeError("numbers: MATLAB has no half precision");
  const size = {
    int8: 1,
    uint8: 1,
    int16: 2,
    uint16: 2,
    int32: 4,
    uint32: 4,
    single: 4,
    int64: 8,
    uint64: 8,
    double: 8,
  }[type];
  const buffer = Buffer.alloc(values.length * size);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  for (const [i, value] of values.entries()) {
    const at = i * size;
    if (type === "double") view.setFloat64(at, Number(value), little);
    else if (type === "single") view.setFloat32(at, Number(value), little);
    else if (size === 8) view.setBigInt64(at, BigInt(value), little);
    else if (size === 4) view.setInt32(at, Number(value), little);
    else if (size === 2) view.setInt16(at, Number(value), little);
    else view.setInt8(at, Number(value));
  }
  return element(dataTypes[type], buffer, little);
}

function matrix(name: string, value: MatlabValue, little: boolean): Buffer {
  const flags = (arrayClass: number, bits = 0, room = 0) => numbers("uint32", [arrayClass + bits * 256, room], little);
  const shape = (lengths: readonly number[]) => numbers("int32", lengths, little);
  const label = element(1, Buffer.from(name), little);
  switch (value.kind) {
    case "numeric": {
      const { class: arrayClass = "double", stored = arrayClass, logical, complex } = value;
      const bits = (logical ? 2 : 0) + (complex ? 8 : 0);
      const data = numbers(stored, value.values, little);
      const code = classes[arrayClass as keyof typeof classes];
      return Buffer.concat([flags(code, bits), shape(value.shape), label, data, ...(complex ? [data] : [])]);
    }
    case "text": {
      const width = Math.max(0, ...value.lines.map((line) => line.length));
      const padded = value.lines.map((line) => line.padEnd(width));
      let text = "";
      for (let column = 0; column < width; column++) for (const line of padded) text += line[column];
      const utf16 = Buffer.from(text, "utf16le");
      const data = {
        utf8: () => element(16, Buffer.from(text), little),
        utf16: () => element(17, little ? utf16 : utf16.swap16(), little),
        latin1: () => element(1, Buffer.from(text, "latin1"), little),
        packed: () =>
          numbers(
            "uint16",
            Array.from(text, (c) => Buffer.from(c).reduce((unit, byte) => unit * 256 + byte)),
            little,
          ),
      }[value.encoding ?? "utf8"]();
      return Buffer.concat([flags(4), shape([value.lines.length, width]), label, data]);
    }
    case "sparse":
      return Buffer.concat([
        flags(5, value.logical ? 2 : 0, value.rows.length),
        shape(value.shape),
        label,
        numbers("int32", value.rows, little),
        numbers("int32", value.offsets, little),
        value.logical ? element(9, Buffer.from(value.values), little) : numbers("double", value.values, little),
      ]);
    case "cell": {
      const items = value.items.map((item) =>
        element(14, item === null ? Buffer.alloc(0) : matrix("", item, little), little),
      );
      return Buffer.concat([flags(1), shape(value.shape), label, ...items]);
    }
    case "struct": {
      const fields = Object.keys(value.elements[0] ?? {});
      const names = Buffer.alloc(fields.length * 32);
      for (const [i, field] of fields.entries()) names.write(field, i * 32);
      const items = value.elements.flatMap((each) =>
        fields.map((field) => element(14, matrix("", each[field]!, little), little)),
      );
      return Buffer.concat([
        flags(2),
        shape(value.shape),
        label,
        numbers("int32", [32], little),
        element(1, names, little),
        ...items,
      ]);
    }
    case "functionHandle":
      return Buffer.concat([
        flags(16),
        shape([1, 1]),
        label,
        element(14, matrix("", array([1, 1], [0]), little), little),
      ]);
    case "opaque":
      return Buffer.concat([
        flags(17),
        label,
        element(1, Buffer.from("MCOS"), little),
        element(1, Buffer.from(value.class), little),
      ]);
  }
}
