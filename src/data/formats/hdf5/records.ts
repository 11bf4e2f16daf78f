// Compound datasets of HDF5: each member becomes a column.
import type { Dataset, Metadata } from "h5wasm/node";
import { decode, storedBytes } from "../decode.js";
import { count, type ElementClass } from "../variables.js";
import { numberType, unpackBits } from "./numbers.js";
import { isText, readEach, textAt } from "./text.js";
import type { Node, RecordsPlace } from "./tree.js";
import { type Hdf5Type, hdf5Classes } from "./types.js";

/** A member as it lies in a record in HDF5's memory. */
export interface Member {
  /** "outer.inner" where records hold records. */
  readonly name: string;
  readonly type: Hdf5Type;
  readonly offset: number;
  /** Of members that are arrays. */
  readonly shape: readonly number[];
  /** Byte order, which HDF5 makes little-endian where all members have the same. */
  readonly little: boolean;
}

/** Records as a struct of columns, or a dataset whose values are arrays as one matrix. */
export function readRecords(dataset: Dataset, type: Hdf5Type): Node {
  const names = type.members.map((member) => member.name).join();
  if (names === "real,imag" || names === "r,i") {
    return {
      kind: "skipped",
      reason: `a ${dataset.metadata.shape!.join("×")} complex array; only real numbers are supported`,
    };
  }
  const members = membersOf(dataset, type);
  if (type.class === hdf5Classes.array) return memberColumn(dataset, members[0]!);
  const columns = new Map(members.map((member) => [member.name, memberColumn(dataset, member)]));
  if (columns.size === 0) return { kind: "skipped", reason: "records without any member" };
  return { kind: "struct", shape: [1], elements: [columns] };
}

/** Members of the records in a dataset, those of inner records among them; a dataset of arrays has one without name. */
export function membersOf(dataset: Dataset, type: Hdf5Type): Member[] {
  const isMixed = new Set(orders(type)).size > 1;
  const found: Member[] = [];
  const visit = (metadata: Metadata, inner: Hdf5Type, name: string, offset: number) => {
    if (inner.class === hdf5Classes.compound && metadata.compound_type) {
      for (const [i, member] of metadata.compound_type.members.entries()) {
        const next = inner.members[i];
        if (next) visit(member, next.type, name === "" ? next.name : `${name}.${next.name}`, offset + member.offset);
      }
      return;
    }
    const isArray = inner.class === hdf5Classes.array && inner.base;
    const value = isArray ? inner.base! : inner;
    found.push({ name, type: value, offset, shape: isArray ? inner.shape : [], little: isMixed ? value.little : true });
  };
  visit(dataset.metadata, type, "", 0);
  return found;
}

/** Byte orders of all numbers in a type. */
function orders(type: Hdf5Type): boolean[] {
  if (type.base) return orders(type.base);
  if (type.class === hdf5Classes.compound) return type.members.flatMap((member) => orders(member.type));
  return type.class === hdf5Classes.string || type.class === hdf5Classes.reference ? [] : [type.little];
}

/** The column that a member makes. */
export function memberColumn(dataset: Dataset, member: Member): Node {
  const { metadata, path } = dataset;
  const { type, offset, shape, little } = member;
  const size = metadata.size;
  const place = metadata.shape!.length === 0 ? [1] : metadata.shape!;
  const rows = count(place);
  if (isText(type)) return { kind: "text", lines: memberText(dataset, member).flat() };
  const numbers = numberType(type);
  if (typeof numbers === "string") return { kind: "skipped", reason: numbers };
  const isTruth =
    type.class === hdf5Classes.enumeration &&
    type.members
      .map(({ name }) => name)
      .join()
      .toUpperCase() === "FALSE,TRUE";
  if (numbers.bits || (type.class === hdf5Classes.enumeration && !isTruth)) return memberValues(dataset, member);
  const records: RecordsPlace = { path, shape: place, size, isVariable: hasPointers(dataset) };
  const element: ElementClass = isTruth ? "logical" : numbers.type;
  return { kind: "column", records, rows, size, offset, type: numbers.type, little, element, shape };
}

const hasPointers = (dataset: Dataset): boolean => {
  const visit = (metadata: Metadata): boolean =>
    metadata.vlen ||
    metadata.type === hdf5Classes.variableLength ||
    (metadata.compound_type?.members.some(visit) ?? false) ||
    (metadata.array_type !== undefined && visit(metadata.array_type));
  return visit(dataset.metadata);
};

/** The strings of a member in each record: one, or as many as its shape says. */
export function memberText(dataset: Dataset, { type, offset, shape }: Member): string[][] {
  const strings = count(shape);
  const size = type.class === hdf5Classes.string ? type.size : 4;
  return readEach(dataset, dataset.metadata.size, hasPointers(dataset), (bytes) => {
    const value = Array.from({ length: strings }, (_, i) =>
      textAt(bytes.subarray(offset + i * size, offset + (i + 1) * size), type),
    );
    return { value, length: value.reduce((sum, text) => sum + text.length + 8, 0) };
  });
}

/** Integers of few bits as numbers, codes of an enumeration as their names. */
function memberValues(dataset: Dataset, { name, type, offset, shape, little }: Member): Node {
  const numbers = numberType(type);
  if (typeof numbers === "string") return { kind: "skipped", reason: numbers };
  const { bits } = numbers;
  if (bits && !little)
    return { kind: "skipped", reason: `big-endian integers of ${bits.precision} bits beside others` };
  const size = (bits?.size ?? storedBytes[numbers.type]) * count(shape);
  const parts = readEach(dataset, dataset.metadata.size, hasPointers(dataset), (record) => {
    const value = record.slice(offset, offset + size);
    return { value: bits ? unpackBits(value, bits, numbers.type) : value, length: size };
  });
  const bytes = new Uint8Array(Buffer.concat(parts));
  if (type.class !== hdf5Classes.enumeration) {
    const all = [parts.length, ...shape];
    return { kind: "values", element: numbers.type, shape: all, order: "row", bytes, type: numbers.type };
  }
  const categories = type.members.map((member) => member.name);
  const codes = type.values.map(Number);
  const values = Array.from(decode(bytes, numbers.type, bits !== undefined || little, dataset.path, name));
  return { kind: "text", lines: values.map((code) => categories[codes.indexOf(code)] ?? String(code)), categories };
}
