// What a file says of its samples beside views, labels, ids and split, one value each: captions, addresses, years. Kept as metadata.
import type { MultiViewDataset } from "../../data/dataset.js";
import { type ReadOptions, readVariables, type Variable } from "../../data/formats/index.js";
import type { Metadata } from "../stores/store.js";

/** Columns of a file by row. */
export interface ItemColumns {
  readonly names: readonly string[];
  of(row: number): Metadata;
}

type Reader = (row: number) => string | number | undefined;

/** The variables that the data set does not use and that have a text or a number for every sample. */
export async function itemColumns(
  path: string,
  { account = [], samples }: MultiViewDataset,
  text: ReadOptions = {},
): Promise<ItemColumns> {
  const unused = new Set(account.filter(({ role }) => role === "ignored").map(({ variable }) => variable));
  const content = await readVariables(path, text);
  const readers = new Map<string, Reader>();
  try {
    for (const [name, variable] of content.variables) {
      const isForbidden = name === "__proto__" || name === "constructor";
      const reader = unused.has(name) && !isForbidden ? await readerOf(variable, samples) : undefined;
      if (reader !== undefined) readers.set(name, reader);
    }
  } finally {
    content.close();
  }
  return {
    names: [...readers.keys()],
    of: (row) =>
      Object.fromEntries(
        [...readers].flatMap(([name, reader]) => {
          const value = reader(row);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
  };
}

async function readerOf(variable: Variable, samples: number): Promise<Reader | undefined> {
  if (variable.kind === "text") {
    const { lines, missing } = variable;
    if (lines.length !== samples) return undefined;
    return (row) => (missing?.[row] === 1 ? undefined : lines[row]!);
  }
  if (variable.kind !== "numeric") return undefined;
  const { shape } = variable;
  const values = shape.reduce((product, size) => product * size, 1);
  if (shape[0] !== samples || values !== samples) return undefined;
  const read = await variable.read();
  return (row) => {
    const value = Number(read[row]);
    return Number.isFinite(value) ? value : undefined;
  };
}
