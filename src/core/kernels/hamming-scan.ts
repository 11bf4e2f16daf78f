// The nearest codes by Hamming distance, in pieces: between them the caller may do something else, and change other rows.
import type { Kernels } from "./kernels.js";
import { type Memory, temporarily } from "./memory.js";

/** Queries that pass over a block of codes together, per thread (assembly/hamming-scan.ts takes four at a time). */
const mostPerGroup = 64;
/** Candidates kept beyond 2k before those that fell behind are dropped. */
const slack = 254;
const headerBytes = 16;

/** Hits of query q: those from q·k on, `counts[q]` of them, nearest first, equal distances by row. */
export interface Nearest {
  readonly distances: Uint16Array;
  readonly rows: Uint32Array;
  readonly counts: Uint32Array;
}

/**
 * Finds the k nearest codes of each query by Hamming distance, equal distances in the order of their rows. `scan` is given
 * the codes piece by piece, in order; `finish` gives the result. Many queries read each block of codes once, for few the rows
 * are shared out among the threads. `free` must be called in the end; `bytesPerQuery` says what a query costs until then.
 */
export class HammingScan {
  readonly #kernels: Kernels;
  readonly #queries: Uint8Array<SharedArrayBuffer>;
  readonly #states: Uint8Array<SharedArrayBuffer>;
  readonly #count: number;
  readonly #bytes: number;
  readonly #k: number;
  readonly #shares: number;
  readonly #group: number;
  readonly #stateBytes: number;

  /**
   * @param queries packed codes of `bytes` bytes each, one after the other.
   * @throws RangeError where sizes do not fit.
   */
  constructor(kernels: Kernels, queries: Uint8Array, bytes: number, k: number) {
    if (!Number.isInteger(bytes) || bytes < 1 || bytes > 8191) throw new RangeError(`codes of ${bytes} bytes`);
    if (queries.length % bytes !== 0) throw new RangeError(`${queries.length} bytes are no whole codes of ${bytes}`);
    if (!Number.isInteger(k) || k < 1) throw new RangeError(`the ${k} nearest: expected 1 or more`);
    const { threads, memory } = kernels;
    this.#kernels = kernels;
    this.#bytes = bytes;
    this.#k = k;
    this.#count = queries.length / bytes;
    this.#shares = this.#count >= 4 * threads ? 1 : threads;
    this.#group = Math.max(
      1,
      Math.min(mostPerGroup, Math.ceil(Math.ceil((this.#count * this.#shares) / threads) / 4) * 4),
    );
    this.#stateBytes = HammingScan.stateBytes(bytes, k);
    this.#queries = memory.uint8(queries.length);
    this.#queries.set(queries);
    try {
      this.#states = memory.uint8(this.#lists * this.#stateBytes);
    } catch (error) {
      memory.free(this.#queries);
      throw error;
    }
    const state = { states: this.#states, stateBytes: this.#stateBytes, bytes };
    kernels.run("hammingScanBegin", this.#lists, 64, state);
  }

  /** Memory that one query and thread takes while it is under way. */
  static stateBytes(bytes: number, k: number): number {
    return headerBytes + 8 * Math.ceil((4 * (8 * bytes + 1)) / 8) + 8 * (2 * k + slack);
  }

  get #lists(): number {
    return this.#count * this.#shares;
  }

  /**
   * Goes through one piece of rows.
   * @param codes packed codes in the kernels' memory.
   * @param firstRow number of the piece's first row in the result; pieces come with rising numbers.
   * @param deleted a bit for each row of the piece (first row in the least significant bit), 1 where it is left out; in the
   * kernels' memory.
   */
  scan(codes: Uint8Array, firstRow: number, deleted?: Uint8Array): void {
    const rows = codes.length / this.#bytes;
    if (!Number.isInteger(rows)) throw new RangeError(`${codes.length} bytes are no whole codes of ${this.#bytes}`);
    if (deleted !== undefined && deleted.length * 8 < rows) {
      throw new RangeError(`${deleted.length * 8} bits for ${rows} rows`);
    }
    const units = Math.ceil(this.#count / this.#group) * this.#shares;
    this.#kernels.run("hammingScan", units, 1, {
      queries: this.#queries,
      count: this.#count,
      bytes: this.#bytes,
      codes,
      rows,
      firstRow,
      deleted,
      k: this.#k,
      states: this.#states,
      stateBytes: this.#stateBytes,
      shares: this.#shares,
      group: this.#group,
    });
  }

  /** The hits over all pieces. Nothing may be scanned afterwards. */
  finish(): Nearest {
    return temporarily(this.#kernels.memory, (memory) => this.#finish(memory));
  }

  #finish(memory: Memory): Nearest {
    const [states, k, shares] = [this.#lists, this.#k, this.#shares];
    const distances = memory.uint16(states * k);
    const rows = memory.uint32(states * k);
    const counts = memory.uint32(states);
    const found = {
      states: this.#states,
      stateBytes: this.#stateBytes,
      bytes: this.#bytes,
      k,
      distances,
      rows,
      counts,
    };
    this.#kernels.run("hammingScanEnd", states, 4, found);
    return shares === 1
      ? { distances: distances.slice(), rows: rows.slice(), counts: counts.slice() }
      : mergeShares({ distances, rows, counts }, shares, k);
  }

  free(): void {
    this.#kernels.memory.free(this.#queries);
    this.#kernels.memory.free(this.#states);
  }
}

/** One list of k for each query out of one per share: by distance, then by row. */
function mergeShares(parts: Nearest, shares: number, k: number): Nearest {
  const queries = parts.counts.length / shares;
  const merged = {
    distances: new Uint16Array(queries * k),
    rows: new Uint32Array(queries * k),
    counts: new Uint32Array(queries),
  };
  const next = new Uint32Array(shares);
  for (let query = 0; query < queries; query++) {
    next.fill(0);
    for (let place = query * k; place < (query + 1) * k; place++) {
      let best = -1;
      let bestAt = 0;
      for (let share = 0; share < shares; share++) {
        const list = query * shares + share;
        if (next[share]! >= parts.counts[list]!) continue;
        const at = list * k + next[share]!;
        const apart = best < 0 ? -1 : parts.distances[at]! - parts.distances[bestAt]!;
        if (apart > 0 || (apart === 0 && parts.rows[at]! > parts.rows[bestAt]!)) continue;
        best = share;
        bestAt = at;
      }
      if (best < 0) break;
      next[best]!++;
      merged.distances[place] = parts.distances[bestAt]!;
      merged.rows[place] = parts.rows[bestAt]!;
      merged.counts[query]!++;
    }
  }
  return merged;
}
