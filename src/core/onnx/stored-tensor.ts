// Tensors that an ONNX file stores: weights and constants, checked against their shapes, read as numbers.
import { UserError } from "../../errors.js";
import type { DType } from "../tensor/index.js";
import type { ReadExternal } from "./read-external.js";
import type { Onnx } from "./schema.js";

/** A tensor of a file, its values not yet decoded. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** What it is here: other types of numbers become one of these. */
  readonly dtype: DType;
  /** The type's name in the file, "float16". */
  readonly type: string;
  /** Its values, row after row; booleans as 0 and 1. */
  read(): Float32Array | number[];
}

type List = "floatData" | "int32Data" | "int64Data" | "doubleData" | "uint64Data";

interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly dtype: DType;
  /** Where values are that are not raw. */
  readonly list: List;
  at(view: DataView, place: number): number;
  /** A value of the list as a number, where it is kept as bits. */
  decode?(bits: number): number;
}

function half(bits: number): number {
  const [exponent, fraction, sign] = [(bits >> 10) & 31, bits & 1023, bits & 0x8000 ? -1 : 1];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const word = new DataView(new ArrayBuffer(4));
function bfloat16(bits: number): number {
  word.setUint16(0, bits);
  return word.getFloat32(0);
}

/** By the number of the type: TensorProto.DataType. */
const types: Readonly<Record<number, ElementType>> = {
  1: { name: "float", bytes: 4, dtype: "float32", list: "floatData", at: (v, i) => v.getFloat32(i, true) },
  2: { name: "uint8", bytes: 1, dtype: "int64", list: "int32Data", at: (v, i) => v.getUint8(i) },
  3: { name: "int8", bytes: 1, dtype: "int64", list: "int32Data", at: (v, i) => v.getInt8(i) },
  4: { name: "uint16", bytes: 2, dtype: "int64", list: "int32Data", at: (v, i) => v.getUint16(i, true) },
  5: { name: "int16", bytes: 2, dtype: "int64", list: "int32Data", at: (v, i) => v.getInt16(i, true) },
  6: { name: "int32", bytes: 4, dtype: "int64", list: "int32Data", at: (v, i) => v.getInt32(i, true) },
  7: { name: "int64", bytes: 8, dtype: "int64", list: "int64Data", at: (v, i) => Number(v.getBigInt64(i, true)) },
  9: { name: "bool", bytes: 1, dtype: "bool", list: "int32Data", at: (v, i) => (v.getUint8(i) ? 1 : 0) },
  10: {
    ...{ name: "float16", bytes: 2, dtype: "float32", list: "int32Data", decode: half },
    at: (v, i) => half(v.getUint16(i, true)),
  },
  11: { name: "double", bytes: 8, dtype: "float32", list: "doubleData", at: (v, i) => v.getFloat64(i, true) },
  12: { name: "uint32", bytes: 4, dtype: "int64", list: "uint64Data", at: (v, i) => v.getUint32(i, true) },
  16: {
    ...{ name: "bfloat16", bytes: 2, dtype: "float32", list: "int32Data", decode: bfloat16 },
    at: (v, i) => bfloat16(v.getUint16(i, true)),
  },
};

/** What an element type of a file is here. @throws UserError for one that is not known. */
export function dtypeOfOnnx(type: number | null | undefined, label: string): DType {
  const found = types[type ?? 0];
  if (found === undefined) throw new UserError(`${label} is of type ${type ?? 0}, which is not known`);
  return found.dtype;
}

const mostDimensions = 12;

/**
 * A stored tensor, checked: its values are as many as its shape says.
 * @param label what messages call it.
 * @param external reads files beside the model; without it tensors that are kept there are refused.
 * @throws UserError where it is of an unknown type, has another number of values, or lies outside.
 */
export function onnxTensor(tensor: Onnx.ITensorProto, label: string, external?: ReadExternal): OnnxTensor {
  const type = types[tensor.dataType ?? 0];
  if (type === undefined) throw new UserError(`${label} is of type ${tensor.dataType ?? 0}, which is not known`);
  if (tensor.segment) throw new UserError(`${label} is stored in segments, which are not known`);
  const shape = (tensor.dims ?? []).map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length > mostDimensions || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new UserError(`${label} has no valid shape`);
  }
  const isOutside = Boolean(tensor.dataLocation || tensor.externalData?.length);
  if (isOutside && external === undefined) {
    const location = tensor.externalData?.find(({ key }) => key === "location")?.value ?? "";
    throw new UserError(`${label} is kept in another file, ${JSON.stringify(location)}, which is not read`);
  }
  const listed = tensor[type.list] ?? [];
  const raw = tensor.rawData ?? new Uint8Array();
  const found = raw.length > 0 ? raw.length / type.bytes : listed.length;
  if (!isOutside && found !== count) {
    throw new UserError(`${label}: ${found} values for shape [${shape.join(", ")}]`);
  }
  const read = () => {
    const bytes = isOutside && external ? outside(tensor, count * type.bytes, label, external) : raw;
    if (bytes.length === 0) {
      const values = Array.from(listed, (value) => (type.decode ? type.decode(Number(value)) : Number(value)));
      return type.dtype === "float32" ? Float32Array.from(values) : values;
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const value = (_: unknown, i: number) => type.at(view, i * type.bytes);
    if (type.dtype !== "float32") return Array.from({ length: count }, value);
    const result = new Float32Array(count);
    if (type.name === "float" && isLittle) new Uint8Array(result.buffer).set(bytes);
    else for (let i = 0; i < count; i++) result[i] = value(undefined, i);
    return result;
  };
  return { name: tensor.name ?? "", shape, dtype: type.dtype, type: type.name, read };
}

const isLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function outside(
  { externalData }: Onnx.ITensorProto,
  bytes: number,
  label: string,
  external: ReadExternal,
): Uint8Array {
  const given = new Map((externalData ?? []).map(({ key, value }) => [key, value ?? ""]));
  const location = given.get("location") ?? "";
  const [offset, length] = [Number(given.get("offset") ?? 0), Number(given.get("length") ?? bytes)];
  if (!Number.isSafeInteger(offset) || offset < 0 || length !== bytes) {
    throw new UserError(`${label}: ${length} bytes at ${offset} of "${location}", expected ${bytes}`);
  }
  const found = external(location, offset, bytes);
  if (found.length !== bytes) throw new UserError(`${label}: "${location}" ends before it`);
  return found;
}
