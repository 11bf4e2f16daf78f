// Pages of a Parquet column: levels and values as they are stored. hyparquet decodes the headers and encodings.
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaElement } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from "hyparquet/src/delta.js";
import { byteStreamSplit } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import { checkClaim, codecs } from "../unpack.js";
import { readRuns } from "./runs.js";

/** A page of values. */
export interface DataPage {
  /** Cells, with or without a value. */
  readonly cells: number;
  /** Of each cell; absent in a column that has none. */
  readonly definition: Uint8Array | undefined;
  readonly repetition: Uint8Array | undefined;
  /** Cells that have a value. */
  readonly defined: number;
  /** Values of these as stored, or their places in the dictionary. */
  readonly stored: DecodedArray;
  readonly coded: boolean;
}

/** What the pages of a column are read with. */
export interface PageColumn {
  readonly element: SchemaElement;
  readonly metadata: ColumnMetaData;
  /** Definition level of a value that is there, and how many lists lie one in another. */
  readonly levels: { readonly definition: number; readonly repetition: number };
  readonly path: string;
}

interface Reader {
  view: DataView;
  offset: number;
}

/**
 * Goes through the pages of a column chunk.
 * @throws where they are corrupt: claims are checked before memory is taken for them.
 */
export function* readPages(
  bytes: Uint8Array,
  column: PageColumn,
): Generator<{ readonly dictionary: DecodedArray } | { readonly page: DataPage }> {
  const reader: Reader = { view: viewOf(bytes), offset: 0 };
  const expected = Number(column.metadata.num_values);
  let cells = 0;
  while (cells < expected) {
    const header = parquetHeader(reader);
    const size = header.compressed_page_size;
    if (!(size >= 0 && reader.offset + size <= bytes.length)) throw new Error("parquet page beyond its column");
    const content = bytes.subarray(reader.offset, reader.offset + size);
    reader.offset += size;
    checkClaim(size, header.uncompressed_page_size, column.path);
    if (header.type === "DICTIONARY_PAGE") yield { dictionary: dictionaryPage(content, header, column) };
    else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
      const claimed = (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? -1;
      if (!(claimed >= 0 && cells + claimed <= expected)) throw new Error("parquet page with more values than claimed");
      const page = (header.type === "DATA_PAGE" ? pageV1 : pageV2)(content, header, column);
      cells += page.cells;
      yield { page };
    }
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function unpack(content: Uint8Array, length: number, { metadata, path }: PageColumn): Uint8Array {
  checkClaim(content.length, length, path);
  return decompressPage(content, length, metadata.codec, codecs);
}

function dictionaryPage(content: Uint8Array, header: PageHeader, column: PageColumn): DecodedArray {
  const count = header.dictionary_page_header?.num_values ?? 0;
  const bytes = unpack(content, header.uncompressed_page_size, column);
  return plain({ view: viewOf(bytes), offset: 0 }, count, column.element);
}

function pageV1(content: Uint8Array, header: PageHeader, column: PageColumn): DataPage {
  const { num_values: cells, encoding, ...about } = header.data_page_header!;
  const { levels, element } = column;
  if (levels.repetition > 0 && about.repetition_level_encoding === ("BIT_PACKED" as string)) throw bitPacked;
  if (levels.definition > 0 && about.definition_level_encoding === ("BIT_PACKED" as string)) throw bitPacked;
  const bytes = unpack(content, header.uncompressed_page_size, column);
  const reader: Reader = { view: viewOf(bytes), offset: 0 };
  const repetition = readLevels(reader, cells, levels.repetition);
  const definition = readLevels(reader, cells, levels.definition);
  const defined = countDefined(definition, cells, levels.definition);
  return { cells, definition, repetition, defined, ...readValues(reader, defined, encoding, element) };
}

const bitPacked = new Error("parquet unsupported encoding of levels: BIT_PACKED");

function pageV2(content: Uint8Array, header: PageHeader, column: PageColumn): DataPage {
  const about = header.data_page_header_v2!;
  const { levels, element } = column;
  const cells = about.num_values;
  const [before, between] = [about.repetition_levels_byte_length, about.definition_levels_byte_length];
  if (!(before >= 0 && between >= 0 && before + between <= content.length))
    throw new Error("parquet levels beyond page");
  const reader: Reader = { view: viewOf(content), offset: 0 };
  const repetition = readLevels(reader, cells, levels.repetition, before);
  reader.offset = before;
  const definition = readLevels(reader, cells, levels.definition, between);
  const rest = content.subarray(before + between);
  const length = header.uncompressed_page_size - before - between;
  const bytes = about.is_compressed === false ? rest : unpack(rest, length, column);
  const defined = countDefined(definition, cells, levels.definition);
  const values = readValues({ view: viewOf(bytes), offset: 0 }, defined, about.encoding, element);
  return { cells, definition, repetition, defined, ...values };
}

function readLevels(reader: Reader, cells: number, largest: number, length?: number): Uint8Array | undefined {
  if (largest === 0) return undefined;
  const levels = new Uint8Array(cells);
  const size = length ?? runsLength(reader);
  const start = reader.offset;
  readRuns(reader, 32 - Math.clz32(largest), levels);
  // some writers add an empty run
  reader.offset = start + size;
  return levels;
}

/** The length in bytes that stands before runs. */
function runsLength(reader: Reader): number {
  reader.offset += 4;
  return reader.view.getUint32(reader.offset - 4, true);
}

function countDefined(definition: Uint8Array | undefined, cells: number, largest: number): number {
  if (!definition) return cells;
  let defined = 0;
  for (let i = 0; i < cells; i++) if (definition[i] === largest) defined++;
  return defined;
}

function readValues(
  reader: Reader,
  count: number,
  encoding: string,
  element: SchemaElement,
): Pick<DataPage, "stored" | "coded"> {
  const values = (stored: DecodedArray) => ({ stored, coded: false });
  const { type, type_length: width } = element;
  switch (encoding) {
    case "PLAIN":
      return values(plain(reader, count, element));
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY":
      return { stored: codes(reader, count), coded: true };
    case "RLE": {
      const bits = new Uint8Array(count);
      if (count > 0) {
        runsLength(reader);
        readRuns(reader, 1, bits);
      }
      return values(bits);
    }
    case "BYTE_STREAM_SPLIT":
      checkBytes(reader, count, element);
      return values(byteStreamSplit(reader, count, type!, width));
    case "DELTA_BINARY_PACKED": {
      const numbers = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      if (count > 0) deltaBinaryUnpack(reader, count, numbers);
      return values(numbers);
    }
    case "DELTA_LENGTH_BYTE_ARRAY":
    case "DELTA_BYTE_ARRAY": {
      const texts: Uint8Array[] = [];
      if (count > 0) (encoding === "DELTA_BYTE_ARRAY" ? deltaByteArray : deltaLengthByteArray)(reader, count, texts);
      return values(texts);
    }
    default:
      throw new Error(`parquet unsupported encoding: ${encoding}`);
  }
}

/** Bits that a value takes at least when it is stored plainly. */
function leastBits({ type, type_length: width = 0 }: SchemaElement): number {
  switch (type) {
    case "BOOLEAN":
      return 1;
    case "INT64":
    case "DOUBLE":
      return 64;
    case "INT96":
      return 96;
    case "FIXED_LEN_BYTE_ARRAY":
      return width * 8;
    default:
      return 32;
  }
}

function checkBytes({ view, offset }: Reader, count: number, element: SchemaElement): void {
  if (!(count >= 0 && count * leastBits(element) <= (view.byteLength - offset) * 8)) throw tooShort;
}

const tooShort = new Error("parquet page with fewer bytes than values");

function plain(reader: Reader, count: number, element: SchemaElement): DecodedArray {
  checkBytes(reader, count, element);
  const values = readPlain(reader, element.type!, count, element.type_length);
  if (reader.offset > reader.view.byteLength) throw tooShort;
  return values;
}

/** Places in the dictionary. */
function codes(reader: Reader, count: number): Int32Array {
  const places = new Int32Array(count);
  if (count === 0) return places;
  const width = reader.view.getUint8(reader.offset++);
  if (width > 0) readRuns(reader, width, places);
  return places;
}
