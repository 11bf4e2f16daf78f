// An index in use: queries of any kind encoded and looked up, items added and deleted.
import { ClosedError, UserError } from "../errors.js";
import { columnPlaces } from "../methods/matching/columns.js";
import type { Engine } from "../runtime/index.js";
import { Batcher } from "./batcher.js";
import { type IndexFolder, type IndexView, readIndexFolder } from "./index-folder.js";
import { openStore } from "./open-store.js";
import { type ContentKind, RawFeatures, takes } from "./raw-features.js";
import type { Hit, Item, ItemKey, Metadata, Query, Store } from "./store.js";
import { type Encoding, ViewEncoder } from "./view-encoder.js";

/** What a code is made from: exactly one of these. */
export interface Content {
  readonly features?: ArrayLike<number>;
  /** Names of the features, where they may stand in another order than the index has them: further ones are not used. */
  readonly names?: readonly string[];
  readonly words?: string;
  /** Bytes of a PNG or SVG file. */
  readonly image?: Uint8Array;
}

/** One query: a content, or the id of a stored item, and what is wanted. */
export interface SearchQuery extends Content {
  /** Search by a stored item in place of a content. */
  readonly id?: string;
  /** View of the content or of the stored item; may be left out where only one comes into question. */
  readonly view?: string;
  /** Search the items of this view only. */
  readonly target?: string;
  readonly k: number;
  readonly mode: Query["mode"];
  /** Default: 0 for hash codes; where codes only stand in for representations, the larger of 1000 and 10 k. */
  readonly rerank?: number;
  /** Hears how the features were matched with the view's. */
  onNote?(note: string): void;
}

/** An item to be encoded and stored. */
export interface NewItem extends ItemKey, Content {
  readonly metadata?: Metadata;
  /** Hears how the features were matched with the view's. */
  onNote?(note: string): void;
}

type Asked = Content & Pick<SearchQuery, "onNote">;

/** Something that was asked for by name and is not there. */
export class MissingError extends UserError {
  override readonly name: string = "MissingError";
  override readonly code: string = "ERR_MISSING";
}

/** Queries that are looked up in one call of the store. */
const mostQueries = 64;

/**
 * An index folder in use: encodes queries of any kind and looks them up, encodes and stores items, deletes them. Calls that arrive
 * together are encoded and looked up together. `vantage index` makes the folder.
 */
export class SearchIndex {
  readonly #encoders = new Map<string, Promise<ViewEncoder>>();
  readonly #raw = new RawFeatures();
  readonly #queries: Batcher<Query, Hit[]>;
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
  ) {
    this.#queries = new Batcher((batch) => store.search(batch), mostQueries);
  }

  /** @throws UserError where the folder is no index, or its store cannot be opened. */
  static async open(folder: string, engine: Engine): Promise<SearchIndex> {
    const index = readIndexFolder(folder);
    return new SearchIndex(index, await openStore(index, engine), engine);
  }

  /** The views that it encodes, with their columns and encoders. */
  get views(): readonly IndexView[] {
    return this.index.manifest.views;
  }

  /**
   * Hits, nearest first.
   * @throws MissingError for an id or view that is not there; UserError where the query is invalid; ClosedError where the index is closed.
   */
  search(query: SearchQuery): Promise<Hit[]> {
    return this.#accept(() => this.#search(query));
  }

  async #search({ k, mode, rerank, target, ...asked }: SearchQuery): Promise<Hit[]> {
    if (target !== undefined) this.#view(target);
    const { code, vector } = await this.#encoded(asked);
    const candidates = rerank ?? (this.index.manifest.codes === "sign" ? 0 : Math.max(1000, 10 * k));
    if (candidates > 0 && candidates < k) {
      throw new UserError(`rerank: expected 0 or a whole number from k (${k}), got ${rerank}`);
    }
    return this.#queries.add({ code, vector, k, mode, rerank: candidates, view: target });
  }

  async #encoded({ id, view, ...content }: Pick<SearchQuery, "id" | "view"> & Asked) {
    const kinds = kindsOf(content);
    if (kinds.length + (id === undefined ? 0 : 1) !== 1) {
      throw new UserError("expected one of id, features, words and image");
    }
    if (id === undefined) return this.#encode(this.#viewFor(kinds[0]!, view), content);
    if (view !== undefined) this.#view(view);
    const item = (await this.store.get(id)).find((each) => view === undefined || each.view === view);
    if (item === undefined) throw new MissingError(`there is no item "${id}"${view ? ` of view "${view}"` : ""}`);
    return item;
  }

  /**
   * Encodes and stores items; one of the same id and view is replaced. Resolves when they are on disk.
   * @throws UserError that names the item; ClosedError where the index is closed.
   */
  add(items: readonly NewItem[]): Promise<void> {
    return this.#accept(() => this.#add(items));
  }

  async #add(items: readonly NewItem[]): Promise<void> {
    const encoded = items.map(async ({ id, view, metadata, ...content }): Promise<Item> => {
      try {
        const kinds = kindsOf(content);
        if (kinds.length !== 1) throw new UserError("expected one of features, words and image");
        return { id, view, ...(await this.#encode(this.#viewFor(kinds[0]!, view), content)), metadata };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        throw new UserError(`item "${id}": ${error.message}`);
      }
    });
    // All are waited for, so that no failure goes unheard.
    const settled = await Promise.allSettled(encoded);
    for (const each of settled) if (each.status === "rejected") throw each.reason;
    await this.store.add(settled.map((each) => (each as PromiseFulfilledResult<Item>).value));
  }

  /** Loads encoders and vocabularies, so that the first query need not wait for them. */
  warm(): Promise<void> {
    return this.#accept(async () => {
      for (const view of this.views) {
        await this.#encoder(view);
        if (takes(view).includes("words")) await this.#raw.ofWords(view, "a");
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
    this.#raw.close();
    for (const encoder of this.#encoders.values()) await (await encoder).release();
    await this.store.close();
  }

  /** Does what a call asks for; `close` waits for it. @throws ClosedError where the index is closed. */
  async #accept<R>(work: () => Promise<R>): Promise<R> {
    if (this.#closed !== undefined) throw new ClosedError(`index ${this.index.manifest.name} is closed`);
    const call = work();
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  async #encoder(view: IndexView): Promise<ViewEncoder> {
    let encoder = this.#encoders.get(view.name);
    if (encoder === undefined) {
      encoder = ViewEncoder.open(this.index, view, this.engine);
      this.#encoders.set(view.name, encoder);
      encoder.catch(() => this.#encoders.delete(view.name));
    }
    return encoder;
  }

  async #encode(view: IndexView, { features, names, words, image, onNote }: Asked): Promise<Encoding> {
    const encoder = await this.#encoder(view);
    if (words !== undefined) return encoder.encode(await this.#raw.ofWords(view, words));
    if (image !== undefined) return encoder.encode(await this.#raw.ofImage(view, image));
    return encoder.encode(names === undefined ? features! : this.#inOrder(view, features!, names, onNote));
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
    const known = this.index.columns[name];
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

function kindsOf(content: Content): ContentKind[] {
  return (["features", "words", "image"] as const).filter((kind) => content[kind] !== undefined);
}
