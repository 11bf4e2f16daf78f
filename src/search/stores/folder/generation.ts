// A log and what is held in memory of it. Writing the log anew makes another generation; searches end in theirs.
import { rmSync } from "node:fs";
import type { Kernels } from "../../../core/kernels/kernels.js";
import { fileError, temporaryName } from "../../../files.js";
import { Turns } from "../../scheduling/turns.js";
import { compareKeys } from "../key-order.js";
import type { Item } from "../store.js";
import { Columns } from "./columns.js";
import { Graphs } from "./graphs.js";
import { hashText } from "./id-table.js";
import { addKind, decodeEntry, decodeItem, type Entry, encodeRecord, Log } from "./log.js";

const recordBytes = 4 << 20;

export class Generation {
  /** Searches under way. */
  readers = 0;
  readonly graphs: Graphs;
  #retired = false;

  constructor(
    readonly kernels: Kernels,
    readonly log: Log,
    readonly views: Map<string, Columns>,
    readonly onNote: (note: string) => void,
    /** Bytes of the log that live items take; the rest is of no more use. */
    public liveBytes = 0,
  ) {
    this.graphs = new Graphs(this);
  }

  /** The share of the log's items that are deleted or replaced. */
  get deadShare(): number {
    let rows = 0;
    let live = 0;
    for (const columns of this.views.values()) {
      rows += columns.rows;
      live += columns.live;
    }
    return rows === 0 ? 0 : 1 - live / rows;
  }

  /** The row of an item in its view and the bytes of its entry; undefined where there is none. */
  #find(columns: Columns, id: string, hash: number): { row: number; bytes: number } | undefined {
    let bytes = 0;
    const row = columns.table.find(hash, (row) => {
      const entry = this.log.readEntry(columns.position(row));
      bytes = entry.length;
      return decodeEntry(entry, 0, this.log.space).id === id;
    });
    return row < 0 ? undefined : { row, bytes };
  }

  /** Whether there are items of an id, in one view or in any. */
  has(id: string, view: string | undefined): boolean {
    const hash = hashText(id);
    const among = view === undefined ? [...this.views.values()] : [this.views.get(view)];
    return among.some((columns) => columns !== undefined && this.#find(columns, id, hash) !== undefined);
  }

  /** Makes sure that there is memory for so many items more of a view. @throws OutOfMemoryError where there is not; all stays as it is. */
  reserve(view: string, items: number): void {
    this.#columnsOf(view).reserve(items);
  }

  #columnsOf(view: string): Columns {
    let columns = this.views.get(view);
    if (columns === undefined) {
      columns = new Columns(this.kernels, view, this.log.space.bits / 8);
      this.views.set(view, columns);
    }
    return columns;
  }

  applyBytes(entry: Buffer, position: number): number {
    return this.apply(decodeEntry(entry, 0, this.log.space), position);
  }

  /** Does what an entry of the log says; how many items it removed (not those it replaced). */
  apply({ kind, id, view, code, length }: Entry, position: number): number {
    const hash = hashText(id);
    if (kind === addKind) {
      const columns = this.#columnsOf(view);
      // first: without memory for the new one, the old one stays
      columns.reserve(1);
      this.#delete(columns, id, hash);
      columns.append(code, position, hash);
      this.liveBytes += length;
      return 0;
    }
    const from = view === "" ? [...this.views.values()] : [this.views.get(view)];
    return from.filter((columns) => columns !== undefined && this.#delete(columns, id, hash)).length;
  }

  #delete(columns: Columns, id: string, hash: number): boolean {
    const found = this.#find(columns, id, hash);
    if (found === undefined) return false;
    columns.delete(found.row);
    this.liveBytes -= found.bytes;
    return true;
  }

  get(id: string): Item[] {
    const hash = hashText(id);
    const items: Item[] = [];
    for (const columns of this.views.values()) {
      const found = this.#find(columns, id, hash);
      if (found !== undefined) items.push(this.item(columns, found.row));
    }
    return items.sort(compareKeys);
  }

  item(columns: Columns, row: number): Item {
    return decodeItem(this.log.readEntry(columns.position(row)), this.log.space);
  }

  counts(): Map<string, number> {
    const live = [...this.views.values()].filter((columns) => columns.live > 0);
    return new Map(live.map((columns) => [columns.view, columns.live]));
  }

  /**
   * The live items alone, in a log that has taken this one's place. Nothing may be written meanwhile.
   * @throws UserError where it cannot be written; the old log is then still in its place.
   */
  async compacted(): Promise<Generation> {
    const { path, space } = this.log;
    const temporary = temporaryName(path);
    rmSync(temporary, { force: true });
    const next = new Generation(this.kernels, Log.create(temporary, space), new Map(), this.onNote);
    try {
      let entries: Buffer[] = [];
      let bytes = 0;
      const flush = async () => {
        if (entries.length === 0) return;
        let position = await next.log.append(encodeRecord(entries));
        for (const entry of entries) {
          next.applyBytes(entry, position);
          position += entry.length;
        }
        entries = [];
        bytes = 0;
      };
      const turns = new Turns({ isBegun: true });
      for (const position of this.#livePositions()) {
        const entry = this.log.readEntry(position);
        entries.push(entry);
        bytes += entry.length;
        if (bytes >= recordBytes) await flush();
        await turns.ifDue();
      }
      await flush();
      next.log.moveTo(path);
      return next;
    } catch (error) {
      next.retire();
      rmSync(temporary, { force: true });
      throw fileError(error, path, "written");
    }
  }

  /** Where the live items of all views stand in the log, in its order. */
  *#livePositions(): Generator<number> {
    const next = [...this.views.values()].map((columns) => ({ columns, row: firstLive(columns, 0) }));
    for (;;) {
      let best: (typeof next)[number] | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const each of next) {
        if (each.row >= each.columns.rows || each.columns.position(each.row) >= least) continue;
        best = each;
        least = each.columns.position(each.row);
      }
      if (best === undefined) return;
      best.row = firstLive(best.columns, best.row + 1);
      yield least;
    }
  }

  /** No new search will begin here: files and memory are given back once the last one is done. */
  retire(): void {
    this.#retired = true;
    this.graphs.stop();
    this.readers++;
    this.release();
  }

  release(): void {
    this.readers--;
    if (!this.#retired || this.readers > 0) return;
    this.log.close();
    this.graphs.free();
    for (const columns of this.views.values()) columns.free();
  }
}

function firstLive(columns: Columns, from: number): number {
  let row = from;
  while (row < columns.rows && columns.isDeleted(row)) row++;
  return row;
}
