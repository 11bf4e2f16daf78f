// A collection from files of features, such as the vectors of CLIP: two views, taken as they are.
import { createHash } from "node:crypto";
import { gatherRows } from "../data/matrix.js";
import { UserError } from "../errors.js";
import { itemColumns } from "../search/index/file-columns.js";
import { sampleId } from "../search/index/item-details.js";
import type { Metadata } from "../search/stores/store.js";
import { type DataSource, openData } from "../train/data-source.js";
import type { Collection, OpenHooks } from "./collection.js";
import { holdOut } from "./held-out.js";

/**
 * Opens one file, or several that are joined by ids. Samples with the same values in a view are one group of held-out pairs.
 * @param source which files, and how they are to be understood.
 * @throws UserError where there are not two views, or too few samples have both.
 */
export async function fileCollection(source: DataSource, seed: number, hooks: OpenHooks): Promise<Collection> {
  const data = await openData(source, { onNote: (note) => hooks.onNote?.(note) });
  const names = data.views.map(({ name }) => name);
  const files = [source.data].flat();
  if (names.length === 1) {
    throw new UserError(
      `${files.join(", ")} has one view, "${names[0]}", and there are no pairs to learn from: vantage index ${files[0]} --out INDEX makes it searchable`,
    );
  }
  if (names.length > 2) {
    throw new UserError(
      `${files.join(", ")} has the views ${names.join(", ")}; search is learned between two: choose with --views ${names.slice(0, 2).join(",")}`,
    );
  }
  const rows = Int32Array.from({ length: data.samples }, (_, row) => row).filter((row) =>
    data.views.every(({ present }) => present?.[row] !== 0),
  );
  const keys: string[][] = [];
  const values = data.views.map(({ matrix }) => new Float32Array(matrix.columns));
  for (const row of rows) {
    hooks.signal?.throwIfAborted();
    keys.push(
      data.views.map(({ matrix, name }, v) => {
        gatherRows(matrix, [row], values[v]!);
        return `${name} ${createHash("sha256").update(values[v]!).digest("base64")}`;
      }),
    );
  }
  const details = new Map<string, Metadata>();
  if (files.length === 1) {
    const columns = await itemColumns(files[0]!, data, source.text);
    if (columns.names.length > 0) {
      hooks.onNote?.(`kept as metadata of the items: ${columns.names.join(", ")}`);
      for (let row = 0; row < data.samples; row++) details.set(sampleId(data, row), columns.of(row));
    }
  }
  return { data, heldOut: holdOut(rows, keys, seed), details };
}
