// What every store of items can do: a folder, PGlite and PostgreSQL stand behind this one interface.

/** What is known of an item beside its code: title, thumbnail, link, label, anything that is JSON. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A sample has one id, and an item under it for each of its views. */
export interface ItemKey {
  readonly id: string;
  readonly view: string;
}

/** What a store keeps of one view of a sample. */
export interface Item extends ItemKey {
  /** Packed hash code, bits / 8 bytes (first value in the most significant bit of the first byte, 1 for a positive value). */
  readonly code: Uint8Array;
  /** The real-valued representation that the code was made from, `dimensions` values; for re-ranking. */
  readonly vector?: Float32Array;
  readonly metadata?: Metadata;
}

/** What the codes of a store are. */
export interface Space {
  /** Length of a code, a multiple of 8. */
  readonly bits: number;
  /** Length of a vector; 0 in a store without vectors. */
  readonly dimensions: number;
}

export const searchModes = ["exact", "approximate"] as const;

/** A code to search for, and what is wanted. */
export interface Query {
  readonly code: Uint8Array;
  /** Needed for re-ranking only. */
  readonly vector?: Float32Array;
  /** Hits wanted, from 1. There are fewer where the store holds fewer. */
  readonly k: number;
  /** The items that are searched: those of one view, or all. */
  readonly view?: string;
  /** exact looks at every code; approximate goes through a graph (HNSW) and may miss some. */
  readonly mode: (typeof searchModes)[number];
  /**
   * The nearest of this many candidates by Hamming distance are ordered anew by the cosine of the vectors; 0, or no vector:
   * the order of the Hamming distances stays. At least k where it is not 0.
   */
  readonly rerank: number;
}

/** An item that was found. */
export interface Hit extends ItemKey {
  /** Hamming distance to the query. */
  readonly distance: number;
  /** Cosine of the vectors, where the hits were re-ranked. */
  readonly similarity?: number;
  readonly metadata?: Metadata;
}

export const graphStates = ["absent", "building", "ready", "failed"] as const;

/** What approximate search goes through, or why it does not. */
export interface GraphStatus {
  /** absent: too few items, or the database has no pgvector; failed: see `error`. Unless it is `ready`, approximate searches are exact. */
  readonly state: (typeof graphStates)[number];
  /** Why the last attempt to build it failed, and when the next one may begin. */
  readonly error?: string;
  readonly retry?: Date;
}

/**
 * Items that are searched by their codes. Calls may overlap: a search sees every item whose `add` was acknowledged before it
 * began. Wrong input (a code or vector of another length, k below 1) is a UserError that names it.
 */
export interface Store {
  readonly space: Space;
  /** True where items cannot be added or deleted: the files may not be written, the database is a replica, or the user lacks the right. */
  readonly isReadOnly: boolean;

  /** Stores items; one of the same id and view is replaced. When the promise resolves they outlast a crash or power cut. */
  add(items: readonly Item[]): Promise<void>;

  /** Deletes the items of these ids, in one view or in all; the number that were there. As lasting as `add`. */
  remove(ids: readonly string[], view?: string): Promise<number>;

  /** All items of one id, by view; empty where there is none. */
  get(id: string): Promise<Item[]>;

  /** Hits of each query, nearest first; equal distances in the order in which the items were added. */
  search(queries: readonly Query[]): Promise<Hit[][]>;

  /** Number of items of each view that has any. */
  counts(): Promise<ReadonlyMap<string, number>>;

  /** Up to `limit` items in the order of id, then view (by code point), that come after the given one: to go through all of them. */
  page(after: ItemKey | undefined, limit: number): Promise<Item[]>;

  /** Makes ready at once what approximate search goes through, where it would otherwise be made behind the first searches. */
  buildGraphs?(): Promise<void>;

  /** How far what approximate search goes through is; absent in a store that has nothing of the kind. */
  readonly graphStatus?: GraphStatus;

  /** Ends what is under way and gives the files or connections back. */
  close(): Promise<void>;
}

/** How many items a store holds, of one view or of all. */
export async function countItems(store: Store, view?: string): Promise<number> {
  const counts = await store.counts();
  if (view !== undefined) return counts.get(view) ?? 0;
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
