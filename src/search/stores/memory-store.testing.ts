// The plainest store: what the others are tested against, and a stand-in where a test needs one.
import { checkItem, checkQuery, checkSpace } from "./check.js";
import { compareKeys } from "./key-order.js";
import type { Hit, Item, ItemKey, Query, Space, Store } from "./store.js";

const keyOf = ({ id, view }: ItemKey) => JSON.stringify([id, view]);

export class MemoryStore implements Store {
  readonly isReadOnly = false;
  readonly #items = new Map<string, Item>();

  constructor(readonly space: Space) {
    checkSpace(space);
  }

  async add(items: readonly Item[]): Promise<void> {
    for (const item of items) checkItem(item, this.space);
    for (const item of items) {
      this.#items.delete(keyOf(item));
      this.#items.set(keyOf(item), item);
    }
  }

  async remove(ids: readonly string[], view?: string): Promise<number> {
    const gone = [...this.#items.values()].filter(
      (item) => ids.includes(item.id) && (view === undefined || item.view === view),
    );
    for (const item of gone) this.#items.delete(keyOf(item));
    return gone.length;
  }

  async get(id: string): Promise<Item[]> {
    return [...this.#items.values()].filter((item) => item.id === id).sort(compareKeys);
  }

  async search(queries: readonly Query[]): Promise<Hit[][]> {
    for (const query of queries) checkQuery(query, this.space);
    return queries.map((query) => this.#search(query));
  }

  #search({ code, vector, k, view, rerank }: Query): Hit[] {
    const near = [...this.#items.values()]
      .filter((item) => view === undefined || item.view === view)
      .map((item) => ({ item, distance: hamming(code, item.code) }))
      .sort((a, b) => a.distance - b.distance);
    const hit = ({ item, distance }: (typeof near)[number]): Hit => {
      const { id, view: of, metadata } = item;
      return { id, view: of, distance, ...(metadata && { metadata }) };
    };
    if (rerank === 0 || vector === undefined) return near.slice(0, k).map(hit);
    return near
      .slice(0, rerank)
      .map((each) => ({ ...hit(each), similarity: cosine(vector, each.item.vector!) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k);
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { view } of this.#items.values()) counts.set(view, (counts.get(view) ?? 0) + 1);
    return counts;
  }

  async page(after: ItemKey | undefined, limit: number): Promise<Item[]> {
    return [...this.#items.values()]
      .filter((item) => after === undefined || compareKeys(item, after) > 0)
      .sort(compareKeys)
      .slice(0, limit);
  }

  async close(): Promise<void> {}
}

function hamming(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) for (let x = a[i]! ^ b[i]!; x !== 0; x &= x - 1) bits++;
  return bits;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squares = 0;
  let others = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squares += a[i]! ** 2;
    others += b[i]! ** 2;
  }
  return squares === 0 || others === 0 ? 0 : dot / Math.sqrt(squares * others);
}
