// What readers of weights give: tensors by name, each read when it is needed, as float32.
import { UserError } from "../../../errors.js";
import { decode, type StoredType, storedBytes } from "../decode.js";

/** Element types of weights: those of data files, and the upper half of float32. */
export type WeightType = StoredType | "bfloat16";

/** A tensor of an open file. */
export interface WeightTensor {
  /** The size of each axis. */
  readonly shape: readonly number[];
  /** As the file has it. */
  readonly type: WeightType;
  /** Its values, row after row. @throws UserError where the file is damaged there, or an integer is none of float32. */
  read(): Float32Array;
}

/** An open file of weights. */
export interface WeightFile {
  /** For messages. */
  readonly path: string;
  /** By name. */
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /** What is to be noted: types that were converted, parts that were left. */
  readonly notes: readonly string[];
  /** Ends reading; may be called again. */
  close(): void;
}

export const weightBytes = (type: WeightType): number => (type === "bfloat16" ? 2 : storedBytes[type]);

const names: Partial<Record<WeightType, string>> = { half: "float16", single: "float32", double: "float64" };
const nameOf = (type: WeightType) => names[type] ?? type;

/** The number of values, or undefined where it is no shape. */
export function valueCount(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || shape.length > 64) return undefined;
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return undefined;
  const count = shape.reduce((product: number, size: number) => product * size, 1);
  return Number.isSafeInteger(count) ? count : undefined;
}

/** Bytes as float32. @throws UserError for an integer that float32 does not have. */
export function asFloat32(
  bytes: Uint8Array,
  type: WeightType,
  path: string,
  name: string,
  little = true,
): Float32Array {
  if (type === "bfloat16") {
    const bits = decode(bytes, "uint16", little, path, name);
    return new Float32Array(Uint32Array.from(bits, (each) => each << 16).buffer);
  }
  const values = decode(bytes, type, little, path, name);
  if (values instanceof Float32Array) return values;
  const result = Float32Array.from(values);
  if (type === "double") return result;
  const odd = result.findIndex((value, i) => value !== values[i]);
  if (odd >= 0) throw new UserError(`${path}: "${name}" holds the integer ${values[odd]}, which float32 does not have`);
  return result;
}

/** One note for each type that is no float32, with the number of its tensors. */
export function typeNotes(path: string, tensors: ReadonlyMap<string, WeightTensor>): string[] {
  const counts = new Map<WeightType, string[]>();
  for (const [name, { type }] of tensors) {
    if (type !== "single") counts.set(type, [...(counts.get(type) ?? []), name]);
  }
  return [...counts].map(([type, list]) => {
    const which = list.length === 1 ? `"${list[0]}" is` : `${list.length} tensors ("${list[0]}" …) are`;
    return `${path}: ${which} ${nameOf(type)}, read as float32${type === "double" ? ", rounded" : ""}`;
  });
}
