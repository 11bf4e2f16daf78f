// An index in use: queries of any kind encoded and looked up, items added and deleted.

import { type Engine, sharedEngine } from "../../core/runtime/index.js";
import { ClosedError, StorageError, UserError } from "../../errors.js";
import { columnPlaces } from "../../methods/matching/columns.js";
import { ownValue } from "../../records.js";
import { type ContentKind, QueryEncoders, takes } from "../encoders/query-encoders.js";
import { ViewEncoder } from "../encoders/view-encoder.js";
import { Batcher, type BatchLimits } from "../scheduling/batcher.js";
import { isCostly } from "../scheduling/query-cost.js";
import { Turns } from "../scheduling/turns.js";
import { checkItemRules } from "../stores/item-rules.js";
import { openStore } from "../stores/open-store.js";
import type { Hit, Item, ItemKey, Metadata, Query, Store } from "../stores/store.js";
import { UnavailableError } from "../stores/unavailable.js";
import { Candidates } from "./candidates.js";
import { type CreateIndexOptions, createVectorIndex } from "./create-index.js";
import { hasModel, type IndexFolder, type IndexView, readIndexFolder } from "./index-folder.js";
import { type Encoded, VectorView } from "./vector-view.js";

/** What a code is made from: exactly one of these. */
export interface Content {
  readonly features?: ArrayLike<number>;
  /** Names of the features, where they may stand in another order than the index has them: further ones are not used. */
  readonly names?: readonly string[];
  readonly words?: string;
  /** Bytes of a picture's file: JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG; of emoji PNG or SVG. */
  readonly image?: Uint8Array;
}

/** Who asks, and whether somebody still waits for the answer. */
export interface Asker {
  /** By which requests of one asker are distinguished from those of others: what takes long is shared out evenly. */
  readonly asker?: string;
  /** Aborted when nobody waits any more: what has not begun is then not begun. */
  readonly signal?: AbortSignal;
}

/** One query: a content, or the id of a stored item, and what is wanted. */
export interface SearchQuery extends Content, Asker {
  /** Search by a stored item in place of a content. */
  readonly id?: string;
  /** View of the content or of the stored item; may be left out where only one comes into question. */
  readonly view?: string;
  /** Search the items of this view only. */
  readonly target?: string;
  /** Each id once, by the view in which it is nearest. Default: every view's item is a hit of its own. */
  readonly distinct?: boolean;
  /** Hits wanted, from 1. Default: 10. */
  readonly k?: number;
  /** Default: exact. */
  readonly mode?: Query["mode"];
  /** Default: 0 for hash codes; where codes only stand in for vectors, so many that their true neighbors are among them (see docs/clip-vectors.md). */
  readonly rerank?: number;
  /** Receives how the features were matched with the view's. */
  onNote?(note: string): void;
}

/** An item to be encoded and stored. */
export interface NewItem extends ItemKey, Content {
  readonly metadata?: Metadata;
  /** Receives how the features were matched with the view's. */
  onNote?(note: string): void;
}

/** How an index is opened. */
export interface OpenIndexOptions {
  /**
   * Specs of the encoders that read files or ask hosts outside the index (`onnx:`, `transformers:`, `http:`) and may be used for words and
   * pictures. Default: none, since an index may be untrusted.
   */
  readonly encoders?: readonly string[];
  /** For searching only: beside a server that has the index open, where its store is a folder or PostgreSQL. Default: false. */
  readonly readOnly?: boolean;
  /** Receives what there is to say of its store, in lines: what a crash cost, that a graph cannot be built now. */
  onNote?(note: string): void;
}

type Requested = Content & Asker & Pick<SearchQuery, "onNote">;

/**
 * Something that was requested by name and is not there.
 * @example
 * ```ts
 * import { MissingError, SearchIndex } from "vantage-ml/search";
 *
 * await using index = await SearchIndex.create({ views: { image: 2 } });
 * try {
 *   await index.search({ id: "nobody", k: 1 });
 * } catch (error) {
 *   console.log(error instanceof MissingError); // true
 * }
 * ```
 */
export class MissingError extends UserError {
  override readonly name: string = "MissingError";
  override readonly code: string = "ERR_MISSING";
}

/** Milliseconds after which a call of the store counts as hanging. */
const patience = 25_000;
/** Queries of a few milliseconds are looked up together, those that take long one by one beside them. */
const cheap: BatchLimits = { together: 64, atOnce: 4, waiting: 4096, patience };
const costly: BatchLimits = { together: 1, atOnce: 2, waiting: 64, patience };
/** Calls at a time: more than that do not get an answer in time. */
const mostCalls = 8192;

/**
 * An index in use: encodes queries of any kind and looks them up, encodes and stores items, deletes them. Calls that arrive together are
 * encoded and looked up together. `SearchIndex.create` makes one for vectors as they are, `indexRun` one of a trained run.
 * @example
 * ```ts
 * import { SearchIndex } from "vantage-ml/search";
 *
 * await using index = await SearchIndex.create({ views: { image: 4, text: 4 } });
 * await index.add([
 *   { id: "cat", view: "image", features: [0.9, 0.1, 0, 0.2], metadata: { title: "A cat" } },
 *   { id: "car", view: "image", features: [0, 0.8, 0.6, 0] },
 *   { id: "cat", view: "text", features: [0.8, 0.2, 0.1, 0.1] },
 * ]);
 * const hits = await index.search({ features: [1, 0, 0, 0], view: "text", target: "image", k: 2 });
 * console.log(hits.map(({ id, similarity }) => `${id} ${similarity!.toFixed(2)}`)); // [ 'cat 0.97', 'car 0.00' ]
 * console.log((await index.search({ id: "cat", view: "text", target: "image", k: 1 }))[0]!.id); // cat
 * await index.remove(["car"]);
 * ```
 */
export class SearchIndex {
  readonly #encoders = new Map<string, Promise<ViewEncoder | VectorView>>();
  readonly #raw: QueryEncoders;
  readonly #cheap: Batcher<Query, Hit[]>;
  readonly #costly: Batcher<Query, Hit[]>;
  readonly #candidates: Candidates;
  /** Calls that were accepted and have not ended. */
  readonly #calls = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  /** @internal Use `SearchIndex.open`. */
  constructor(
    /** @internal */
    readonly index: IndexFolder,
    /** Where the items are. */
    readonly store: Store,
    private readonly engine: Engine,
    /** Takes the folder away, where it is a temporary one. */
    private readonly whenClosed: () => void = () => {},
    allowed: readonly string[] = [],
  ) {
    this.#raw = new QueryEncoders(index, engine, allowed);
    this.#candidates = new Candidates(index.manifest.codes, store);
    this.#cheap = new Batcher((batch) => store.search(batch), cheap);
    this.#costly = new Batcher((batch) => store.search(batch), costly);
  }

  /**
   * Makes an index for vectors as they are, compared by their cosine, or for packed codes, by Hamming distance: without items, or with
   * those of a data set. Without a folder it lies in a temporary one, which `close` takes away.
   * @throws UserError where there is an index in the folder already, or vectors have no cosine with each other.
   */
  static async create(options: CreateIndexOptions): Promise<SearchIndex> {
    const engine = options.engine ?? (await sharedEngine());
    const { folder, remove } = await createVectorIndex(options, engine);
    try {
      const index = readIndexFolder(folder);
      const store = await openStore(index, engine, { onNote: options.onNote });
      return new SearchIndex(index, store, engine, remove);
    } catch (error) {
      remove();
      throw error;
    }
  }

  /**
   * Opens an index folder.
   * @param engine runs the encoders; by default one that all share.
   * @throws UserError where the folder is no index, or its store cannot be opened or is another index's.
   */
  static async open(folder: string, engine?: Engine, options: OpenIndexOptions = {}): Promise<SearchIndex> {
    const index = readIndexFolder(folder);
    const own = engine ?? (await sharedEngine());
    const store = await openStore(index, own, { onNote: options.onNote, readOnly: options.readOnly });
    return new SearchIndex(index, store, own, undefined, options.encoders);
  }

  /** The views that it encodes, with their columns and encoders. */
  get views(): readonly IndexView[] {
    return this.index.manifest.views;
  }

  /**
   * Hits, nearest first.
   * @throws MissingError for an id or view that is not there; UnavailableError where there is too much to do or the store does not
   * answer; UserError where the query is invalid; ClosedError where the index is closed.
   */
  search(query: SearchQuery): Promise<Hit[]> {
    return this.#accept(() => this.#search(query));
  }

  async #search({ k = 10, mode = "exact", rerank, target, distinct, ...requested }: SearchQuery): Promise<Hit[]> {
    if (target !== undefined) this.#view(target);
    const { code, vector } = await this.#encoded(requested);
    // An id has one item in each view at most.
    const wanted = distinct && target === undefined ? k * this.views.length : k;
    const requestedCandidates = await this.#candidates.of(k, target, rerank);
    const candidates = requestedCandidates === 0 ? 0 : Math.max(requestedCandidates, wanted);
    const query = { code, vector, k: wanted, mode: this.#candidates.modeOf(mode), rerank: candidates, view: target };
    const hits = await (isCostly(query) ? this.#costly : this.#cheap).add(query, { signal: requested.signal });
    return distinct ? nearestOfEach(hits).slice(0, k) : hits;
  }

  async #encoded({ id, view, ...content }: Pick<SearchQuery, "id" | "view"> & Requested) {
    const kinds = kindsOf(content);
    if (kinds.length + (id === undefined ? 0 : 1) !== 1) {
      throw new UserError("expected one of id, features, words and image");
    }
    if (id === undefined) return this.#encode(this.#viewFor(kinds[0]!, view), content, true);
    if (view !== undefined) this.#view(view);
    const item = (await this.store.get(id)).find((each) => view === undefined || each.view === view);
    if (item === undefined) throw new MissingError(`there is no item "${id}"${view ? ` of view "${view}"` : ""}`);
    return item;
  }

  /**
   * Encodes and stores items; one of the same id and view is replaced, and of one that is given twice the last counts. Resolves with
   * the number of items that were stored, when they are on disk.
   * @throws UserError that names the item; ClosedError where the index is closed; StorageError where it may only be read.
   */
  add(items: readonly NewItem[], asker: Asker = {}): Promise<number> {
    return this.#accept(() => this.#add(items, asker));
  }

  async #add(items: readonly NewItem[], asker: Asker): Promise<number> {
    this.#mustBeWritable();
    // before anything is encoded
    for (const item of items) checkItemRules(item);
    const turns = new Turns();
    const encoded: Promise<Item>[] = [];
    for (const item of items) {
      await turns.ifDue();
      const each = this.#encodeItem(item, asker);
      // All are waited for below, so that no failure goes unheard.
      each.catch(() => {});
      encoded.push(each);
      if (asker.signal?.aborted) break;
    }
    const settled = await Promise.allSettled(encoded);
    for (const each of settled) if (each.status === "rejected") throw each.reason;
    if (asker.signal?.aborted) throw new UnavailableError("the client no longer waits for this request");
    await this.store.add(settled.map((each) => (each as PromiseFulfilledResult<Item>).value));
    return new Set(items.map(({ id, view }) => JSON.stringify([id, view]))).size;
  }

  async #encodeItem({ id, view, metadata, ...content }: NewItem, asker: Asker): Promise<Item> {
    try {
      const kinds = kindsOf(content);
      if (kinds.length !== 1) throw new UserError("expected one of features, words and image");
      const encoding = await this.#encode(this.#viewFor(kinds[0]!, view), { ...content, ...asker }, false);
      return { id, view, ...encoding, metadata };
    } catch (error) {
      // What is no mistake in the item stays what it is.
      if (!(error instanceof UserError) || error instanceof UnavailableError) throw error;
      throw new UserError(`item "${id}": ${error.message}`);
    }
  }

  /**
   * Deletes items by id, in one view or in all; the number that were there.
   * @throws MissingError for a view that is not there; StorageError where the index may only be read.
   */
  remove(ids: readonly string[], view?: string): Promise<number> {
    return this.#accept(async () => {
      if (view !== undefined) this.#view(view);
      this.#mustBeWritable();
      return this.store.remove(ids, view);
    });
  }

  /** All items of one id, by view; empty where there is none. */
  get(id: string): Promise<Item[]> {
    return this.#accept(() => this.store.get(id));
  }

  #mustBeWritable(): void {
    if (!this.store.isReadOnly) return;
    throw new StorageError(`index ${this.index.manifest.name} is read-only: items cannot be added or deleted`);
  }

  /** Loads encoders and vocabularies, so that the first query need not wait for them. */
  warm(): Promise<void> {
    return this.#accept(async () => {
      for (const view of this.views) {
        await this.#encoder(view);
        await this.#raw.warm(view);
      }
    });
  }

  /** Answers the calls that were made before and refuses later ones, releases the encoders and closes the store; the engine stays open. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#calls);
    await this.#raw.close();
    for (const encoder of this.#encoders.values()) await (await encoder).release();
    await this.store.close();
    this.whenClosed();
  }

  /** `close`, at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Does what a call requests; `close` waits for it. @throws ClosedError where the index is closed. */
  async #accept<R>(work: () => Promise<R>): Promise<R> {
    if (this.#closed !== undefined) throw new ClosedError(`index ${this.index.manifest.name} is closed`);
    if (this.#calls.size >= mostCalls) throw new UnavailableError("too many requests are waiting: try again");
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #encoder(view: IndexView): Promise<ViewEncoder | VectorView> {
    let encoder = this.#encoders.get(view.name);
    if (encoder === undefined) {
      encoder = hasModel(view)
        ? ViewEncoder.open(this.index, view, this.engine)
        : Promise.resolve(new VectorView(this.index, view, this.engine));
      this.#encoders.set(view.name, encoder);
      encoder.catch(() => this.#encoders.delete(view.name));
    }
    return encoder;
  }

  async #encode(view: IndexView, requested: Requested, isUrgent: boolean): Promise<Encoded> {
    const { features, names, words, image, onNote, signal } = requested;
    const encoder = await this.#encoder(view);
    const treatment = { isUrgent, signal };
    if (words !== undefined) return encoder.encode(await this.#raw.ofWords(view, words, { signal, onNote }), treatment);
    if (image !== undefined) return encoder.encode(await this.#raw.ofImage(view, image, requested), treatment);
    const values = names === undefined ? features! : this.#inOrder(view, features!, names, onNote);
    return encoder.encode(values, treatment);
  }

  /** Features as the view has them, found by their names. @throws UserError where some are lacking. */
  #inOrder(
    { name, columns }: IndexView,
    features: ArrayLike<number>,
    names: readonly string[],
    onNote?: (note: string) => void,
  ): ArrayLike<number> {
    if (names.length !== features.length) throw new UserError(`${names.length} names for ${features.length} features`);
    if (new Set(names).size < names.length) throw new UserError("two features have the same name");
    const known = ownValue(this.index.columns, name);
    const expected = { columns, ...(known && { features: known }) };
    const found = { columns: features.length, features: names };
    const places = columnPlaces(`the query for view "${name}"`, found, expected, "the index has", onNote);
    return places === undefined ? features : Array.from(places, (place) => features[place]!);
  }

  #view(name: string): IndexView {
    const view = this.views.find((each) => each.name === name);
    if (view !== undefined) return view;
    throw new MissingError(
      `there is no view "${name}"; the index has ${this.views.map((each) => each.name).join(", ")}`,
    );
  }

  #viewFor(kind: ContentKind, name: string | undefined): IndexView {
    if (name !== undefined) return this.#view(name);
    const able = this.views.filter((view) => takes(view).includes(kind));
    if (able.length === 1) return able[0]!;
    if (able.length === 0) throw new UserError(`no view of this index takes ${kind}`);
    throw new UserError(`view is missing: ${able.map((view) => view.name).join(", ")} take ${kind}`);
  }
}

/** The first hit of each id. */
function nearestOfEach(hits: readonly Hit[]): Hit[] {
  const seen = new Set<string>();
  return hits.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function kindsOf(content: Content): ContentKind[] {
  return (["features", "words", "image"] as const).filter((kind) => content[kind] !== undefined);
}
