// Text of HDF5: strings of fixed and of any length, and lists of any length.
import type { Dataset } from "h5wasm/node";
import { decodeText, storedBytes } from "../decode.js";
import { count } from "../variables.js";
import { module, Problem, withBlock } from "./library.js";
import { numberType, unpackBits } from "./numbers.js";
import { type Hdf5Type, hdf5Classes } from "./types.js";

const longestText = 2 ** 26;
const rowsAtOnce = 2 ** 14;

/** Says whether a type is text: strings of fixed length, or of any. */
export function isText(type: Hdf5Type): boolean {
  return type.class === hdf5Classes.string || (type.class === hdf5Classes.variableLength && type.isText);
}

/** A string of fixed length without what fills it up; in memory of any length it is found at its pointer. */
export function textAt(bytes: Uint8Array, type: Hdf5Type): string {
  if (type.class === hdf5Classes.string) {
    let end = type.padding === 0 ? bytes.indexOf(0) : bytes.length;
    if (end < 0) end = bytes.length;
    const filler = type.padding === 2 ? 32 : 0;
    while (end > 0 && bytes[end - 1] === filler) end--;
    return decodeText(bytes.subarray(0, end));
  }
  const start = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (start === 0) return "";
  const end = module.HEAPU8.indexOf(0, start);
  return decodeText(module.HEAPU8.subarray(start, end));
}

/**
 * What every value of a dataset becomes, in its order.
 * @param size bytes of one value in HDF5's memory.
 * @param use makes something of the bytes of one value; called before their memory is freed.
 * @throws Problem where more than 64 MiB come out.
 */
export function readEach<T>(
  dataset: Dataset,
  size: number,
  isVariable: boolean,
  use: (bytes: Uint8Array) => { readonly value: T; readonly length: number },
): T[] {
  const shape = dataset.metadata.shape!.length === 0 ? [1] : dataset.metadata.shape!;
  const inner = count(shape.slice(1));
  const rows = Math.max(1, Math.floor(rowsAtOnce / Math.max(1, inner)));
  const found: T[] = [];
  let left = longestText;
  for (let row = 0; row < shape[0]! && inner > 0; row += rows) {
    const length = [Math.min(rows, shape[0]! - row), ...shape.slice(1)];
    withBlock(dataset.path, [row, ...shape.slice(1).map(() => 0)], length, size, isVariable, (bytes) => {
      for (let at = 0; at < bytes.length; at += size) {
        const { value, length: used } = use(bytes.subarray(at, at + size));
        left -= used;
        if (left < 0) throw new Problem(`${dataset.path} holds more than ${longestText} bytes of text or lists`);
        found.push(value);
      }
    });
  }
  return found;
}

/** The strings of a dataset. */
export function readStrings(dataset: Dataset, type: Hdf5Type): string[] {
  const isVariable = type.class === hdf5Classes.variableLength;
  return readEach(dataset, dataset.metadata.size, isVariable, (bytes) => {
    const value = textAt(bytes, type);
    return { value, length: value.length + 8 };
  });
}

/** The bytes of each list of numbers in a dataset of variable length, little-endian. */
export function readLists(dataset: Dataset, base: Hdf5Type): Uint8Array[] | string {
  const numbers = numberType(base);
  if (typeof numbers === "string") return numbers;
  const { type, bits } = numbers;
  const size = bits?.size ?? storedBytes[type];
  return readEach(dataset, dataset.metadata.size, true, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [length, start] = [view.getUint32(0, true), view.getUint32(4, true)];
    const content = module.HEAPU8.subarray(start, start + length * size);
    return { value: bits ? unpackBits(content, bits, type) : content.slice(), length: content.length + 16 };
  });
}
