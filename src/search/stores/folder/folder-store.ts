// The embedded store: one folder with a log of items and, beside it, what is held in memory, for opening quickly.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Kernels } from "../../../core/kernels/kernels.js";
import { StorageError, UserError } from "../../../errors.js";
import { makeFolder, temporaryName, writeProtection } from "../../../files.js";
import { hasWriter } from "../../../runs/lock.js";
import { lockIndex } from "../../index/lock-index.js";
import { isCostly } from "../../scheduling/query-cost.js";
import { checkItem, checkQuery, checkSpace } from "../check.js";
import type { GraphStatus, Hit, Item, ItemKey, Query, Space, Store } from "../store.js";
import { isTemporary } from "./files.js";
import { Generation } from "./generation.js";
import type { GraphProgress } from "./graphs.js";
import { encodeItem, encodeRecord, encodeRemoval, Log, type Torn } from "./log.js";
import { searchGeneration } from "./search.js";
import { readSnapshot, writeSnapshot } from "./snapshot.js";
import { SortedKeys } from "./sorted-keys.js";

/** A record is closed once it holds this much. */
const recordBytes = 4 << 20;
/** Columns are written anew once the log has grown by this and by half. */
const snapshotBytes = 64 << 20;
/** The log is written anew once this much of it, and half, is of no more use. */
const compactionBytes = 1 << 20;
/** Queries that are answered in one go; others wait their turn. */
const queriesPerTurn = 256;

/** How a folder store is opened. */
export interface FolderStoreOptions {
  /** What the codes are; needed where the folder holds no index yet, checked where it does. */
  readonly space?: Space;
  /** Where the codes are kept and searched; by default kernels of its own, with one thread per processor. */
  readonly kernels?: Kernels;
  /** For searching only: beside a process that writes, if there is one. What is added later is not found. Default: false. */
  readonly readOnly?: boolean;
  /** Receives what a crash cost, in one line. */
  onNote?(note: string): void;
}

/** An item that is added, or an id that is deleted. */
interface Change {
  readonly id: string;
  /** Of an item that is added; the view that an id is deleted from, in all where it is undefined. */
  readonly view?: string;
  readonly isRemoval: boolean;
  readonly entry: Buffer;
}

interface Writing {
  /** The entries still to be written, made one by one. */
  readonly entries: Iterator<Change>;
  removed: number;
  resolve(removed: number): void;
  reject(error: unknown): void;
}

interface Pending {
  readonly queries: readonly Query[];
  resolve(hits: Hit[][]): void;
  reject(error: unknown): void;
}

/** Queries that are answered one after another, those that wait together. */
interface Lane {
  readonly requested: Pending[];
  searcher?: Promise<void>;
}

/**
 * Opens the index in a folder, or makes one where a space is given and none is there. One process at a time writes to a folder; with
 * `readOnly`, or where a folder may not be written, as many as like open it for searching.
 * @throws UserError where the folder is in use, holds no index or one of another space, is damaged or cannot be made.
 * @example
 * ```ts
 * import { openFolderStore } from "vantage-ml/search";
 *
 * const store = await openFolderStore("codes", { space: { bits: 8, dimensions: 0 } });
 * await store.add([{ id: "a", view: "image", code: Uint8Array.of(0b11110000) }]);
 * const [hits] = await store.search([{ code: Uint8Array.of(0b11100000), k: 1, mode: "exact", rerank: 0 }]);
 * console.log(hits!.map(({ id, distance }) => [id, distance])); // [ [ 'a', 1 ] ]
 * await store.close();
 * ```
 */
export async function openFolderStore(folder: string, options: FolderStoreOptions = {}): Promise<FolderStore> {
  if (options.space !== undefined) checkSpace(options.space);
  const path = join(folder, "items.log");
  const { readOnly = false, space } = options;
  if ((readOnly || space === undefined) && !existsSync(path)) throw new UserError(`${folder} holds no search index`);
  if (!readOnly) makeFolder(folder);
  // What this process does not write it can read without a lock: a log only grows, or is replaced by another file.
  const protection = readOnly ? openedToRead(folder) : existsSync(path) ? writeProtection(folder) : undefined;
  const release = protection !== undefined ? () => {} : lockIndex(folder);
  const kernels = options.kernels ?? (await Kernels.open());
  let log: Log | undefined;
  let generation: Generation | undefined;
  try {
    if (protection === undefined)
      for (const name of readdirSync(folder)) if (isTemporary(name)) rmSync(join(folder, name));
    if (existsSync(path)) log = Log.open(path, protection);
    else {
      log = Log.create(temporaryName(path), options.space!);
      log.moveTo(path);
    }
    const { bits, dimensions } = log.space;
    const wanted = options.space ?? log.space;
    if (wanted.bits !== bits || wanted.dimensions !== dimensions) {
      throw new UserError(
        `${folder} holds codes of ${bits} bits with vectors of ${dimensions} values, ` +
          `requested ${wanted.bits} bits and ${wanted.dimensions} values`,
      );
    }
    const snapshot = readSnapshot(join(folder, "items.columns"), log, kernels);
    const onNote = options.onNote ?? (() => {});
    const opened = new Generation(kernels, log, snapshot?.views ?? new Map(), onNote, snapshot?.liveBytes);
    generation = opened;
    const torn = log.replay(snapshot?.length ?? Log.start, (entry, position) => opened.apply(entry, position));
    // What another process is just writing is not torn.
    if (torn !== undefined && !(readOnly && hasWriter(folder))) onNote(tornNote(path, torn));
    opened.graphs.load();
    return new FolderStore(folder, opened, snapshot?.length ?? 0, release, options.kernels === undefined);
  } catch (error) {
    if (generation !== undefined) generation.retire();
    else log?.close();
    if (options.kernels === undefined) await kernels.close();
    release();
    throw error;
  }
}

function openedToRead(folder: string): StorageError {
  return new StorageError(`${folder} is open for searching only`);
}

function tornNote(path: string, { bytes, entries, kept }: Torn): string {
  const where = kept === undefined ? "left out" : `left out and kept in ${kept}`;
  return (
    `${path}: its last record is not whole, as a crash leaves one that was not acknowledged; ${bytes} bytes ` +
    `(${entries} whole items or deletions in them) are ${where}`
  );
}

/** A store in a folder (see `Store`). Codes, and some 26 bytes per item beside them, are held in memory; the rest is read when requested. */
export class FolderStore implements Store {
  readonly space: Space;
  readonly #folder: string;
  readonly #release: () => void;
  readonly #ownsKernels: boolean;
  #generation: Generation;
  #keys: SortedKeys;
  /** Length of the log that the file of columns covers; 0 where there is none. */
  #covered: number;
  /** Length of the log below which there is no use in tidying. */
  #tidyFrom = 0;
  readonly #writes: Writing[] = [];
  #writer: Promise<void> | undefined;
  /** Queries that take long are answered beside the others, not before them. */
  readonly #lanes: readonly Lane[] = [{ requested: [] }, { requested: [] }];
  #closed: Promise<void> | undefined;

  /** @internal Use `openFolderStore`. */
  constructor(folder: string, generation: Generation, covered: number, release: () => void, ownsKernels: boolean) {
    this.space = generation.log.space;
    this.#folder = folder;
    this.#generation = generation;
    this.#keys = new SortedKeys(generation);
    this.#covered = covered;
    this.#release = release;
    this.#ownsKernels = ownsKernels;
  }

  get isReadOnly(): boolean {
    return this.#generation.log.isReadOnly;
  }

  /** Bytes held in memory for all items, searches under way not counted. */
  get memoryBytes(): number {
    const { views, graphs } = this.#generation;
    return [...views.values()].reduce((sum, columns) => sum + columns.memoryBytes, graphs.memoryBytes);
  }

  /**
   * Builds the graphs for approximate search, of all views that are large enough to gain by it, and writes them to the folder.
   * Without this the first approximate search begins it, and finds exactly what the graph does not hold yet.
   */
  async buildGraphs(onProgress?: GraphProgress): Promise<void> {
    this.#mustBeOpen();
    const { graphs } = this.#generation;
    await graphs.build(true, onProgress);
    await graphs.save();
  }

  async add(items: readonly Item[]): Promise<void> {
    this.#mustBeOpen();
    for (const item of items) checkItem(item, this.space);
    for (const { id, view } of items) {
      // In UTF-8, which the log holds, half a surrogate pair would come back as another text.
      if (!isWellFormed(view)) {
        throw new UserError(`item ${JSON.stringify(id)} of view ${JSON.stringify(view)}: no valid Unicode`);
      }
    }
    await this.#write(itemEntries(items, this.space));
  }

  async remove(ids: readonly string[], view?: string): Promise<number> {
    this.#mustBeOpen();
    if (view === "") return 0;
    return this.#write(removalEntries(ids, view));
  }

  async get(id: string): Promise<Item[]> {
    this.#mustBeOpen();
    return this.#generation.get(id);
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    this.#mustBeOpen();
    return this.#generation.counts();
  }

  async page(after: ItemKey | undefined, limit: number): Promise<Item[]> {
    this.#mustBeOpen();
    return this.#keys.page(after, limit);
  }

  async search(queries: readonly Query[]): Promise<Hit[][]> {
    this.#mustBeOpen();
    for (const query of queries) checkQuery(query, this.space);
    const lane = this.#lanes[queries.some(isCostly) ? 1 : 0]!;
    return new Promise((resolve, reject) => {
      lane.requested.push({ queries, resolve, reject });
      lane.searcher ??= this.#answer(lane);
    });
  }

  /** How far the graphs are, and why their building failed. */
  get graphStatus(): GraphStatus {
    return this.#generation.graphs.state;
  }

  /** Waits for what is under way, writes the columns and gives the folder back. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const { searcher } of this.#lanes) await searcher;
    await this.#writer;
    const { graphs } = this.#generation;
    try {
      graphs.stop();
      await graphs.save();
      if (!this.isReadOnly && this.#covered !== this.#generation.log.length) await this.#snapshot();
    } finally {
      this.#generation.retire();
      if (this.#ownsKernels) await this.#generation.kernels.close();
      this.#release();
    }
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new UserError(`index ${this.#folder} is closed`);
  }

  #write(entries: Iterator<Change>): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#writes.push({ entries, removed: 0, resolve, reject });
      this.#writer ??= this.#writeAll();
    });
  }

  /** Writes what waits, as much as fits into one record and one sync at a time. */
  async #writeAll(): Promise<void> {
    // What is requested in the same turn of the event loop goes into the same record.
    await Promise.resolve();
    while (this.#writes.length > 0) {
      await this.#writeRecord();
      await this.#tidy();
    }
    // In the same breath as the last look at what waits: what is requested from now on starts anew.
    this.#writer = undefined;
  }

  async #writeRecord(): Promise<void> {
    const entries: Buffer[] = [];
    const owners: Writing[] = [];
    const done: Writing[] = [];
    const added = new Set<string>();
    const rows = new Map<string, number>();
    let bytes = 0;
    while (bytes < recordBytes && this.#writes.length > 0) {
      const writing = this.#writes[0]!;
      try {
        const { value, done: end } = writing.entries.next();
        if (end) {
          done.push(writing);
          this.#writes.shift();
          continue;
        }
        const { id, view, isRemoval, entry } = value;
        // to delete what is not there would only make the log longer
        if (isRemoval && !added.has(id) && !this.#generation.has(id, view)) continue;
        if (!isRemoval) {
          // before anything is written: what is refused for want of memory is not in the log either
          const count = (rows.get(view!) ?? 0) + 1;
          this.#generation.reserve(view!, count);
          rows.set(view!, count);
          added.add(id);
        }
        entries.push(entry);
        owners.push(writing);
        bytes += entry.length;
      } catch (error) {
        this.#writes.shift();
        writing.reject(error);
      }
    }
    try {
      if (entries.length > 0) {
        let position = await this.#generation.log.append(encodeRecord(entries));
        for (const [i, entry] of entries.entries()) {
          owners[i]!.removed += this.#generation.applyBytes(entry, position);
          position += entry.length;
        }
      }
      for (const { resolve, removed } of done) resolve(removed);
    } catch (error) {
      for (const writing of new Set([...owners, ...done])) {
        if (this.#writes[0] === writing) this.#writes.shift();
        writing.reject(error);
      }
    }
  }

  /** Writes the columns where opening would otherwise read much of the log, and the log anew where much of it is dead. */
  async #tidy(): Promise<void> {
    const { log, deadShare, liveBytes } = this.#generation;
    if (log.length < this.#tidyFrom) return;
    const deadBytes = log.length - Log.start - liveBytes;
    // small items that are dead cost memory and searches more than disk
    const isDead = deadBytes > liveBytes || deadShare > 1 / 2;
    try {
      if (isDead && deadBytes > compactionBytes) await this.#compact();
      else if (log.length - this.#covered > Math.max(snapshotBytes, this.#covered / 2)) await this.#snapshot();
    } catch {
      // Neither is needed for what was asked, and a full disk is reported to whoever writes next. Not at every write again.
      this.#tidyFrom = log.length + snapshotBytes;
    }
  }

  async #snapshot(): Promise<void> {
    const { log, views, liveBytes } = this.#generation;
    const { length } = log;
    await writeSnapshot(join(this.#folder, "items.columns"), log, views.values(), liveBytes);
    this.#covered = length;
  }

  async #compact(): Promise<void> {
    const old = this.#generation;
    this.#generation = await old.compacted();
    this.#keys = new SortedKeys(this.#generation);
    this.#covered = 0;
    old.retire();
    await this.#snapshot();
  }

  async #answer(lane: Lane): Promise<void> {
    const { requested } = lane;
    await Promise.resolve();
    while (requested.length > 0) {
      const turn: Pending[] = [requested.shift()!];
      let size = turn[0]!.queries.length;
      while (requested.length > 0 && size + requested[0]!.queries.length <= queriesPerTurn) {
        size += requested[0]!.queries.length;
        turn.push(requested.shift()!);
      }
      const generation = this.#generation;
      generation.readers++;
      try {
        const hits = await searchGeneration(
          generation,
          turn.flatMap(({ queries }) => queries),
        );
        let at = 0;
        for (const { queries, resolve } of turn) {
          resolve(hits.slice(at, at + queries.length));
          at += queries.length;
        }
      } catch (error) {
        for (const { reject } of turn) reject(error);
      } finally {
        generation.release();
      }
    }
    lane.searcher = undefined;
  }
}

function* itemEntries(items: readonly Item[], space: Space): Generator<Change> {
  for (const item of items) {
    yield { id: item.id, view: item.view, isRemoval: false, entry: encodeItem(item, space) };
  }
}

function* removalEntries(ids: readonly string[], view: string | undefined): Generator<Change> {
  for (const id of ids) yield { id, view, isRemoval: true, entry: encodeRemoval(id, view) };
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
