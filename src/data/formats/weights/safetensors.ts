// Weights in the safetensors format.
import type { Source } from "../source.js";
import { corrupt, headerLength, parseHeader } from "./safetensors-header.js";
import {
  asFloat32,
  typeNotes,
  type WeightFile,
  type WeightTensor,
  type WeightType,
  weightBytes,
} from "./weight-file.js";

/** The format's types, by those of weights. */
const types = {
  F32: "single",
  F16: "half",
  BF16: "bfloat16",
  F64: "double",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U8: "uint8",
  BOOL: "uint8",
} as const satisfies Record<string, WeightType>;

type DType = keyof typeof types;
const widths = new Map(Object.entries(types).map(([dtype, type]) => [dtype as DType, weightBytes(type)]));

/** @throws UserError where the file is truncated or damaged, or has tensors of another type. */
export function readSafetensors(source: Source): WeightFile {
  const { path, size } = source;
  const length = headerLength(source.read(0, 8), size, path);
  const { entries } = parseHeader(source.read(8, length), size - 8 - length, path, widths);
  const tensors = new Map<string, WeightTensor>();
  for (const [name, { dtype, shape, data_offsets }] of entries) {
    const [start, end] = data_offsets;
    const read = () => {
      const bytes = source.read(8 + length + start, end - start);
      if (bytes.length !== end - start) throw corrupt(path, `it ends in tensor "${name}"`);
      return asFloat32(bytes, types[dtype], path, name);
    };
    tensors.set(name, { shape, type: types[dtype], read });
  }
  return { path, tensors, notes: typeNotes(path, tensors), close: source.close };
}
