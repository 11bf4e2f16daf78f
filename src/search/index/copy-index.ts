// An index copied into another folder, its items into another store: nothing is encoded anew.
import { cpSync, existsSync, lstatSync } from "node:fs";
import type { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";
import { readRegular } from "../../inside.js";
import { openStore } from "../stores/open-store.js";
import { countItems, type ItemKey, type Store } from "../stores/store.js";
import { extendFolder } from "./build-index.js";
import {
  createIndexFolder,
  hasModel,
  type IndexContent,
  type IndexFolder,
  isIndexFolder,
  modelPath,
  readIndexFolder,
  type StoreKind,
  thumbnailsFolder,
} from "./index-folder.js";
import { hasIndexMap, readIndexMap, writeIndexMap } from "./index-map.js";
import { inIndexFolder } from "./place.js";
import { type IndexHooks, type IndexSummary, openMakingStore, storedTogether, summaryOf } from "./store-items.js";

export interface CopyRequest {
  /** The index that is copied; it stays as it is. */
  readonly from: string;
  readonly folder: string;
  readonly name: string;
  /** Default: that of the index that is copied. */
  readonly store?: StoreKind;
}

/**
 * Copies encoders, items, map and pictures of an index. Into a copy that was interrupted it goes on: items of the same id and view are
 * replaced. Items get the order of their ids, which is that of equal distances.
 * @throws UserError where one of the stores cannot be opened, or the folder holds something else; the signal's reason once it is given.
 */
export async function copyIndex(request: CopyRequest, engine: Engine, hooks: IndexHooks = {}): Promise<IndexSummary> {
  const index = readIndexFolder(request.from);
  const source = await openStore(index, engine, { onNote: hooks.onNote });
  try {
    return await inIndexFolder(request.folder, async () => {
      const wasThere = isIndexFolder(request.folder);
      const target = targetFolder(index, request);
      const store = await openMakingStore(target, wasThere, engine, { onNote: hooks.onNote });
      try {
        await copyItems(source, store, hooks);
        hooks.onStage?.("graphs");
        await store.buildGraphs?.();
        if (hasIndexMap(request.from)) writeIndexMap(request.folder, readIndexMap(request.from));
        copyPictures(request.from, request.folder);
        return summaryOf(target, await source.counts(), await countItems(store));
      } finally {
        await store.close();
      }
    });
  } finally {
    await source.close();
  }
}

async function copyItems(source: Store, target: Store, { signal, onItems, onStage }: IndexHooks): Promise<void> {
  onStage?.("items");
  const total = await countItems(source);
  let done = 0;
  onItems?.(0, total);
  for (let after: ItemKey | undefined; ; ) {
    signal?.throwIfAborted();
    const page = await source.page(after, storedTogether);
    if (page.length === 0) return;
    await target.add(page);
    done += page.length;
    onItems?.(done, total);
    after = page.at(-1);
  }
}

function targetFolder(index: IndexFolder, { folder, name, store }: CopyRequest): IndexFolder {
  const { center, coder, columns, states } = index;
  const { format: _, identity: __, ...about } = index.manifest;
  const content: IndexContent = { ...about, name, created: new Date().toISOString(), store: store ?? about.store };
  const models = new Map(
    about.views.filter(hasModel).map((view) => [view.model, readRegular(modelPath(index.folder, view))]),
  );
  if (!isIndexFolder(folder)) return createIndexFolder(folder, content, models, { columns, states, center, coder });
  const found = readIndexFolder(folder);
  const [own, others] = [found.coder, coder];
  const isOther = about.views.some(({ name }) => !isSame(own?.means.get(name), others?.means.get(name)));
  if (isOther || !isSame(found.center, center) || !isSame(own?.projection, others?.projection))
    throw new UserError(`${folder} has another center of its codes: give another --out`);
  return extendFolder(found, content, models, { columns, states }, content.store);
}

function isSame(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a?.length === b?.length && (a === undefined || a.every((value, i) => value === b![i]));
}

/** Plain files and folders only: a link, in an index that may be untrusted, would be one to another file. */
function copyPictures(from: string, to: string): void {
  const [source, target] = [thumbnailsFolder(from), thumbnailsFolder(to)];
  if (!existsSync(source)) return;
  const filter = (path: string) => {
    const found = lstatSync(path);
    return found.isFile() || found.isDirectory();
  };
  try {
    cpSync(source, target, { recursive: true, filter });
  } catch (error) {
    throw fileError(error, target, "written");
  }
}
