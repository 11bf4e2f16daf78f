// A dense array whose values lie one after the other in a file: read in pieces, only when requested.
import { UserError } from "../../errors.js";
import { decode, isWide, type StoredType, storedBytes, writtenIntegers } from "./decode.js";
import type { Source } from "./source.js";
import { count, type ElementClass, type NumericArray, type NumericVariable, sliceColumnMajor } from "./variables.js";

/** Where the values lie and how. */
export interface StoredArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly order: "row" | "column";
  readonly element: ElementClass;
  readonly type: StoredType;
  readonly little: boolean;
  /** Byte where the first value begins; they reach to the end of the source. */
  readonly offset: number;
}

/** @throws UserError where the source has fewer or more bytes than the shape needs. */
export function storedArray(source: Source, array: StoredArray): NumericVariable {
  const { name, shape, order, type, little, offset } = array;
  const size = storedBytes[type];
  const needed = count(shape) * size;
  const there = source.size - offset;
  if (needed !== there) {
    const what = there < needed ? "truncated" : "corrupt";
    throw new UserError(
      `${source.path} is ${what}: ${shape.join("×")} ${array.element} values need ${needed} bytes, it has ${there}`,
    );
  }
  const bytesOf = (from: number, to: number): Uint8Array => {
    const bytes = source.read(offset + from * size, (to - from) * size);
    if (bytes.length < (to - from) * size) throw new UserError(`${source.path} became shorter while it was read`);
    return bytes;
  };
  const run = (from: number, to: number): NumericArray => decode(bytesOf(from, to), type, little, source.path, name);
  const outer = (order === "row" ? shape[0] : shape.at(-1)) ?? 1;
  const inner = outer === 0 ? 0 : count(shape) / outer;
  return {
    kind: "numeric",
    element: array.element,
    shape,
    order,
    read: async (start = 0, end = outer) => run(start * inner, end * inner),
    slice: async (start, end) =>
      order === "row" ? run(start * inner, end * inner) : sliceColumnMajor(shape, start, end, run),
    ...(isWide(type) && { written: async () => writtenIntegers(bytesOf(0, count(shape)), type, little) }),
  };
}
