// Searching a generation: the nearest codes of one view or of all, re-ranked by vectors, then read from the log.
import { setImmediate } from "node:timers/promises";
import type { HammingGraph } from "../../../core/kernels/hamming-graph.js";
import { HammingScan } from "../../../core/kernels/hamming-scan.js";
import { OutOfMemoryError } from "../../../errors.js";
import { Turns } from "../../scheduling/turns.js";
import { cosine } from "../cosine.js";
import type { Hit, Query } from "../store.js";
import { Columns, isDeleted, type Piece } from "./columns.js";
import type { Generation } from "./generation.js";
import { decodeEntry, decodeMetadata } from "./log.js";

/** Distances that a thread computes before the event loop gets its turn: 2 to 4 ms. */
const pairsPerSlice = 1 << 22;
/** Memory for queries under way at a time. */
const scanBytes = 64 << 20;
/** Width of an approximate search (efSearch) where few hits are wanted: see docs/search-speed.md for its recall. */
const narrowest = 48;
/** Time between two turns of the event loop where items are read. */
const sliceMilliseconds = 1;

/** An item found: its row in its view. */
interface Found {
  readonly columns: Columns;
  readonly row: number;
  readonly position: number;
  readonly distance: number;
}

/** Hits of each query. The generation must not be freed meanwhile. */
export async function searchGeneration(generation: Generation, queries: readonly Query[]): Promise<Hit[][]> {
  const groups = new Map<string, number[]>();
  for (const [i, query] of queries.entries()) {
    const key = JSON.stringify([query.mode, query.view, candidatesOf(query)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  // What every search sees is settled before the first one lets others go on.
  const taken = [...generation.views.values()].map((columns) => ({ columns, pieces: columns.take() }));
  const hits: Hit[][] = new Array(queries.length);
  const turns = new Turns({ slice: sliceMilliseconds, isBegun: true });
  try {
    for (const group of groups.values()) {
      const own = group.map((i) => queries[i]!);
      const views = taken.filter(({ columns }) => own[0]!.view === undefined || columns.view === own[0]!.view);
      const found = await nearest(generation, own, views);
      for (const [place, list] of found.entries()) {
        hits[group[place]!] = await finish(generation, own[place]!, list, turns);
      }
    }
  } catch (error) {
    // A k or a number of candidates for which there is no memory.
    const isTooLarge = error instanceof RangeError || error instanceof OutOfMemoryError;
    throw isTooLarge ? new OutOfMemoryError(`the search is too large: ${error.message}`) : error;
  } finally {
    for (const { columns, pieces } of taken) columns.giveBack(pieces);
  }
  return hits;
}

function candidatesOf({ k, rerank, vector }: Query): number {
  return rerank > 0 && vector !== undefined ? rerank : k;
}

interface Taken {
  readonly columns: Columns;
  readonly pieces: readonly Piece[];
}

/** The candidates of queries that want as many from the same views in the same way. */
async function nearest(generation: Generation, queries: readonly Query[], views: readonly Taken[]): Promise<Found[][]> {
  const bytes = generation.log.space.bits / 8;
  const codes = new Uint8Array(queries.length * bytes);
  for (const [i, { code }] of queries.entries()) codes.set(code, i * bytes);
  const wanted = candidatesOf(queries[0]!);
  const lists: Found[][] = queries.map(() => []);
  for (const { columns, pieces } of views) {
    const last = pieces.at(-1);
    if (last === undefined) continue;
    const rows = last.first + last.rows;
    const add = (query: number, row: number, distance: number) =>
      lists[query]!.push({ columns, row, position: columns.position(row), distance });
    const graph = queries[0]!.mode === "approximate" ? generation.graphs.of(columns) : undefined;
    // A graph's search takes time with the square of its width, the exact one with the rows: docs/search-speed.md has where they meet.
    const width = Math.max(narrowest, Math.ceil(1.5 * wanted));
    if (graph === undefined || width ** 2 > graph.size) {
      await exact(generation, codes, pieces, 0, Math.min(wanted, rows), add);
      continue;
    }
    // In whole bytes of the deleted rows' bits.
    const known = Math.min(graph.size, rows) & ~7;
    const short = searchGraph(graph, codes, width, pieces, known, add, wanted);
    if (known < rows) await exact(generation, codes, pieces, known, Math.min(wanted, rows - known), add);
    // Too few hits are left where most that is near was deleted.
    for (const query of short) {
      lists[query] = lists[query]!.filter((found) => found.columns !== columns);
      const code = codes.subarray(query * bytes, (query + 1) * bytes);
      await exact(generation, code, pieces, 0, Math.min(wanted, rows), (_, row, distance) => add(query, row, distance));
    }
  }
  // The log's order is the order of adding, in all views together.
  const inOrder = (a: Found, b: Found) => a.distance - b.distance || a.position - b.position;
  return lists.map((list) => list.sort(inOrder).slice(0, wanted));
}

type Add = (query: number, row: number, distance: number) => void;

/** The k nearest rows from one on, of each query. */
async function exact(
  { kernels, log }: Generation,
  codes: Uint8Array,
  pieces: readonly Piece[],
  from: number,
  k: number,
  add: Add,
): Promise<void> {
  const bytes = log.space.bits / 8;
  const queries = codes.length / bytes;
  const step = Math.max(1, Math.floor(scanBytes / HammingScan.stateBytes(bytes, k) / kernels.threads));
  for (let begin = 0; begin < queries; begin += step) {
    const end = Math.min(queries, begin + step);
    const scan = new HammingScan(kernels, codes.subarray(begin * bytes, end * bytes), bytes, k);
    try {
      await scanPieces(scan, pieces, from, bytes, (pairsPerSlice * kernels.threads) / (end - begin));
      const { distances, rows, counts } = scan.finish();
      for (let query = begin; query < end; query++) {
        const place = (query - begin) * k;
        for (let i = 0; i < counts[query - begin]!; i++) add(query, rows[place + i]!, distances[place + i]!);
      }
    } finally {
      scan.free();
    }
  }
}

/** Near rows below `known` that are not deleted; returns the queries for which there are fewer than wanted. */
function searchGraph(
  graph: HammingGraph,
  codes: Uint8Array,
  width: number,
  pieces: readonly Piece[],
  known: number,
  add: Add,
  wanted: number,
): number[] {
  const { distances, rows, counts } = graph.search(codes, width);
  const short: number[] = [];
  for (let query = 0; query < counts.length; query++) {
    let found = 0;
    for (let place = query * width; place < query * width + counts[query]! && found < wanted; place++) {
      const row = rows[place]!;
      if (row >= known || isDeleted(pieces[Columns.chunkIndex(row)]!, row)) continue;
      add(query, row, distances[place]!);
      found++;
    }
    if (found < wanted) short.push(query);
  }
  return short;
}

async function scanPieces(
  scan: HammingScan,
  pieces: readonly Piece[],
  from: number,
  bytes: number,
  most: number,
): Promise<void> {
  // Whole bytes of the deleted rows' bits.
  const slice = Math.max(64, Math.floor(most / 64) * 64);
  let left = slice;
  for (const { first, rows, codes, deleted } of pieces) {
    for (let begin = Math.max(0, from - first); begin < rows; ) {
      if (left <= 0) {
        await setImmediate();
        left = slice;
      }
      const end = Math.min(rows, begin + slice);
      scan.scan(codes.subarray(begin * bytes, end * bytes), first + begin, deleted.bits.subarray(begin >> 3));
      left -= end - begin;
      begin = end;
    }
  }
}

/** Re-ranks the candidates where requested, and reads the hits. */
async function finish({ log }: Generation, query: Query, found: readonly Found[], turns: Turns): Promise<Hit[]> {
  const { vector, k, rerank } = query;
  let order: readonly { readonly item: Found; readonly similarity?: number }[];
  if (rerank > 0 && vector !== undefined) {
    const other = new Float32Array(vector.length);
    const ranked: { item: Found; similarity: number }[] = [];
    for (const item of found) {
      log.readVector(item.position, other);
      ranked.push({ item, similarity: cosine(vector, other) });
      await turns.ifDue();
    }
    order = ranked.sort((a, b) => b.similarity - a.similarity);
  } else order = found.map((item) => ({ item }));
  const hits: Hit[] = [];
  for (const { item, similarity } of order.slice(0, k)) {
    const entry = log.readEntry(item.position);
    const metadata = decodeMetadata(entry);
    hits.push({
      id: decodeEntry(entry, 0, log.space).id,
      view: item.columns.view,
      distance: item.distance,
      ...(metadata !== undefined && { metadata }),
      ...(similarity !== undefined && { similarity }),
    });
    await turns.ifDue();
  }
  return hits;
}
