// What is held in memory of the items of one view: codes, where each item stands in the log, which are deleted.
import type { Kernels } from "../../../core/kernels/kernels.js";
import { IdTable } from "./id-table.js";

const firstRows = 1024;
const firstShift = Math.log2(firstRows);
const mostShift = 18;

/** Bits of deleted rows, shared with searches under way: those keep what they began with. */
export interface Deleted {
  readonly bits: Uint8Array<SharedArrayBuffer>;
  readers: number;
  /** A newer copy has taken its place. */
  retired: boolean;
}

/** Rows `first` … `first + size - 1`. Chunks never move or grow, so what reads one needs no lock. */
export interface Chunk {
  readonly first: number;
  readonly size: number;
  readonly codes: Uint8Array<SharedArrayBuffer>;
  readonly positions: Float64Array;
  readonly hashes: Uint32Array;
  deleted: Deleted;
}

/** A piece of rows that a search goes through, as it was when the search began. */
export interface Piece {
  readonly first: number;
  readonly rows: number;
  readonly codes: Uint8Array<SharedArrayBuffer>;
  readonly deleted: Deleted;
}

/** Whether a row of a chunk or piece is deleted. */
export function isDeleted({ first, deleted }: Piece | Chunk, row: number): boolean {
  return ((deleted.bits[(row - first) >> 3]! >> ((row - first) & 7)) & 1) === 1;
}

/** Size of chunk number `index`: the sizes double, then stay. */
const chunkRows = (index: number) => (index === 0 ? firstRows : 2 ** Math.min(firstShift + index - 1, mostShift));

/** The rows of one view in the order of adding. */
export class Columns {
  readonly chunks: Chunk[] = [];
  rows = 0;
  live = 0;
  readonly table: IdTable;

  constructor(
    readonly kernels: Kernels,
    readonly view: string,
    readonly bytes: number,
  ) {
    this.table = new IdTable((row) => this.hash(row));
  }

  /** Number of the chunk, and of the piece of `take`, that holds a row. */
  static chunkIndex(row: number): number {
    if (row < firstRows) return 0;
    if (row < 2 ** mostShift) return 31 - Math.clz32(row) - firstShift + 1;
    return mostShift - firstShift + Math.floor(row / 2 ** mostShift);
  }

  chunkOf(row: number): Chunk {
    return this.chunks[Columns.chunkIndex(row)]!;
  }

  position(row: number): number {
    const chunk = this.chunkOf(row);
    return chunk.positions[row - chunk.first]!;
  }

  hash(row: number): number {
    const chunk = this.chunkOf(row);
    return chunk.hashes[row - chunk.first]!;
  }

  isDeleted(row: number): boolean {
    return isDeleted(this.chunkOf(row), row);
  }

  /** Makes sure that so many rows can be appended. @throws OutOfMemoryError where there is no memory for them; the rows stay as they are. */
  reserve(rows: number): void {
    for (;;) {
      const last = this.chunks.at(-1);
      if (last !== undefined && this.rows + rows <= last.first + last.size) return;
      this.addChunk();
    }
  }

  append(code: Uint8Array, position: number, hash: number): void {
    this.reserve(1);
    const chunk = this.chunkOf(this.rows);
    const at = this.rows - chunk.first;
    chunk.codes.set(code, at * this.bytes);
    chunk.positions[at] = position;
    chunk.hashes[at] = hash;
    this.table.add(hash, this.rows);
    this.rows++;
    this.live++;
  }

  /** An empty chunk behind the others. */
  addChunk(): Chunk {
    const { memory } = this.kernels;
    const size = chunkRows(this.chunks.length);
    const last = this.chunks.at(-1);
    const first = last === undefined ? 0 : last.first + last.size;
    const positions = new Float64Array(size);
    const hashes = new Uint32Array(size);
    const codes = memory.uint8(size * this.bytes);
    let bits: Deleted["bits"];
    try {
      bits = memory.uint8(size / 8);
    } catch (error) {
      memory.free(codes);
      throw error;
    }
    const chunk: Chunk = { first, size, codes, positions, hashes, deleted: { bits, readers: 0, retired: false } };
    this.chunks.push(chunk);
    return chunk;
  }

  /** Fills the table and counts the live rows, after the chunks were read from a file. */
  index(): void {
    this.live = 0;
    for (let row = 0; row < this.rows; row++) {
      if (this.isDeleted(row)) continue;
      this.table.add(this.hash(row), row);
      this.live++;
    }
  }

  delete(row: number): void {
    const chunk = this.chunkOf(row);
    if (chunk.deleted.readers > 0) {
      const bits = this.kernels.memory.uint8(chunk.deleted.bits.length);
      bits.set(chunk.deleted.bits);
      chunk.deleted.retired = true;
      chunk.deleted = { bits, readers: 0, retired: false };
    }
    const at = row - chunk.first;
    chunk.deleted.bits[at >> 3]! |= 1 << (at & 7);
    this.table.remove(chunk.hashes[at]!, row);
    this.live--;
  }

  /** All rows as they are now; the pieces must be given back. */
  take(): Piece[] {
    const pieces: Piece[] = [];
    for (const { first, size, codes, deleted } of this.chunks) {
      const rows = Math.min(size, this.rows - first);
      if (rows <= 0) break;
      deleted.readers++;
      pieces.push({ first, rows, codes, deleted });
    }
    return pieces;
  }

  giveBack(pieces: readonly Piece[]): void {
    for (const { deleted } of pieces) {
      deleted.readers--;
      if (deleted.retired && deleted.readers === 0) this.kernels.memory.free(deleted.bits);
    }
  }

  /** Gives the memory back; no search may be under way. */
  free(): void {
    for (const { codes, deleted } of this.chunks) {
      this.kernels.memory.free(codes);
      this.kernels.memory.free(deleted.bits);
    }
    this.chunks.length = 0;
  }

  /** Bytes held, in the kernels' memory and beside it. */
  get memoryBytes(): number {
    const each = ({ codes, deleted, positions, hashes }: Chunk) =>
      codes.byteLength + deleted.bits.byteLength + positions.byteLength + hashes.byteLength;
    return this.chunks.reduce((sum, chunk) => sum + each(chunk), this.table.bytes);
  }
}
