// What the cells of an Arrow column are: numbers, decimals, text or categories, from the buffers of its batches.
import { type Batch, type Column, type DataType, DateUnit, Type } from "@uwdata/flechette";
import type { WordColumn } from "../column-builders.js";
import { largestScale, utf8 } from "../column-text.js";
import type { ColumnValues } from "../columns.js";
import { decode } from "../decode.js";
import { isoDate, isoTime, isoTimestamp, ticksPerSecond } from "../iso-date.js";
import type { ElementClass } from "../variables.js";

/** Cells that are numbers. */
export interface Cells {
  readonly kind: "numbers";
  readonly element: ElementClass;
  /** One for each cell, whatever where there is no value. */
  values(batch: Batch<unknown>): ColumnValues;
}

export type CellType =
  | Cells
  | { readonly kind: "decimals"; readonly scale: number; unscaled(batch: Batch<unknown>): (cell: number) => bigint }
  | {
      readonly kind: "text";
      readonly categorical: boolean;
      /** The number that the column gives to the word in a cell, -1 for none. */
      codes(batch: Batch<unknown>, column: WordColumn): (cell: number) => number;
    }
  | { readonly kind: "unusable"; readonly reason: string };

const units = [ticksPerSecond.SECOND, ticksPerSecond.MILLIS, ticksPerSecond.MICROS, ticksPerSecond.NANOS];
const unusable = (reason: string): CellType => ({ kind: "unusable", reason });

export function arrowType(type: DataType): CellType {
  switch (type.typeId) {
    case Type.Null:
      return words(() => () => undefined);
    case Type.Bool:
      return { kind: "numbers", element: "logical", values: (batch) => bits(batch.values as Uint8Array, batch.length) };
    case Type.Int:
      return { kind: "numbers", element: `${type.signed ? "" : "u"}int${type.bitWidth}`, values: trimmed };
    case Type.Duration:
      return { kind: "numbers", element: "int64", values: trimmed };
    case Type.Float:
      if (type.precision === 0) return { kind: "numbers", element: "half", values: halves };
      return { kind: "numbers", element: type.precision === 1 ? "single" : "double", values: trimmed };
    case Type.Decimal: {
      const { scale, bitWidth } = type;
      if (!(Math.abs(scale) <= largestScale)) return unusable(`decimals of scale ${scale}`);
      return { kind: "decimals", scale, unscaled: (batch) => unscaled(batch, bitWidth) };
    }
    case Type.Date:
      if (type.unit === DateUnit.DAY) return words((batch) => each(batch, (days: number) => isoDate(days)));
      return words((batch) => each(batch, (time: bigint) => isoDate(Number(time / 86_400_000n))));
    case Type.Time: {
      const perSecond = units[type.unit]!;
      return words((batch) => each(batch, (ticks: bigint | number) => isoTime(BigInt(ticks), perSecond)));
    }
    case Type.Timestamp: {
      const perSecond = units[type.unit]!;
      const zone = type.timezone ? "Z" : "";
      return words((batch) => each(batch, (ticks: bigint) => isoTimestamp(ticks, perSecond, zone)));
    }
    case Type.Utf8:
    case Type.LargeUtf8:
      return words(texts);
    case Type.Utf8View:
      return words((batch) => (cell) => batch.value(cell) as string);
    case Type.Dictionary:
      return categories(type.dictionary);
    case Type.Struct:
      return unusable("lists of records");
    case Type.Map:
      return unusable("a map");
    case Type.Union:
      return unusable("values of varying types");
    case Type.Interval:
      return unusable("intervals of time");
    case Type.RunEndEncoded:
      return unusable("run-end encoded, which is not supported");
    default:
      return unusable("bytes");
  }
}

/** Which cells have a value; absent where all have. `within`: those of the records around them. */
export function presence(batch: Batch<unknown>, within?: Uint8Array): Uint8Array | undefined {
  if (batch.nullCount === 0 || !batch.validity || batch.validity.length === 0) return within;
  const present = bits(batch.validity, batch.length);
  if (within) for (let i = 0; i < present.length; i++) present[i]! &= within[i]!;
  return present;
}

const tooShort = new Error("arrow buffer with fewer values than its column");

function bits(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length * 8 < length) throw tooShort;
  const result = new Uint8Array(length);
  for (let i = 0; i < length; i++) result[i] = (bytes[i >> 3]! >> (i & 7)) & 1;
  return result;
}

function trimmed({ values, length }: Batch<unknown>): ColumnValues {
  if (values.length < length) throw tooShort;
  return values.subarray(0, length) as ColumnValues;
}

function halves(batch: Batch<unknown>): ColumnValues {
  const { buffer, byteOffset, byteLength } = trimmed(batch);
  return decode(new Uint8Array(buffer, byteOffset, byteLength), "half", true, "", "");
}

/** The integer behind a decimal, least significant word first. */
function unscaled(batch: Batch<unknown>, bitWidth: number): (cell: number) => bigint {
  const values = batch.values as Int32Array | BigUint64Array;
  const width = Math.max(1, bitWidth / 64);
  if (values.length < batch.length * width) throw tooShort;
  if (values instanceof Int32Array) return (cell) => BigInt(values[cell]!);
  return (cell) => {
    let result = 0n;
    for (let word = width - 1; word >= 0; word--) result = (result << 64n) | values[cell * width + word]!;
    return BigInt.asIntN(bitWidth, result);
  };
}

type Writer = (batch: Batch<unknown>) => (cell: number) => string | undefined;

/** Cells that are text once they are written out. */
function words(write: Writer): CellType {
  return {
    kind: "text",
    categorical: false,
    codes: (batch, column) => {
      const text = write(batch);
      return (cell) => {
        const word = text(cell);
        return word === undefined ? -1 : column.code(word);
      };
    },
  };
}

function each<T>(batch: Batch<unknown>, write: (value: T) => string): (cell: number) => string {
  const values = trimmed(batch);
  return (cell) => write(values[cell] as T);
}

function texts({ offsets, values, length }: Batch<unknown>): (cell: number) => string {
  if (offsets.length < length + 1) throw tooShort;
  return (cell) => {
    const [from, to] = [Number(offsets[cell]), Number(offsets[cell + 1])];
    if (!(from >= 0 && from <= to && to <= values.length)) throw new Error("arrow text beyond its buffer");
    const text = utf8((values as Uint8Array).subarray(from, to));
    if (text === undefined) throw new Error("arrow text that is no UTF-8");
    return text;
  };
}

/** Words of a dictionary, also numbers that are categories. */
function categories(type: DataType): CellType {
  const inner = arrowType(type);
  if (inner.kind === "unusable") return unusable(`categories that are ${inner.reason}`);
  if (inner.kind === "decimals") return unusable("categories that are decimals");
  const codesOf = new Map<Column<unknown>, Int32Array>();
  const code = (batch: Batch<unknown>, column: WordColumn): ((cell: number) => number) => {
    if (inner.kind === "text") return inner.codes(batch, column);
    const values = inner.values(batch);
    return (cell) => column.code(String(values[cell]));
  };
  const encoded = (dictionary: Column<unknown>, column: WordColumn): Int32Array => {
    const known = codesOf.get(dictionary);
    if (known) return known;
    const codes: number[] = [];
    for (const batch of dictionary.data) {
      const present = presence(batch);
      const codeOf = code(batch, column);
      for (let i = 0; i < batch.length; i++) codes.push(present?.[i] === 0 ? -1 : codeOf(i));
    }
    const result = Int32Array.from(codes);
    codesOf.set(dictionary, result);
    return result;
  };
  return {
    kind: "text",
    categorical: true,
    codes: (batch, column) => {
      const { dictionary } = batch as Batch<unknown> & { readonly dictionary?: Column<unknown> };
      if (!dictionary) throw new Error("arrow dictionary that is absent");
      const codes = encoded(dictionary, column);
      const places = trimmed(batch);
      return (cell) => {
        const found = codes[Number(places[cell])];
        if (found === undefined) throw new Error("arrow value outside of its dictionary");
        return found;
      };
    },
  };
}
