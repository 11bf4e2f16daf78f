// Columns of records that lie one after the other: a structured array of NumPy, a compound dataset of HDF5.
import { decode, isWide, type StoredType, storedBytes, writtenIntegers } from "./decode.js";
import { count, type ElementClass, type NumericVariable } from "./variables.js";

/** Records in a file; their bytes are loaded once, when the first column is read. */
export interface Records {
  readonly path: string;
  readonly rows: number;
  /** Bytes of one record. */
  readonly size: number;
  load(): Promise<Uint8Array>;
}

export interface RecordField {
  readonly name: string;
  /** Where it begins in a record. */
  readonly offset: number;
  readonly type: StoredType;
  readonly little: boolean;
  readonly element: ElementClass;
  /** Shape of its value in one record; [] for a single number. */
  readonly shape: readonly number[];
}

/** One field of all records as an array whose first axis are the records. */
export function recordColumn(records: Records, field: RecordField): NumericVariable {
  const { type, little, element } = field;
  const shape = [records.rows, ...field.shape];
  const width = count(field.shape) * storedBytes[type];
  const bytesOf = async (start: number, end: number) =>
    pickColumn(await records.load(), records.size, field.offset, width, start, end);
  const read = async (start = 0, end = records.rows) =>
    decode(await bytesOf(start, end), type, little, records.path, field.name);
  return {
    kind: "numeric",
    element,
    shape,
    order: "row",
    read,
    slice: read,
    ...(isWide(type) && { written: async () => writtenIntegers(await bytesOf(0, records.rows), type, little) }),
  };
}

/** Bytes offset … offset+width-1 of the records start … end-1. */
export function pickColumn(
  records: Uint8Array,
  size: number,
  offset: number,
  width: number,
  start: number,
  end: number,
): Uint8Array {
  const column = new Uint8Array((end - start) * width);
  for (let row = start; row < end; row++) {
    const at = row * size + offset;
    // a loop is faster than set() for the few bytes of a number
    for (let i = 0; i < width; i++) column[(row - start) * width + i] = records[at + i]!;
  }
  return column;
}
