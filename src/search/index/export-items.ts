// The items of an index as lines of JSON, to be read by other programs: one object for each, in the order of id, then view.
import { replaceFile } from "../../files.js";
import { countItems, type Item, type ItemKey, type Store } from "../stores/store.js";

/** Items that are read from the store, and written, at a time. */
const pageItems = 500;

export interface ExportHooks {
  /** Items of this view only. */
  readonly view?: string;
  readonly signal?: AbortSignal;
  /** Items written so far, and of how many. */
  onItems?(done: number, total: number): void;
}

/**
 * Writes the items of a store into a file, which is there once all of them are: `{"id", "view", "code", "vector", "metadata"}`, the code
 * in hexadecimal. An item that is added or deleted meanwhile may be among them or not; the others are there once.
 * @returns their number.
 * @throws UserError where the file cannot be written; the signal's reason once it is given.
 */
export async function exportItems(store: Store, path: string, hooks: ExportHooks = {}): Promise<number> {
  const { view, signal, onItems } = hooks;
  const total = await countItems(store, view);
  let done = 0;
  await replaceFile(path, pieces());
  return done;

  async function* pieces(): AsyncGenerator<Uint8Array> {
    let after: ItemKey | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const items = await store.page(after, pageItems);
      if (items.length === 0) return;
      const wanted = view === undefined ? items : items.filter((item) => item.view === view);
      yield Buffer.from(wanted.map((item) => `${lineOf(item)}\n`).join(""));
      done += wanted.length;
      onItems?.(done, total);
      after = items.at(-1);
    }
  }
}

function lineOf({ id, view, code, vector, metadata }: Item): string {
  const hex = Buffer.from(code.buffer, code.byteOffset, code.byteLength).toString("hex");
  return JSON.stringify({ id, view, code: hex, vector: vector && Array.from(vector), metadata });
}
