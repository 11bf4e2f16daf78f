// Approximate nearest codes by Hamming distance: an HNSW graph that is built up in rounds.

import type { Nearest } from "./hamming-scan.js";
import type { Kernels } from "./kernels.js";
import { temporarily } from "./memory.js";
import { philox } from "./philox.js";

/** As in assembly/hamming-graph.ts. */
const nodeShift = 14;
const upperShift = 12;
const parts = 16;
const chunkNodes = 2 ** nodeShift;
const chunkUnits = 2 ** upperShift;
/** Chunks of nodes, and of upper links, that one graph can have: more than fit into the memory. */
const mostChunks = 4096;
/** New nodes of a round: few beside those that are there, and not more than a few milliseconds' work. */
const mostPerRound = 32;
const graphPerRound = 64;
const highestLevel = 15;

export interface GraphOptions {
  /** Links of a node on each level above the lowest, M; the lowest has twice as many. */
  readonly links: number;
  /** Width of the search for a new node's neighbours (efConstruction). */
  readonly construction: number;
}

const words = new Uint32Array(4);

/** A random word of a node's own. */
function philoxWord(node: number): number {
  philox(words, node, 0, 0, 0, 0x6e61, 0x7667);
  return words[0]!;
}

/** What a graph is apart from its chunks: enough, with them, to go on with it. */
export interface GraphState extends GraphOptions {
  readonly bytes: number;
  readonly size: number;
  readonly entry: number;
  readonly level: number;
  readonly units: number;
}

/**
 * A graph of packed codes that is searched for near ones (HNSW; Malkov and Yashunin, 2020). Nodes have the numbers in which
 * they came. The same codes give the same graph with any number of threads and however they are handed over.
 */
export class HammingGraph {
  readonly #kernels: Kernels;
  readonly #bytes: number;
  readonly #links: number;
  readonly #construction: number;
  readonly #nodeTable: Uint32Array<SharedArrayBuffer>;
  readonly #upperTable: Uint32Array<SharedArrayBuffer>;
  readonly #nodes: Uint32Array<SharedArrayBuffer>[] = [];
  readonly #upper: Uint32Array<SharedArrayBuffer>[] = [];
  #scratch:
    | { readonly memory: Uint8Array<SharedArrayBuffer>; readonly chunks: number; readonly width: number }
    | undefined;
  #size = 0;
  #entry = 0;
  #level = 0;
  #units = 0;

  constructor(kernels: Kernels, bytes: number, { links, construction }: GraphOptions) {
    if (!Number.isInteger(links) || links < 2 || links > 256) throw new RangeError(`${links} links: expected 2 to 256`);
    this.#kernels = kernels;
    this.#bytes = bytes;
    this.#links = links;
    this.#construction = construction;
    this.#nodeTable = kernels.memory.uint32(mostChunks);
    this.#upperTable = kernels.memory.uint32(mostChunks);
  }

  /** Number of nodes. */
  get size(): number {
    return this.#size;
  }

  /** Bytes held, searches' scratch included. */
  get memoryBytes(): number {
    const chunks = [...this.#nodes, ...this.#upper].reduce((sum, chunk) => sum + chunk.byteLength, 0);
    return chunks + (this.#scratch?.memory.byteLength ?? 0) + 8 * mostChunks;
  }

  get #wordsPerNode(): number {
    return 2 * this.#links + 2 + 2 * Math.ceil(this.#bytes / 8);
  }

  /** How many nodes `add` takes next: a round. */
  get round(): number {
    return Math.max(1, Math.min(mostPerRound, Math.floor(this.#size / graphPerRound)));
  }

  /**
   * Adds codes as nodes, at most a round of them: some milliseconds.
   * @throws RangeError where there are more than that, or memory is out.
   */
  add(codes: Uint8Array): void {
    const count = codes.length / this.#bytes;
    if (count > this.round) throw new RangeError(`${count} codes: at most ${this.round} in this round`);
    const first = this.#size;
    const levels = Array.from({ length: count }, (_, i) => {
      return this.#make(first + i, codes.subarray(i * this.#bytes, (i + 1) * this.#bytes));
    });
    if (first > 0) {
      const args = { ...this.#arguments(this.#construction), first };
      this.#kernels.run("graphInsert", count, 1, args);
      this.#kernels.run("graphLink", parts, 1, { ...args, count });
    }
    this.#size += count;
    for (const [i, level] of levels.entries()) {
      if (first + i > 0 && (level <= this.#level || !this.#isLinked(first + i))) continue;
      this.#entry = first + i;
      this.#level = level;
    }
  }

  /** Whether a node has links, and is not one more row of a code that has a node. */
  #isLinked(node: number): boolean {
    return this.#nodeChunk(node >>> nodeShift)[(node % chunkNodes) * this.#wordsPerNode] !== 0xffffffff;
  }

  /** Writes a node without links; returns its level. */
  #make(node: number, code: Uint8Array): number {
    const own = this.#wordsPerNode;
    const chunk = this.#nodeChunk(node >>> nodeShift);
    const at = (node % chunkNodes) * own;
    const level = this.#levelOf(node);
    chunk.fill(0xffffffff, at, at + 2 * this.#links);
    chunk[at + 2 * this.#links] = (level > 0 ? this.#takeUnits(level) * 16 : 0) + level;
    chunk[at + 2 * this.#links + 1] = 0xffffffff;
    new Uint8Array(chunk.buffer, chunk.byteOffset + 4 * (at + 2 * this.#links + 2), code.length).set(code);
    return level;
  }

  /** Geometric with ratio 1/M, from the node's number alone. */
  #levelOf(node: number): number {
    const uniform = (philoxWord(node) + 1) / 2 ** 32;
    return Math.min(highestLevel, Math.floor(-Math.log(uniform) / Math.log(this.#links)));
  }

  #nodeChunk(index: number): Uint32Array<SharedArrayBuffer> {
    for (; this.#nodes.length <= index; ) {
      if (this.#nodes.length === mostChunks) throw new RangeError(`out of memory: a graph of ${this.#size} nodes`);
      const chunk = this.#kernels.memory.uint32(chunkNodes * this.#wordsPerNode);
      this.#nodeTable[this.#nodes.length] = this.#kernels.memory.address(chunk);
      this.#nodes.push(chunk);
    }
    return this.#nodes[index]!;
  }

  /** Room for the links of one node's upper levels, in one chunk; the number of its first unit. */
  #takeUnits(level: number): number {
    const left = chunkUnits - (this.#units % chunkUnits);
    if (left < level) this.#units += left;
    const first = this.#units;
    this.#units += level;
    this.#upperChunk(first >>> upperShift);
    return first;
  }

  #upperChunk(index: number): void {
    for (; this.#upper.length <= index; ) {
      const chunk = this.#kernels.memory.uint32(chunkUnits * this.#links).fill(0xffffffff);
      this.#upperTable[this.#upper.length] = this.#kernels.memory.address(chunk);
      this.#upper.push(chunk);
    }
  }

  /** The arguments that all kernels share, with scratch for beams of this width. */
  #arguments(width: number) {
    const { memory, threads } = this.#kernels;
    const chunks = this.#nodes.length;
    const bytes = (w: number, c: number) => 8 + 8 * (w + 1) + 2 * 8 * (2 * this.#links + 1) + c * chunkNodes;
    let scratch = this.#scratch;
    if (scratch === undefined || scratch.chunks < chunks || scratch.width < width) {
      if (scratch !== undefined) memory.free(scratch.memory);
      this.#scratch = undefined;
      // Half as many again, so that a growing graph does not ask for a new one with every chunk.
      const room = { chunks: Math.ceil(1.5 * chunks), width: Math.max(width, scratch?.width ?? 0) };
      scratch = { memory: memory.uint8(threads * bytes(room.width, room.chunks)), ...room };
      this.#scratch = scratch;
    }
    return {
      nodeTable: this.#nodeTable,
      upperTable: this.#upperTable,
      bytes: this.#bytes,
      links: this.#links,
      entry: this.#entry,
      level: this.#level,
      scratch: scratch.memory,
      threadBytes: bytes(scratch.width, scratch.chunks),
      width,
      seenBytes: scratch.chunks * chunkNodes,
    };
  }

  /**
   * Near nodes of each query, nearest first: up to `width` of them, of which the first few are the better found the wider the
   * search (ef). Hits of query q stand from q·width on.
   */
  search(queries: Uint8Array, width: number): Nearest {
    const count = queries.length / this.#bytes;
    if (!Number.isInteger(count)) throw new RangeError(`${queries.length} bytes are no whole codes of ${this.#bytes}`);
    if (this.#size === 0) {
      return { distances: new Uint16Array(0), rows: new Uint32Array(0), counts: new Uint32Array(count) };
    }
    return temporarily(this.#kernels.memory, (memory) => {
      const input = memory.uint8(queries.length);
      input.set(queries);
      const distances = memory.uint16(count * width);
      const rows = memory.uint32(count * width);
      const counts = memory.uint32(count);
      const found = { queries: input, distances, nodes: rows, counts };
      this.#kernels.run("graphSearch", count, 4, { ...this.#arguments(width), ...found });
      return { distances: distances.slice(), rows: rows.slice(), counts: counts.slice() };
    });
  }

  get state(): GraphState {
    return {
      bytes: this.#bytes,
      links: this.#links,
      construction: this.#construction,
      size: this.#size,
      entry: this.#entry,
      level: this.#level,
      units: this.#units,
    };
  }

  /** The graph's chunks as bytes, to be written to a file, or to be read into after `restore`. */
  *chunks(): Generator<Uint8Array<SharedArrayBuffer>> {
    for (const chunk of [...this.#nodes, ...this.#upper]) {
      yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  }

  /** A graph of this state, whose chunks are still to be filled. */
  static restore(kernels: Kernels, state: GraphState): HammingGraph {
    const graph = new HammingGraph(kernels, state.bytes, state);
    graph.#size = state.size;
    graph.#entry = state.entry;
    graph.#level = state.level;
    graph.#units = state.units;
    if (state.size > 0) graph.#nodeChunk((state.size - 1) >>> nodeShift);
    if (state.units > 0) graph.#upperChunk((state.units - 1) >>> upperShift);
    return graph;
  }

  free(): void {
    const { memory } = this.#kernels;
    for (const view of [...this.#nodes, ...this.#upper, this.#nodeTable, this.#upperTable]) memory.free(view);
    if (this.#scratch !== undefined) memory.free(this.#scratch.memory);
  }
}
