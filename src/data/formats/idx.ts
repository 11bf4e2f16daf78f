// IDX files, the format of MNIST: big-endian arrays with a header that says their type and shape.
import type { StoredType } from "./decode.js";
import { storedBytes } from "./decode.js";
import type { Source } from "./source.js";
import { storedArray } from "./stored-array.js";
import { count, type FileContent } from "./variables.js";

const types: Readonly<Record<number, StoredType>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "single",
  14: "double",
};

/** The header of an IDX file, or undefined where these bytes are none or do not fit the size of the file. */
export function idxHeader(
  start: Uint8Array,
  size: number,
): { type: StoredType; shape: number[]; offset: number } | undefined {
  const type = types[start[2] ?? 0];
  const axes = start[3] ?? 0;
  const offset = 4 + axes * 4;
  if (start[0] !== 0 || start[1] !== 0 || !type || axes === 0 || axes > 8 || start.length < offset) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + axis * 4));
  // a header with a wrong length is still taken for IDX where its type is MNIST's, so that a truncated file is named so
  const fits = offset + count(shape) * storedBytes[type] === size;
  return fits || (type === "uint8" && axes <= 4) ? { type, shape, offset } : undefined;
}

/** Reads an IDX file as one variable: "labels" where it has one axis, otherwise "images". */
export function readIdx(source: Source, header: NonNullable<ReturnType<typeof idxHeader>>): FileContent {
  const { type, shape, offset } = header;
  const name = shape.length === 1 ? "labels" : "images";
  const variable = storedArray(source, { name, shape, order: "row", element: type, type, little: false, offset });
  return {
    format: "idx",
    path: source.path,
    variables: new Map([[name, variable]]),
    notes: [],
    close: () => source.close(),
  };
}
