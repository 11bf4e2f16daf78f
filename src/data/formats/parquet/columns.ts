// The columns of a Parquet file, one after the other, row group by row group.
import {
  type AsyncBuffer,
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  parquetMetadataAsync,
  parquetSchema,
} from "hyparquet";
import { UserError } from "../../../errors.js";
import { Budget, DecimalColumn, ListColumn, NumberColumn, WordColumn } from "../column-builders.js";
import { distinctNames } from "../column-names.js";
import type { ColumnSender } from "../column-sending.js";
import type { Column, ColumnValues } from "../columns.js";
import { arrowCategories, pandasMetadata } from "../pandas-metadata.js";
import type { Source } from "../source.js";
import { type DataPage, type PageColumn, readPages } from "./pages.js";
import { type Leaf, type LeafType, parquetLeaves } from "./schema.js";

/** Decodes the file and sends its columns. @throws where it is corrupt, truncated or empty. */
export async function sendParquet(source: Source, sender: ColumnSender): Promise<void> {
  const { path, size } = source;
  const metadata = await parquetMetadataAsync(asyncBuffer(source), { geoparquet: false });
  const rows = Number(metadata.num_rows);
  const leaves = parquetLeaves(parquetSchema(metadata));
  if (rows === 0 || leaves.length === 0) throw new UserError(`${path} is a Parquet file without rows or columns`);
  checkGroups(metadata, source);
  const notes: string[] = [];
  const names = distinctNames(
    leaves.map((leaf) => leaf.name),
    notes,
  );
  const written = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value]));
  const pandas = pandasMetadata(written.get("pandas"));
  const categorical = new Set([...pandas.categorical, ...arrowCategories(written.get("ARROW:schema"))]);
  const budget = new Budget(path, size);
  for (const [i, leaf] of leaves.entries()) {
    const about = { name: names[i]!, rows, categorical: categorical.has(leaf.field), budget };
    await sender.column(readLeaf(source, metadata, leaf, about));
  }
  const index = pandas.index.flatMap((field) => names.filter((_, i) => leaves[i]!.field === field));
  await sender.done(index, notes);
}

/** @throws UserError where row groups and columns contradict each other or claim bytes that are not there. */
function checkGroups({ schema, num_rows, row_groups: groups }: FileMetaData, { path, size }: Source): void {
  const columns = schema.filter(({ type }) => type !== undefined).length;
  const corrupt = (what: string) => new UserError(`${path} is corrupt: ${what}`);
  const rows = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!(rows === Number(num_rows) && groups.every((group) => group.num_rows >= 0n))) {
    throw corrupt(`its row groups have ${rows} rows, the file ${num_rows}`);
  }
  for (const group of groups) {
    if (group.columns.length !== columns) {
      throw corrupt(`a row group has ${group.columns.length} columns, the file ${columns}`);
    }
    for (const { file_path: elsewhere, meta_data: metadata } of group.columns) {
      if (elsewhere !== undefined) throw new UserError(`${path} has columns in other files, which is not supported`);
      if (!metadata) throw new UserError(`${path} is encrypted, which is not supported`);
      const { start, length } = chunkBytes(metadata);
      if (!(start >= 4 && length >= 0 && start + length <= size && metadata.num_values >= 0n)) {
        throw corrupt(`a column lies in bytes ${start} to ${start + length}, the file has ${size}`);
      }
    }
  }
}

/** Where the pages of a column chunk are. */
function chunkBytes(metadata: ColumnMetaData): { start: number; length: number } {
  const dictionary = Number(metadata.dictionary_page_offset ?? 0);
  const data = Number(metadata.data_page_offset);
  return { start: dictionary > 0 ? Math.min(dictionary, data) : data, length: Number(metadata.total_compressed_size) };
}

function asyncBuffer({ size, path, read }: Source): AsyncBuffer {
  return {
    byteLength: size,
    slice: (start, end = size) => {
      if (!(start >= 0 && start <= end && end <= size)) {
        throw new UserError(`${path} is corrupt or truncated: bytes ${start} to ${end} are needed, it has ${size}`);
      }
      const bytes = read(start, end - start);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    },
  };
}

/** What a column is to become. */
interface About {
  readonly name: string;
  readonly rows: number;
  readonly categorical: boolean;
  readonly budget: Budget;
}

/** Takes the pages of one column. */
interface Taker {
  dictionary(stored: DecodedArray): void;
  page(page: DataPage): void;
  readonly rows: number;
  /** Set where the column cannot be used: the rest need not be read. */
  readonly reason?: string | undefined;
  finish(): Column;
}

function readLeaf(source: Source, metadata: FileMetaData, leaf: Leaf, about: About): Column {
  const taker = takerOf(leaf, about);
  let rows = 0;
  for (const group of metadata.row_groups) {
    if (taker.reason !== undefined) break;
    const chunk = group.columns[leaf.place]!.meta_data!;
    if (leaf.lists.length === 0 && chunk.num_values !== group.num_rows) throw rowsDiffer(source, about.name);
    const { start, length } = chunkBytes(chunk);
    const column: PageColumn = {
      element: leaf.element,
      metadata: chunk,
      levels: { definition: leaf.defined, repetition: leaf.lists.length },
      path: source.path,
    };
    for (const part of readPages(source.read(start, length), column)) {
      if ("dictionary" in part) taker.dictionary(part.dictionary);
      else taker.page(part.page);
      if (taker.reason !== undefined) break;
    }
    rows += Number(group.num_rows);
    if (taker.reason === undefined && taker.rows !== rows) throw rowsDiffer(source, about.name);
  }
  return taker.finish();
}

const rowsDiffer = ({ path }: Source, name: string): UserError =>
  new UserError(`${path} is corrupt: column "${name}" has another number of rows than the file`);

function takerOf(leaf: Leaf, about: About): Taker {
  const { type, lists } = leaf;
  if (type.kind === "unusable") return skipping(about.name, type.reason);
  if (lists.length > 0) {
    if (type.kind === "text") return skipping(about.name, "lists of text");
    if (type.kind === "decimals") return skipping(about.name, "lists of decimals");
    return new ListTaker(leaf, type, about);
  }
  if (type.kind === "text" || about.categorical) return new WordTaker(leaf, type, about);
  return type.kind === "decimals" ? new DecimalTaker(leaf, type, about) : new NumberTaker(leaf, type, about);
}

const skipping = (name: string, reason: string): Taker => ({
  dictionary: () => {},
  page: () => {},
  rows: 0,
  reason,
  finish: () => ({ kind: "skipped", name, reason }),
});

/** Which cells have a value; absent where all have. */
function presence({ definition, cells, defined }: DataPage, full: number): Uint8Array | undefined {
  if (!definition || cells === defined) return undefined;
  return definition.map((level) => (level === full ? 1 : 0));
}

/** Values of every cell of a page, 0 where there is none. */
class NumberPages {
  readonly #type: Extract<LeafType, { kind: "numbers" }>;
  #dictionary: ColumnValues | undefined;

  constructor(type: Extract<LeafType, { kind: "numbers" }>) {
    this.#type = type;
  }

  dictionary(stored: DecodedArray): void {
    this.#dictionary = this.#type.convert(stored as never);
  }

  values(page: DataPage, present: Uint8Array | undefined): ColumnValues {
    const compact = page.coded
      ? looked(this.#dictionary, page.stored as Int32Array)
      : this.#type.convert(page.stored as never);
    if (!present) return compact;
    const spread = new (compact.constructor as Float64ArrayConstructor)(page.cells);
    for (let i = 0, at = 0; i < page.cells; i++) if (present[i]) spread[i] = compact[at++] as number;
    return spread;
  }
}

function looked(dictionary: ColumnValues | undefined, places: Int32Array): ColumnValues {
  checkPlaces(dictionary, places);
  const values = new (dictionary!.constructor as Float64ArrayConstructor)(places.length);
  for (let i = 0; i < places.length; i++) values[i] = dictionary![places[i]!] as number;
  return values;
}

function checkPlaces(dictionary: ArrayLike<unknown> | undefined, places: Int32Array): void {
  const length = dictionary?.length ?? 0;
  for (let i = 0; i < places.length; i++) {
    if (!(places[i]! >= 0 && places[i]! < length)) throw new Error("parquet value outside of its dictionary");
  }
}

class NumberTaker implements Taker {
  readonly #pages: NumberPages;
  readonly #column: NumberColumn;
  readonly #full: number;

  constructor(leaf: Leaf, type: Extract<LeafType, { kind: "numbers" }>, { name, rows, budget }: About) {
    this.#pages = new NumberPages(type);
    this.#column = new NumberColumn(name, type.element, rows, budget);
    this.#full = leaf.defined;
  }

  get rows(): number {
    return this.#column.rows;
  }

  dictionary(stored: DecodedArray): void {
    this.#pages.dictionary(stored);
  }

  page(page: DataPage): void {
    const present = presence(page, this.#full);
    this.#column.append(this.#pages.values(page, present), present);
  }

  finish(): Column {
    return this.#column.finish();
  }
}

class DecimalTaker implements Taker {
  readonly #type: Extract<LeafType, { kind: "decimals" }>;
  readonly #column: DecimalColumn;
  readonly #full: number;
  #dictionary: DecodedArray | undefined;

  constructor(leaf: Leaf, type: Extract<LeafType, { kind: "decimals" }>, { name, rows, budget }: About) {
    this.#type = type;
    this.#column = new DecimalColumn(name, type.scale, rows, budget);
    this.#full = leaf.defined;
  }

  get rows(): number {
    return this.#column.rows;
  }

  dictionary(stored: DecodedArray): void {
    this.#dictionary = stored;
  }

  page({ definition, cells, stored, coded }: DataPage): void {
    if (coded) checkPlaces(this.#dictionary, stored as Int32Array);
    for (let i = 0, at = 0; i < cells; i++) {
      if (definition && definition[i] !== this.#full) this.#column.append(undefined);
      else {
        const value = coded ? this.#dictionary![stored[at++] as number] : stored[at++];
        this.#column.append(this.#type.unscaled(value as never));
      }
    }
  }

  finish(): Column {
    return this.#column.finish();
  }
}

/** Text, or numbers that are categories. */
class WordTaker implements Taker {
  readonly #write: (stored: never) => string | undefined;
  /** Whether the file says that its bytes are text. */
  readonly #declared: boolean;
  readonly #column: WordColumn;
  readonly #full: number;
  readonly #name: string;
  /** The numbers of the words in the dictionary. */
  #codes: Int32Array | undefined;
  reason: string | undefined;

  constructor(leaf: Leaf, type: LeafType, { name, categorical, rows, budget }: About) {
    this.#name = name;
    this.#write = wordsOf(type);
    this.#declared = type.kind !== "text" || type.declared;
    this.#column = new WordColumn(name, categorical, rows, budget);
    this.#full = leaf.defined;
  }

  get rows(): number {
    return this.#column.rows;
  }

  dictionary(stored: DecodedArray): void {
    this.#codes = this.#encode(stored);
  }

  #encode(stored: DecodedArray): Int32Array {
    const codes = new Int32Array(stored.length);
    for (let i = 0; i < stored.length; i++) {
      const word = this.#write(stored[i] as never);
      if (word === undefined || (!this.#declared && word.includes("\0"))) this.reason ??= "bytes that are no text";
      codes[i] = this.#column.code(word ?? "");
    }
    return codes;
  }

  page({ definition, cells, stored, coded }: DataPage): void {
    if (coded) checkPlaces(this.#codes, stored as Int32Array);
    const codes = coded ? undefined : this.#encode(stored);
    for (let i = 0, at = 0; i < cells; i++) {
      if (definition && definition[i] !== this.#full) this.#column.append(-1);
      else {
        const code = codes ? codes[at] : this.#codes![stored[at] as number];
        this.#column.append(code!);
        at++;
      }
    }
  }

  finish(): Column {
    if (this.reason !== undefined) return { kind: "skipped", name: this.#name, reason: this.reason };
    return this.#column.finish();
  }
}

/** How the values of a column of categories are written. */
function wordsOf(type: LeafType): (stored: never) => string | undefined {
  if (type.kind === "text") return type.text;
  if (type.kind === "numbers") return (stored) => String(type.convert([stored] as never)[0]);
  return String;
}

class ListTaker implements Taker {
  readonly #pages: NumberPages;
  readonly #column: ListColumn;
  readonly #leaf: Leaf;

  constructor(leaf: Leaf, type: Extract<LeafType, { kind: "numbers" }>, { name, rows, budget }: About) {
    this.#pages = new NumberPages(type);
    this.#column = new ListColumn(name, type.element, rows, budget);
    this.#leaf = leaf;
  }

  get rows(): number {
    return this.#column.rows;
  }

  get reason(): string | undefined {
    return this.#column.reason;
  }

  dictionary(stored: DecodedArray): void {
    this.#pages.dictionary(stored);
  }

  page(page: DataPage): void {
    const { definition, repetition, cells } = page;
    const { lists, defined } = this.#leaf;
    const present = presence(page, defined);
    const values = this.#pages.values(page, present);
    const levels = lists.length > 1 ? repetition : undefined;
    const [outer, inner] = [lists[0]!, lists.at(-1)!];
    for (let i = 0; i < cells; ) {
      if (repetition![i] !== 0 && this.#column.rows === 0) throw new Error("parquet list that begins in the middle");
      const level = definition![i]!;
      if (level < outer) {
        // one level lower is an empty list
        if (level < outer - 1) this.#column.nullRow();
        else this.#column.startRow();
        i++;
        continue;
      }
      if (repetition![i] === 0) this.#column.startRow();
      const from = i++;
      while (i < cells && repetition![i] !== 0) i++;
      if (lists.length > 1 && hasBelow(definition!, from, i, inner))
        this.#column.skip("lists of lists of different lengths");
      this.#column.append(values, from, i, present, levels);
    }
  }

  finish(): Column {
    return this.#column.finish();
  }
}

function hasBelow(levels: Uint8Array, from: number, to: number, level: number): boolean {
  for (let i = from; i < to; i++) if (levels[i]! < level) return true;
  return false;
}
