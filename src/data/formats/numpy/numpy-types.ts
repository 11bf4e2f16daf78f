// NumPy's types (dtype): how one value lies in bytes, and arrays of it as variables.
import type { UserError } from "../../../errors.js";
import { decode, decodeText, isWide, type StoredType, writtenIntegers } from "../decode.js";
import { isoDatetime64 } from "../iso-date.js";
import { count, type ElementClass, numeric, type Variable } from "../variables.js";

/** One value of a type that is read here. */
export type NumpyType =
  | {
      readonly kind: "number";
      readonly type: StoredType;
      readonly element: ElementClass;
      readonly size: number;
      readonly little: boolean;
    }
  | { readonly kind: "bytes" | "unicode"; readonly size: number; readonly little: boolean }
  | { readonly kind: "date"; readonly unit: string; readonly size: number; readonly little: boolean }
  | { readonly kind: "objects"; readonly size: number }
  | { readonly kind: "skipped"; readonly size: number; readonly reason: string };

const numbers: Readonly<Record<string, StoredType>> = {
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  i8: "int64",
  u8: "uint64",
  f2: "half",
  f4: "single",
  f8: "double",
};

/** What a type's name means: "<f4", "|b1", ">U12", "<M8[ns]", "|O". */
export function numpyType(name: string): NumpyType {
  const match = /^([<>|=]?)([a-zA-Z])(\d*)(?:\[(.*)\])?$/.exec(name);
  const [, order, kind = "", digits = "", unit] = match ?? [];
  const little = order !== ">";
  const size = Number(digits || (kind === "O" ? 8 : 0)) * (kind === "U" ? 4 : 1);
  const type = numbers[kind + digits];
  if (type) return { kind: "number", type, element: type, size, little };
  if (kind === "b" && size === 1) return { kind: "number", type: "uint8", element: "logical", size, little };
  if (kind === "S" || kind === "a") return { kind: "bytes", size, little };
  if (kind === "U") return { kind: "unicode", size, little };
  if (kind === "M" && size === 8) return { kind: "date", unit: unit ?? "", size, little };
  if (kind === "O") return { kind: "objects", size };
  const reasons: Record<string, string> = {
    c: "complex numbers; only real numbers are supported",
    m: "durations (timedelta64); save them as numbers",
    V: "raw bytes (dtype void); save it with a numeric dtype",
    f: `numbers of ${size} bytes (longdouble); save it with .astype("float64")`,
  };
  return { kind: "skipped", size, reason: reasons[kind] ?? `values of dtype ${name}, which is not supported` };
}

/**
 * An array of a type from its bytes.
 * @throws UserError (made by `complain`) where the number of bytes does not fit.
 */
export function numpyArray(
  type: Exclude<NumpyType, { kind: "objects" }>,
  bytes: Uint8Array,
  shape: readonly number[],
  order: "row" | "column",
  about: { readonly path: string; readonly name: string; complain(what: string): UserError },
): Variable {
  const items = count(shape);
  if (bytes.length !== items * type.size || (type.size === 0 && items > 2 ** 20)) {
    throw about.complain(`${shape.join("×")} values need ${items * type.size} bytes, it has ${bytes.length}`);
  }
  if (type.kind === "skipped") return { kind: "skipped", reason: type.reason };
  if (type.kind === "number") {
    const written = isWide(type.type) && {
      written: async () => writtenIntegers(bytes, type.type as "int64" | "uint64", type.little),
    };
    const data = () => decode(bytes, type.type, type.little, about.path, about.name);
    return numeric(type.element, shape, order, data, written || {});
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type.kind === "date") return dates(view, items, type.unit, type.little);
  const lines = Array.from({ length: items }, (_, i) =>
    type.kind === "bytes"
      ? decodeText(trimZeros(bytes.subarray(i * type.size, (i + 1) * type.size)))
      : unicode(view, i * type.size, type.size, type.little),
  );
  return { kind: "text", lines };
}

function trimZeros(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/** Code points of four bytes each, up to the zeros at the end. */
function unicode(view: DataView, start: number, size: number, little: boolean): string {
  let end = start + size;
  while (end > start && view.getUint32(end - 4, little) === 0) end -= 4;
  let text = "";
  for (let at = start; at < end; at += 4) {
    const point = view.getUint32(at, little);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
  }
  return text;
}

function dates(view: DataView, items: number, unit: string, little: boolean): Variable {
  const missing = new Uint8Array(items);
  const lines: string[] = [];
  for (let i = 0; i < items; i++) {
    const date = isoDatetime64(view.getBigInt64(i * 8, little), unit);
    if (date === undefined) return { kind: "skipped", reason: `dates in the unit "${unit}", which is not supported` };
    if (date === "") missing[i] = 1;
    lines.push(date);
  }
  return missing.includes(1) ? { kind: "text", lines, missing } : { kind: "text", lines };
}
