// A small index over a store in memory, for tests of the server.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeModel } from "../core/onnx/model.js";
import { Engine } from "../core/runtime/index.js";
import { greater, input, mul } from "../core/tensor/index.js";
import { type ColumnNames, createIndexFolder } from "../search/index/index-folder.js";
import { SearchIndex } from "../search/index/search-index.js";
import { Log } from "../search/stores/folder/log.js";
import { MemoryStore } from "../search/stores/memory-store.testing.js";
import type { Store } from "../search/stores/store.js";

/** An encoder whose code is its input: bits are the signs of the features. */
function identityModel(view: string, columns: number): Uint8Array {
  const x = input(view, ["n", columns]);
  const code = mul(x, 1);
  return encodeModel({ name: view, outputs: { code, bits: greater(code, 0) } });
}

/** Views "a" and "b" of 16 columns each, codes of 16 bits. */
export function writeSmallIndex(
  folder: string,
  store: "folder" | "pglite" | "postgres" = "folder",
  columns: ColumnNames = {},
) {
  const views = ["a", "b"].map((name) => ({
    name,
    columns: 16,
    model: `${name}.onnx`,
    inputs: [{ name, columns: 16 }],
    output: "code",
  }));
  const models = new Map(views.map(({ name, model }) => [model, identityModel(name, 16)]));
  const about = {
    name: "small",
    created: new Date(0).toISOString(),
    method: "dchn",
    dataset: "made-up",
    run: "runs/none",
  };
  const space = { bits: 16, dimensions: 16 };
  const index = createIndexFolder(folder, { ...about, ...space, codes: "sign", views, store }, models, { columns });
  // an empty one: opening an index makes none
  mkdirSync(join(folder, "store"));
  if (store === "folder") Log.create(join(folder, "store", "items.log"), space).close();
  return index;
}

export interface SmallIndex {
  readonly folder: string;
  readonly index: SearchIndex;
  readonly store: Store;
  close(): Promise<void>;
}

export async function smallIndex(columns?: ColumnNames): Promise<SmallIndex> {
  const folder = mkdtempSync(join(tmpdir(), "vantage-index-"));
  const engine = await Engine.open({ threads: 1 });
  const store = new MemoryStore({ bits: 16, dimensions: 16 });
  const index = new SearchIndex(writeSmallIndex(folder, "folder", columns), store, engine);
  return {
    folder,
    index,
    store,
    async close() {
      await index.close();
      engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Features whose code has the given bits. */
export function featuresOf(bits: number): number[] {
  return Array.from({ length: 16 }, (_, i) => ((bits >> (15 - i)) & 1 ? 1 : -1));
}
