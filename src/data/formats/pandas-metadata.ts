// What pandas and Arrow write beside the columns of a Parquet or Arrow file: which are the index, which are categorical.
import { Type, tableFromIPC } from "@uwdata/flechette";

export interface WriterNotes {
  /** Columns that are the index of a data frame; a RangeIndex has none. */
  readonly index: readonly string[];
  readonly categorical: ReadonlySet<string>;
}

/** From the value of the key "pandas". Nothing where it is absent or no such metadata. */
export function pandasMetadata(text: string | undefined): WriterNotes {
  const metadata = parsed(text);
  const index = list(metadata.index_columns).filter((each) => typeof each === "string");
  const categorical = new Set<string>();
  for (const column of list(metadata.columns)) {
    const { field_name: field, name, pandas_type: type } = record(column);
    if (type === "categorical") categorical.add(String(field ?? name));
  }
  return { index, categorical };
}

/** The columns that are dictionaries in the Arrow schema under the key "ARROW:schema", as R, Polars and pyarrow write it. */
export function arrowCategories(text: string | undefined): string[] {
  if (text === undefined) return [];
  try {
    const { fields } = tableFromIPC(new Uint8Array(Buffer.from(text, "base64"))).schema;
    return fields.filter(({ type }) => type.typeId === Type.Dictionary).map(({ name }) => name);
  } catch {
    // it is only a hint
    return [];
  }
}

function parsed(text: string | undefined): Record<string, unknown> {
  try {
    return record(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

const record = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
