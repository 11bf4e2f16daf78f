// The columns of an Arrow file or stream (Feather is the same), one after the other, record batch by record batch.
import {
  Type as ArrowType,
  type Batch,
  CompressionType,
  type DataType,
  setCompressionCodec,
  tableFromIPC,
} from "@uwdata/flechette";
import { UserError } from "../../../errors.js";
import { Budget, DecimalColumn, ListColumn, NumberColumn, WordColumn } from "../column-builders.js";
import { distinctNames } from "../column-names.js";
import type { ColumnSender } from "../column-sending.js";
import type { Column } from "../columns.js";
import { pandasMetadata } from "../pandas-metadata.js";
import type { Source } from "../source.js";
import { checkClaim, codecs, type Unpack } from "../unpack.js";
import { arrowType, type Cells, type CellType, presence } from "./cells.js";

/** Decodes the file and sends its columns. @throws where it is corrupt, truncated or empty. */
export async function sendArrow(source: Source, sender: ColumnSender): Promise<void> {
  const { path, size } = source;
  const bytes = source.read(0, size);
  const notes: string[] = [];
  checkEnd(bytes, path, notes);
  useCodecs(path, size);
  const table = tableFromIPC(bytes);
  const { fields, metadata, endianness } = table.schema;
  if (endianness !== 0)
    throw new UserError(`${path} is an Arrow file in big-endian byte order, which is not supported`);
  const rows = table.numRows;
  const leaves = fields.flatMap((field, i) =>
    arrowLeaves(field.name, field.name, field.type, table.getChildAt(i).data.map(whole)),
  );
  if (rows === 0 || leaves.length === 0) throw new UserError(`${path} is an Arrow file without rows or columns`);
  const names = distinctNames(
    leaves.map((leaf) => leaf.name),
    notes,
  );
  const budget = new Budget(path, size);
  for (const [i, leaf] of leaves.entries()) {
    const held = leaf.parts.reduce((sum, { batch }) => sum + batch.length, 0);
    if (held !== rows) throw new UserError(`${path} is corrupt: column "${names[i]}" has ${held} of ${rows} rows`);
    await sender.column(readLeaf(leaf, names[i]!, rows, budget));
  }
  const { index } = pandasMetadata(metadata?.get("pandas"));
  await sender.done(
    index.flatMap((field) => names.filter((_, i) => leaves[i]!.field === field)),
    notes,
  );
}

/** A file ends with its mark and the length of its footer, a stream with a message of no length. */
function checkEnd(bytes: Uint8Array, path: string, notes: string[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const ascii = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString("latin1");
  if (ascii(0, 6) === "ARROW1") {
    const footer = bytes.length >= 22 ? view.getInt32(bytes.length - 10, true) : -1;
    if (ascii(bytes.length - 6, bytes.length) !== "ARROW1" || !(footer > 0 && footer <= bytes.length - 18)) {
      throw new UserError(`${path} is corrupt or truncated: an Arrow file ends with its footer and the mark ARROW1`);
    }
    return;
  }
  const end = streamEnd(view);
  if (end === undefined) throw new UserError(`${path} is corrupt or truncated: a message of the Arrow stream is cut`);
  if (end === "open") notes.push("the Arrow stream has no end mark: it may be cut short");
}

/** Goes from message to message: how the stream ends, undefined where it is cut. */
function streamEnd(view: DataView): "marked" | "open" | undefined {
  let at = 0;
  while (at < view.byteLength) {
    if (at + 4 > view.byteLength) return undefined;
    let length = view.getInt32(at, true);
    at += 4;
    if (length === -1) {
      if (at + 4 > view.byteLength) return undefined;
      length = view.getInt32(at, true);
      at += 4;
    }
    if (length === 0) return "marked";
    if (length < 0 || at + length > view.byteLength) return undefined;
    const body = bodyLength(view, at, length);
    if (body === undefined || at + length + body > view.byteLength) return undefined;
    at += length + body;
  }
  return "open";
}

/** Bytes that follow the metadata of a message: its field 3, in FlatBuffers' terms. */
function bodyLength(view: DataView, start: number, length: number): number | undefined {
  try {
    const table = start + view.getInt32(start, true);
    const fields = table - view.getInt32(table, true);
    const place = view.getUint16(fields, true) > 10 ? view.getUint16(fields + 10, true) : 0;
    if (table + place > start + length) return undefined;
    const body = place === 0 ? 0n : view.getBigInt64(table + place, true);
    return body >= 0n && body <= BigInt(view.byteLength) ? Number(body) : undefined;
  } catch {
    return undefined;
  }
}

function useCodecs(path: string, size: number): void {
  const budget = new Budget(path, size);
  const decode = (unpack: Unpack) => (packed: Uint8Array, length: number) => {
    checkClaim(packed.length, length, path);
    budget.take(length / 8);
    return unpack(packed, length);
  };
  const encode = (bytes: Uint8Array) => bytes;
  setCompressionCodec(CompressionType.LZ4_FRAME, { encode, decode: decode(codecs.LZ4_FRAME) });
  setCompressionCodec(CompressionType.ZSTD, { encode, decode: decode(codecs.ZSTD) });
}

/** A part of a column, and which of its rows are there in the records that hold it. */
interface Part {
  readonly batch: Batch<unknown>;
  readonly within?: Uint8Array | undefined;
}

interface Leaf {
  /** "a.b" for field b of record a. */
  readonly name: string;
  /** The name in the first level of the schema. */
  readonly field: string;
  readonly type: DataType;
  readonly parts: readonly Part[];
}

const whole = (batch: Batch<unknown>): Part => ({ batch });

function arrowLeaves(name: string, field: string, type: DataType, parts: readonly Part[]): Leaf[] {
  if (type.typeId !== ArrowType.Struct) return [{ name, field, type, parts }];
  return type.children.flatMap((child, i) => {
    const inner = parts.map(({ batch, within }) => ({ batch: batch.children[i]!, within: presence(batch, within) }));
    return arrowLeaves(`${name}.${child.name}`, field, child.type, inner);
  });
}

function readLeaf({ type, parts }: Leaf, name: string, rows: number, budget: Budget): Column {
  const depth = listDepth(type);
  const cells = arrowType(innermost(type));
  if (cells.kind === "unusable") return { kind: "skipped", name, reason: cells.reason };
  if (depth > 0) {
    if (cells.kind !== "numbers") return { kind: "skipped", name, reason: `lists of ${cells.kind}` };
    return readLists(new ListColumn(name, cells.element, rows, budget), cells, depth, parts);
  }
  if (cells.kind === "numbers") {
    const column = new NumberColumn(name, cells.element, rows, budget);
    for (const { batch, within } of parts) column.append(cells.values(batch), presence(batch, within));
    return column.finish();
  }
  if (cells.kind === "decimals") {
    const column = new DecimalColumn(name, cells.scale, rows, budget);
    for (const { batch, within } of parts) {
      const present = presence(batch, within);
      const unscaled = cells.unscaled(batch);
      for (let i = 0; i < batch.length; i++) column.append(present?.[i] === 0 ? undefined : unscaled(i));
    }
    return column.finish();
  }
  const column = new WordColumn(name, cells.categorical, rows, budget);
  for (const { batch, within } of parts) {
    const present = presence(batch, within);
    const code = cells.codes(batch, column);
    for (let i = 0; i < batch.length; i++) column.append(present?.[i] === 0 ? -1 : code(i));
  }
  return column.finish();
}

const lists: readonly number[] = [
  ArrowType.List,
  ArrowType.LargeList,
  ArrowType.ListView,
  ArrowType.LargeListView,
  ArrowType.FixedSizeList,
];

function listDepth(type: DataType): number {
  return lists.includes(type.typeId)
    ? 1 + listDepth((type as { children: { type: DataType }[] }).children[0]!.type)
    : 0;
}

function innermost(type: DataType): DataType {
  return lists.includes(type.typeId) ? innermost((type as { children: { type: DataType }[] }).children[0]!.type) : type;
}

function readLists(
  column: ListColumn,
  cells: Extract<CellType, { kind: "numbers" }>,
  depth: number,
  parts: readonly Part[],
): Column {
  for (const { batch, within } of parts) {
    const present = presence(batch, within);
    const appendRow = lister(column, batch, cells, 0, depth);
    for (let i = 0; i < batch.length && column.reason === undefined; i++) {
      if (present?.[i] === 0) column.nullRow();
      else {
        column.startRow();
        appendRow(i, 0);
      }
    }
  }
  return column.finish();
}

/** What appends the cells of one list of a batch, given how deep the cell before them began. */
function lister(
  column: ListColumn,
  batch: Batch<unknown>,
  cells: Cells,
  level: number,
  depth: number,
): (row: number, begins: number) => void {
  const range = ranges(batch);
  const inner = batch.children[0]!;
  const present = presence(inner);
  if (level + 1 === depth) {
    const values = cells.values(inner);
    const levels = depth > 1 ? new Uint8Array(inner.length).fill(depth) : undefined;
    return (row, begins) => {
      const [from, to] = range(row);
      if (!(from >= 0 && from <= to && to <= values.length)) throw new Error("arrow list beyond its values");
      if (levels && from === to) return column.skip("lists of lists of different lengths");
      if (levels) levels[from] = begins;
      column.append(values, from, to, present, levels);
    };
  }
  const append = lister(column, inner, cells, level + 1, depth);
  return (row, begins) => {
    const [from, to] = range(row);
    if (!(from >= 0 && from <= to && to <= inner.length)) throw new Error("arrow list beyond its values");
    // an empty list of lists has no cell to tell of it
    if (from === to && level > 0) return column.skip("lists of lists of different lengths");
    for (let i = from; i < to; i++) {
      if (present?.[i] === 0) return column.skip("lists of lists of different lengths");
      append(i, i === from ? begins : level + 1);
    }
  };
}

/** Where the cells of a list begin and end. */
function ranges(batch: Batch<unknown>): (row: number) => readonly [number, number] {
  const { type, offsets, sizes } = batch;
  if (type.typeId === ArrowType.FixedSizeList) return (row) => [row * type.stride, (row + 1) * type.stride];
  const views = type.typeId === ArrowType.ListView || type.typeId === ArrowType.LargeListView;
  return (row) => {
    const from = Number(offsets[row]);
    return [from, views ? from + Number(sizes[row]) : Number(offsets[row + 1])];
  };
}
