// The items of an index encoded, stored, and made ready: graphs for approximate search, the map.

import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { removeUnfinished } from "../../files.js";
import { inside } from "../../inside.js";
import { type OpenOptions, openStore } from "../stores/open-store.js";
import { countItems, type Item, type Store } from "../stores/store.js";
import { type IndexFolder, isOfVectors, removeStart, type StoreKind, searchedBits } from "./index-folder.js";
import { type MapOptions, makeIndexMap, writeIndexMap } from "./index-map.js";
import { type Details, sampleId } from "./item-details.js";
import type { LeftOut } from "./left-out.js";
import type { Encoded } from "./vector-view.js";

/** Items per call of the store. */
export const storedTogether = 1024;

/** How an indexing is followed and ended. */
export interface IndexHooks {
  readonly signal?: AbortSignal;
  /** Items stored so far, and of how many. */
  onItems?(done: number, total: number): void;
  /** What begins now. */
  onStage?(stage: "pictures" | "items" | "graphs" | "map"): void;
  /** Receives how the data was matched with the run. */
  onNote?(note: string): void;
}

/** What an index holds now: the last line of `vantage index --json`. */
export interface IndexSummary {
  readonly index: string;
  readonly name: string;
  readonly method: string;
  readonly dataset: string;
  /** Of a code; 0 where vectors are compared themselves. */
  readonly bits: number;
  /** Values of a vector; 0 where items are packed codes. */
  readonly dimensions: number;
  readonly store: StoreKind;
  /** Items that were added or replaced, by view. */
  readonly added: Readonly<Record<string, number>>;
  /** Items that the index holds. */
  readonly items: number;
  /** What was left out since samples lack the views that an item is made of, by the index's view; absent where nothing was. */
  readonly leftOut?: Readonly<Record<string, LeftOut>>;
}

/** Opens the store of an index that is made or added to; one that was not there before is nothing without its store. */
export async function openMakingStore(
  index: IndexFolder,
  wasThere: boolean,
  engine: Engine,
  options: Omit<OpenOptions, "isMaking">,
): Promise<Store> {
  try {
    return await openStore(index, engine, { ...options, isMaking: true });
  } catch (error) {
    if (!wasThere) removeStart(index.folder);
    throw error;
  }
}

/** @param added items by view. @param items that the index holds now. */
export function summaryOf(
  { folder, manifest }: IndexFolder,
  added: ReadonlyMap<string, number>,
  items: number,
): IndexSummary {
  const { name, method, dataset, dimensions, store } = manifest;
  const bits = searchedBits(manifest);
  return { index: folder, name, method, dataset, bits, dimensions, store, added: Object.fromEntries(added), items };
}

/** The items of one view. */
export interface IndexPart {
  readonly view: string;
  /** The samples that have it. */
  readonly rows: Int32Array;
  /** What is stored of them, in their order. */
  encodings(): AsyncIterable<Encoded & { readonly row: number }>;
}

/** What goes into an index. */
interface IndexParts {
  readonly index: IndexFolder;
  /** The folder was an index before. */
  readonly wasThere: boolean;
  readonly parts: readonly IndexPart[];
  readonly data: MultiViewDataset;
  /** Makes what is kept of items beside their codes, pictures among it. */
  details(): Promise<Details>;
  readonly replaces?: boolean;
  /** How the map is made; false for none. */
  readonly map: Omit<MapOptions, "signal"> | false;
}

/** Stores the items of an index whose folder is there. @throws the signal's reason once it is given. */
export async function storeItems(
  { index, wasThere, parts, data, details, replaces, map }: IndexParts,
  engine: Engine,
  hooks: IndexHooks,
): Promise<IndexSummary> {
  const { folder } = index;
  const store = await openMakingStore(index, wasThere, engine, { replaces, onNote: hooks.onNote });
  for (const part of [".", "model"]) removeUnfinished(inside(folder, part));
  const added = new Map<string, number>();
  let items = 0;
  try {
    hooks.onStage?.("pictures");
    const detailsOf = await details();
    hooks.onStage?.("items");
    const total = parts.reduce((sum, { rows }) => sum + rows.length, 0);
    let done = 0;
    hooks.onItems?.(0, total);
    for (const { view, rows, encodings } of parts) {
      added.set(view, rows.length);
      let waiting: Item[] = [];
      const flush = async () => {
        await store.add(waiting);
        done += waiting.length;
        hooks.onItems?.(done, total);
        waiting = [];
      };
      for await (const { row, code, vector } of encodings()) {
        hooks.signal?.throwIfAborted();
        waiting.push({ id: sampleId(data, row), view, code, vector, metadata: detailsOf(row, view) });
        if (waiting.length === storedTogether) await flush();
      }
      if (waiting.length > 0) await flush();
    }
    // so many candidates are ordered anew by their vectors that a graph would seldom be of use: the first search to need one makes it
    if (!isOfVectors(index.manifest)) {
      hooks.onStage?.("graphs");
      await store.buildGraphs?.();
    }
    if (map) {
      hooks.onStage?.("map");
      writeIndexMap(folder, await makeIndexMap(store, engine, { ...map, signal: hooks.signal }));
    }
    items = await countItems(store);
  } finally {
    await store.close();
  }
  return summaryOf(index, added, items);
}
