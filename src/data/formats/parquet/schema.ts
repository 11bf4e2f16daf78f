// The columns that a Parquet schema means: records become a column per field, lists keep their levels, and every leaf has a type.
import type { SchemaElement, SchemaTree } from "hyparquet";
import { bigEndian, largestScale, utf8 } from "../column-text.js";
import type { ColumnValues } from "../columns.js";
import { decode } from "../decode.js";
import { isoDate, isoTime, isoTimestamp, ticksPerSecond } from "../iso-date.js";
import type { ElementClass } from "../variables.js";

/** What the stored values of a leaf mean. */
export type LeafType =
  | { readonly kind: "numbers"; readonly element: ElementClass; convert(stored: never): ColumnValues }
  | { readonly kind: "decimals"; readonly scale: number; unscaled(stored: never): bigint }
  /** `text` gives undefined where the bytes are no text. */
  | { readonly kind: "text"; readonly declared: boolean; text(stored: never): string | undefined }
  /** `within`: for what it lies in, not for itself. */
  | { readonly kind: "unusable"; readonly reason: string; readonly within?: boolean };

/** A stored column. */
export interface Leaf {
  /** "a.b" for field b of record a. */
  readonly name: string;
  /** The name in the first level of the schema. */
  readonly field: string;
  readonly element: SchemaElement;
  /** Its place among the stored columns. */
  readonly place: number;
  /** Definition level of a value that is there. */
  readonly defined: number;
  /** Definition levels from which on a list, and the list in it, has elements; none in a plain column. */
  readonly lists: readonly number[];
  readonly type: LeafType;
}

/** The leaves of a schema in the order of their columns, one alone for a map or records that cannot be used. */
export function parquetLeaves(root: SchemaTree): Leaf[] {
  const leaves: Leaf[] = [];
  for (const child of root.children) {
    const field = child.element.name;
    visit(child, { names: [], field, defined: 0, lists: [], isList: false, reason: undefined }, leaves);
  }
  return leaves.filter(({ name, type }, i) => {
    const before = leaves[i - 1];
    return !(
      before &&
      type.kind === "unusable" &&
      before.type.kind === "unusable" &&
      type.within &&
      before.name === name
    );
  });
}

/** Where a part of the schema lies. */
interface Way {
  readonly names: readonly string[];
  readonly field: string;
  readonly defined: number;
  readonly lists: readonly number[];
  /** The group above only makes a list: what is in it has the list's name. */
  readonly isList: boolean;
  readonly reason: string | undefined;
}

function visit({ element, children }: SchemaTree, from: Way, leaves: Leaf[]): void {
  const { field } = from;
  const defined = from.defined + (element.repetition_type === "REQUIRED" ? 0 : 1);
  const nameless = from.isList || from.lists.length > 0 || from.reason !== undefined;
  const names = nameless ? from.names : [...from.names, element.name];
  const lists = element.repetition_type === "REPEATED" ? [...from.lists, defined] : from.lists;
  if (children.length === 0) {
    const type: LeafType = from.reason ? { ...unusable(from.reason), within: true } : leafType(element);
    leaves.push({ name: names.join("."), field, element, place: leaves.length, defined, lists, type });
    return;
  }
  const isList = element.converted_type === "LIST" || element.logical_type?.type === "LIST";
  const reason = from.reason ?? groupReason(element, children.length, lists.length > 0);
  for (const child of children) visit(child, { names, field, defined, lists, isList, reason }, leaves);
}

/** Why what lies in a group cannot be used. */
function groupReason(element: SchemaElement, fields: number, inList: boolean): string | undefined {
  const kind = element.logical_type?.type;
  if (element.converted_type === "MAP" || element.converted_type === "MAP_KEY_VALUE" || kind === "MAP") return "a map";
  if (kind === "VARIANT") return "values of varying types";
  return inList && fields > 1 ? "lists of records" : undefined;
}

const numbers = (element: ElementClass): LeafType => ({ kind: "numbers", element, convert: (stored) => stored });
const text = (write: (stored: never) => string | undefined): LeafType => ({
  kind: "text",
  declared: true,
  text: write,
});
const unusable = (reason: string) => ({ kind: "unusable", reason }) as const;

function leafType(element: SchemaElement): LeafType {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (logical?.type === "NULL") return text(() => undefined);
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") return decimals(element);
  switch (type) {
    case "BOOLEAN":
      return {
        kind: "numbers",
        element: "logical",
        convert: (stored: ArrayLike<unknown>) => Uint8Array.from(stored, Number),
      };
    case "FLOAT":
      return numbers("single");
    case "DOUBLE":
      return numbers("double");
    case "INT32":
    case "INT64":
      return timeType(element) ?? integers(element);
    case "INT96":
      return text(int96Time);
    case "FIXED_LEN_BYTE_ARRAY":
      if (logical?.type === "FLOAT16") return { kind: "numbers", element: "half", convert: halves };
      if (logical?.type === "UUID") return text(uuid);
      return unusable(converted === "INTERVAL" ? "intervals of time" : "bytes");
    case "BYTE_ARRAY": {
      if (converted === "BSON" || logical?.type === "BSON") return unusable("binary JSON");
      if (logical?.type === "GEOMETRY" || logical?.type === "GEOGRAPHY") return unusable("shapes");
      const declared =
        ["UTF8", "ENUM", "JSON"].includes(converted ?? "") || ["STRING", "ENUM", "JSON"].includes(logical?.type ?? "");
      return { kind: "text", declared, text: utf8 };
    }
    default:
      return unusable("values of no known type");
  }
}

function decimals({ type, scale = 0, logical_type: logical }: SchemaElement): LeafType {
  const places = logical?.type === "DECIMAL" ? logical.scale : scale;
  if (!(Math.abs(places) <= largestScale)) return unusable(`decimals of scale ${places}`);
  if (type === "INT32" || type === "INT64") return { kind: "decimals", scale: places, unscaled: BigInt };
  return { kind: "decimals", scale: places, unscaled: bigEndian };
}

function timeType({ type, converted_type: converted, logical_type: logical }: SchemaElement): LeafType | undefined {
  if (converted === "DATE" || logical?.type === "DATE") return text(isoDate);
  const unit = /^(?:TIME|TIMESTAMP)_(MILLIS|MICROS)$/.exec(converted ?? "")?.[1] as "MILLIS" | "MICROS" | undefined;
  if (logical?.type === "TIMESTAMP" || converted?.startsWith("TIMESTAMP_")) {
    const perSecond = ticksPerSecond[logical?.type === "TIMESTAMP" ? logical.unit : unit!];
    const zone = logical?.type === "TIMESTAMP" && !logical.isAdjustedToUTC ? "" : "Z";
    return text((ticks: bigint) => isoTimestamp(BigInt(ticks), perSecond, zone));
  }
  if (logical?.type === "TIME" || converted?.startsWith("TIME_")) {
    const perSecond = ticksPerSecond[logical?.type === "TIME" ? logical.unit : unit!];
    return text((ticks: bigint | number) => isoTime(BigInt(ticks), perSecond));
  }
  return type === undefined ? unusable("values of no known type") : undefined;
}

function integers({ type, converted_type: converted, logical_type: logical }: SchemaElement): LeafType {
  const wide = type === "INT64";
  const [signed, bits] =
    logical?.type === "INTEGER"
      ? [logical.isSigned, logical.bitWidth]
      : [!converted?.startsWith("UINT_"), Number(/_(\d+)$/.exec(converted ?? "")?.[1] ?? (wide ? 64 : 32))];
  if (wide) {
    if (signed) return numbers("int64");
    const convert = (stored: BigInt64Array) => new BigUint64Array(stored.buffer, stored.byteOffset, stored.length);
    return { kind: "numbers", element: "uint64", convert };
  }
  // the column's own array takes the low bits
  if (bits === 8) return numbers(signed ? "int8" : "uint8");
  if (bits === 16) return numbers(signed ? "int16" : "uint16");
  if (signed) return numbers("int32");
  const convert = (stored: Int32Array) => new Uint32Array(stored.buffer, stored.byteOffset, stored.length);
  return { kind: "numbers", element: "uint32", convert };
}

function halves(stored: readonly Uint8Array[]): ColumnValues {
  const bytes = new Uint8Array(stored.length * 2);
  for (let i = 0; i < stored.length; i++) bytes.set(stored[i]!, i * 2);
  return decode(bytes, "half", true, "", "");
}

/** Nanoseconds of the day below, the Julian day above. */
function int96Time(stored: bigint): string {
  const days = (stored >> 64n) - 2_440_588n;
  const nanoseconds = BigInt.asUintN(64, stored);
  return isoTimestamp(days * 86_400_000_000_000n + nanoseconds, ticksPerSecond.NANOS, "");
}

const uuid = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
