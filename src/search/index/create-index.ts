// An index for vectors or packed codes made by a program: empty, or of a data set.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import type { Metadata } from "../stores/store.js";
import { createIndexFolder, isIndexFolder, readIndexFolder, type StoreKind, type VectorCodes } from "./index-folder.js";
import { indexVectors, vectorIndex } from "./index-vectors.js";
import { inIndexFolder } from "./place.js";
import { openMakingStore } from "./store-items.js";

/** What `SearchIndex.create` makes: `views` or `data`, one of them. */
export interface CreateIndexOptions {
  /** Where it is made, and opened again with `SearchIndex.open`. Default: a temporary folder, which `close` removes. */
  readonly folder?: string;
  /** Names of the views, each with the length of its vectors (of packed codes: their bits), one and the same for all. */
  readonly views?: Readonly<Record<string, number>>;
  /** The items that it begins with: a vector, or the bytes of a packed code, for each sample and view. */
  readonly data?: MultiViewDataset;
  /** More to keep of the data's items, by id. */
  readonly metadata?: ReadonlyMap<string, Metadata>;
  /** cosine: of vectors of float32; hamming: of packed codes, 8 bits a byte. Default: cosine. */
  readonly metric?: "cosine" | "hamming";
  /**
   * What is scanned before vectors are compared. none: nothing, all vectors are compared, which is exact and fast enough up to some ten thousand.
   * signs: the signs of the unit vectors less their mean, a bit a value. itq: 128 bits (iterative quantization). The last two are learned of `data`.
   * Default: signs with `data`, else none.
   */
  readonly codes?: VectorCodes;
  /** Where items are kept. Default: folder. */
  readonly store?: StoreKind;
  /** What requests call it. Default: the folder's name. */
  readonly name?: string;
  /** Default: one that all share. */
  readonly engine?: Engine;
  /** Receives what there is to say, in lines. */
  onNote?(note: string): void;
}

/** @returns the folder, and what takes it away where it is a temporary one. */
export async function createVectorIndex(
  options: CreateIndexOptions,
  engine: Engine,
): Promise<{ readonly folder: string; remove(): void }> {
  const { metric = "cosine", data, views } = options;
  if ((data === undefined) === (views === undefined)) throw new UserError("expected one of views and data");
  if (metric === "hamming" && options.codes !== undefined) {
    throw new UserError(
      `metric hamming compares the items, which are already codes: leave codes (${options.codes}) out`,
    );
  }
  if (options.folder !== undefined && isIndexFolder(options.folder)) {
    throw new UserError(`${options.folder} is already an index: open it with SearchIndex.open, or give another folder`);
  }
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "vantage-index-"));
  const remove = () => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  const { store = "folder", name = indexName(options.folder ?? "index") } = options;
  try {
    if (data !== undefined) {
      const codes = metric === "hamming" ? ("packed" as const) : (options.codes ?? "signs");
      const source = data.source ?? data.name;
      const request = { data, source, folder, name, codes, store, details: options.metadata, withMap: false };
      await indexVectors(request, engine, { onNote: options.onNote });
    } else {
      await createEmpty(folder, emptyIndex(options, name, store), engine, options.onNote);
    }
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * What an index that is there is called, or else one that is made in the folder: as the folder is.
 * @param source the run or file that it is made of, whose name is taken where the folder's says nothing: "index".
 */
export function nameOfIndex(folder: string, source?: string): string {
  if (isIndexFolder(folder)) return readIndexFolder(folder).manifest.name;
  const name = indexName(folder);
  return name === "index" && source !== undefined ? indexName(source.replace(/\.[A-Za-z]\w*$/, "")) : name;
}

function indexName(folder: string): string {
  return (
    basename(resolve(folder))
      .replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-")
      .slice(0, 128) || "index"
  );
}

function emptyIndex({ metric, views = {}, codes = "none" }: CreateIndexOptions, name: string, store: StoreKind) {
  const sizes = Object.entries(views);
  const [first] = sizes;
  if (first === undefined) throw new UserError("views: expected a name and a length for each, such as { image: 512 }");
  const other = sizes.find(([, size]) => size !== first[1]);
  if (other !== undefined) {
    throw new UserError(
      `views "${first[0]}" and "${other[0]}" have lengths ${first[1]} and ${other[1]}: one index compares vectors of one length`,
    );
  }
  if (codes !== "none") throw new UserError(`codes ${codes} are learned from vectors: give data, or omit codes`);
  const isPacked = metric === "hamming";
  if (!Number.isInteger(first[1]) || first[1] < 1 || (isPacked && first[1] % 8 !== 0)) {
    const expected = isPacked ? "bits, a multiple of 8" : "a whole number from 1";
    throw new UserError(`view "${first[0]}": length ${first[1]}, expected ${expected}`);
  }
  const columns = new Map(sizes.map(([view, size]) => [view, isPacked ? size / 8 : size]));
  const about = { name, source: "a program", dataset: name, codes: isPacked ? "packed" : codes, store } as const;
  return vectorIndex(about, columns);
}

function createEmpty(
  folder: string,
  content: ReturnType<typeof vectorIndex>,
  engine: Engine,
  onNote?: (note: string) => void,
): Promise<void> {
  return inIndexFolder(folder, async () => {
    const index = createIndexFolder(folder, content, new Map());
    await (await openMakingStore(index, false, engine, { onNote })).close();
  });
}
