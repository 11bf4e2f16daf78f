// Writes Parquet files: columns of text, of numbers, and of lists of numbers.
import type { SchemaElement } from "hyparquet";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { writeFileAtomic } from "../../../files.js";
import type { NumericArray } from "../variables.js";

/** A column to write: text (null where there is none), or numbers with `width` of them per row (1 where absent; more make lists). */
export interface ParquetColumn {
  readonly name: string;
  readonly data: NumericArray | readonly (string | null)[];
  readonly width?: number;
}

/**
 * Writes a Parquet file (snappy), atomically.
 * @throws UserError where it cannot be written.
 */
export function writeParquet(path: string, columns: readonly ParquetColumn[]): void {
  const schema: SchemaElement[] = [{ name: "root", num_children: columns.length }];
  const columnData = columns.map(({ name, data, width = 1 }): ColumnSource => {
    const type = !ArrayBuffer.isView(data) ? "BYTE_ARRAY" : (parquetTypes[data.constructor.name] ?? "INT32");
    const leaf: SchemaElement = {
      name,
      type,
      repetition_type: !ArrayBuffer.isView(data) && data.includes(null) ? "OPTIONAL" : "REQUIRED",
      ...(type === "BYTE_ARRAY" && { converted_type: "UTF8" }),
    };
    // INT64 is written from big integers
    const cells = type === "INT64" ? Array.from(data as Uint32Array, BigInt) : Array.from<number | string | null>(data);
    if (width === 1) {
      schema.push(leaf);
      return { name, data: cells };
    }
    schema.push(
      { name, num_children: 1, repetition_type: "REQUIRED", converted_type: "LIST" },
      { name: "list", num_children: 1, repetition_type: "REPEATED" },
      { ...leaf, name: "element" },
    );
    const rows = Array.from({ length: data.length / width }, (_, i) => cells.slice(i * width, (i + 1) * width));
    return { name, data: rows };
  });
  writeFileAtomic(path, new Uint8Array(parquetWriteBuffer({ columnData, schema })));
}

/** Everything else fits INT32. */
const parquetTypes: Readonly<Record<string, SchemaElement["type"]>> = {
  Float64Array: "DOUBLE",
  Float32Array: "FLOAT",
  Uint32Array: "INT64",
};
