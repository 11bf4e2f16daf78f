// The items in the order of id, then view, to go through all of them: rows sorted when first requested, then kept up to date.
import { setImmediate } from "node:timers/promises";
import { compareKeys } from "../key-order.js";
import type { Item, ItemKey } from "../store.js";
import type { Columns } from "./columns.js";
import type { Generation } from "./generation.js";
import { decodeEntry } from "./log.js";

/** Items sorted in one go. */
const runLength = 4096;

interface Key extends ItemKey {
  readonly columns: Columns;
  readonly row: number;
}

/** Rows of all views sorted by key. Deleted ones stay among them and are passed over. */
export class SortedKeys {
  readonly #generation: Generation;
  /** View by number and row of each item, in order: 8 bytes each. */
  #columns: Columns[] = [];
  #views = new Uint32Array(0);
  #rows = new Uint32Array(0);
  /** Rows of each view that are among them. */
  readonly #known = new Map<Columns, number>();
  #update: Promise<void> = Promise.resolve();

  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /** Each item that is there from the first page to the last is on one of them, whatever is added, replaced and deleted meanwhile. */
  async page(after: ItemKey | undefined, limit: number): Promise<Item[]> {
    this.#generation.readers++;
    try {
      do {
        // An update that failed is tried again by the next page.
        this.#update = this.#update.catch(() => {}).then(() => this.#takeNew());
        await this.#update;
        // while it sorts, more may come in
      } while (this.#newRows().length > runLength);
      return this.#walk(after, limit);
    } finally {
      this.#generation.release();
    }
  }

  /** In one go, so that nothing is replaced between the look at its old row and the look at its new one. */
  #walk(after: ItemKey | undefined, limit: number): Item[] {
    const late = this.#newRows()
      .map(({ columns, row }) => this.#key(columns, row))
      .filter((key) => after === undefined || compareKeys(key, after) > 0)
      .sort(compareKeys);
    const items: Item[] = [];
    const takeLate = (before?: Item) => {
      while (late.length > 0 && items.length < limit && (before === undefined || compareKeys(late[0]!, before) < 0)) {
        const { columns, row } = late.shift()!;
        items.push(this.#generation.item(columns, row));
      }
    };
    for (let at = after === undefined ? 0 : this.#firstAfter(after); at < this.#rows.length; at++) {
      if (items.length >= limit) return items;
      const columns = this.#columns[this.#views[at]!]!;
      const row = this.#rows[at]!;
      if (columns.isDeleted(row)) continue;
      const item = this.#generation.item(columns, row);
      takeLate(item);
      if (items.length < limit) items.push(item);
    }
    takeLate();
    return items;
  }

  /** Live rows that are not among the sorted ones yet. */
  #newRows(): { columns: Columns; row: number }[] {
    const found: { columns: Columns; row: number }[] = [];
    for (const columns of this.#generation.views.values()) {
      for (let row = this.#known.get(columns) ?? 0; row < columns.rows; row++) {
        if (!columns.isDeleted(row)) found.push({ columns, row });
      }
    }
    return found;
  }

  #key(columns: Columns, row: number): Key {
    const { log } = this.#generation;
    const { id, view } = decodeEntry(log.readEntry(columns.position(row)), 0, log.space);
    return { id, view, columns, row };
  }

  #firstAfter(key: ItemKey): number {
    let low = 0;
    for (let high = this.#rows.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (compareKeys(key, this.#key(this.#columns[this.#views[middle]!]!, this.#rows[middle]!)) < 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  async #takeNew(): Promise<void> {
    let runs: Key[][] = [];
    const known = new Map<Columns, number>();
    for (const columns of [...this.#generation.views.values()]) {
      const { rows } = columns;
      let run: Key[] = [];
      for (let row = this.#known.get(columns) ?? 0; row < rows; row++) {
        if (columns.isDeleted(row)) continue;
        run.push(this.#key(columns, row));
        if (run.length < runLength && row + 1 < rows) continue;
        runs.push(run.sort(compareKeys));
        run = [];
        await setImmediate();
      }
      if (run.length > 0) runs.push(run.sort(compareKeys));
      if (!this.#known.has(columns)) this.#columns.push(columns);
      known.set(columns, rows);
    }
    while (runs.length > 1) {
      const merged: Key[][] = [];
      for (let i = 0; i < runs.length; i += 2) {
        const other = runs[i + 1];
        merged.push(other === undefined ? runs[i]! : await mergeRuns(runs[i]!, other));
      }
      runs = merged;
    }
    if (runs.length > 0) await this.#insert(runs[0]!);
    // in the same breath as they stand among the sorted ones: a page may look at any time
    for (const [columns, rows] of known) this.#known.set(columns, rows);
  }

  /** Puts sorted keys among those that are there: where each belongs is looked up, then all is copied once. */
  async #insert(keys: readonly Key[]): Promise<void> {
    const size = this.#rows.length + keys.length;
    const [views, rows] = [new Uint32Array(size), new Uint32Array(size)];
    const numbers = new Map(this.#columns.map((columns, number) => [columns, number]));
    let from = 0;
    for (const [i, key] of keys.entries()) {
      const to = this.#rows.length === 0 ? 0 : this.#firstAfter(key);
      views.set(this.#views.subarray(from, to), from + i);
      rows.set(this.#rows.subarray(from, to), from + i);
      from = to;
      views[from + i] = numbers.get(key.columns)!;
      rows[from + i] = key.row;
      if (i % runLength === runLength - 1) await setImmediate();
    }
    views.set(this.#views.subarray(from), from + keys.length);
    rows.set(this.#rows.subarray(from), from + keys.length);
    this.#views = views;
    this.#rows = rows;
  }
}

async function mergeRuns(a: readonly Key[], b: readonly Key[]): Promise<Key[]> {
  const merged: Key[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    merged.push(compareKeys(b[j]!, a[i]!) < 0 ? b[j++]! : a[i++]!);
    if (merged.length % (4 * runLength) === 0) await setImmediate();
  }
  while (i < a.length) merged.push(a[i++]!);
  while (j < b.length) merged.push(b[j++]!);
  return merged;
}
