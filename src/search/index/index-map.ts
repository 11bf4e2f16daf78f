// The embedding map of an index: its items in the plane, from the vectors that the store holds.
import { existsSync, rmSync } from "node:fs";
import { Random } from "../../core/kernels/random.js";
import type { Engine } from "../../core/runtime/index.js";
import { dense } from "../../data/matrix.js";
import { inside } from "../../inside.js";
import { fitPca, transformPca } from "../../numerics/linear-algebra/pca.js";
import { embeddingMap } from "../../numerics/tsne/embedding-map.js";
import { type Coloring, type EmbeddingMap, readMap, writeMap } from "../../runs/result.js";
import { countItems, type Item, type Metadata, type Store } from "../stores/store.js";

/** Most points that t-SNE places by default. */
const usualForTsne = 6000;
/** Most points on the map; of more items a sample is drawn. */
const mostPoints = 50_000;
/** Pairs of points that t-SNE looks at: some ten seconds. */
const tsnePairs = 2e9;
const pageItems = 1000;

interface Point {
  readonly id: string;
  readonly view: string;
  readonly label: string;
  readonly vector: Float32Array;
}

export interface MapOptions {
  /** Most points that t-SNE places, in time with their square; more are projected on their principal components. Default: 6000. */
  readonly mostForTsne?: number;
  readonly signal?: AbortSignal;
}

/**
 * Makes the map anew from all items of the store, or a sample of them.
 * @throws InterruptedError once the signal is given.
 */
export async function makeIndexMap(
  store: Store,
  engine: Engine,
  { mostForTsne = usualForTsne, signal }: MapOptions = {},
): Promise<EmbeddingMap> {
  const points = await takePoints(store, signal);
  const dimensions = store.space.dimensions || store.space.bits;
  const x = dense(points.length, dimensions);
  for (const [i, { vector }] of points.entries()) x.data.set(vector, i * dimensions);
  const withTsne = points.length <= mostForTsne;
  const positions = await (withTsne ? tsne(x, engine) : principalPlane(x, engine));
  const axis = (offset: number) => Float32Array.from(points, (_, i) => positions[2 * i + offset]!);
  const coloring = (name: "label" | "view"): Coloring => {
    const names = [...new Set(points.map((point) => point[name]))].filter((each) => each !== "").sort();
    const places = new Map(names.map((each, place) => [each, place]));
    return { name, names, values: Int32Array.from(points, (point) => places.get(point[name]) ?? -1) };
  };
  return {
    projection: withTsne ? "t-SNE" : "PCA",
    x: axis(0),
    y: axis(1),
    colorings: [coloring("view"), coloring("label")],
    ids: points.map(({ id }) => id),
  };
}

async function tsne(x: ReturnType<typeof dense>, engine: Engine): Promise<ArrayLike<number>> {
  const { positions } = await embeddingMap(x, { seed: 0, points: x.rows, pairs: tsnePairs, engine });
  return positions;
}

async function principalPlane(x: ReturnType<typeof dense>, engine: Engine): Promise<ArrayLike<number>> {
  const components = Math.min(2, x.columns);
  const { data } = await transformPca(await fitPca(x, components, engine), x, engine);
  if (components === 2) return data;
  return Float32Array.from({ length: 2 * x.rows }, (_, e) => (e % 2 === 0 ? data[e / 2]! : 0));
}

async function takePoints(store: Store, signal?: AbortSignal): Promise<Point[]> {
  const total = await countItems(store);
  const chosen = total <= mostPoints ? undefined : new Set(new Random(0, "index map").choice(total, mostPoints));
  const points: Point[] = [];
  let [row, after] = [0, undefined as Item | undefined];
  for (;;) {
    signal?.throwIfAborted();
    const page = await store.page(after, pageItems);
    for (const { id, view, code, vector, metadata } of page) {
      if (chosen?.has(row) ?? true)
        points.push({ id, view, vector: vector ?? signsOf(code), label: labelOf(metadata) });
      row++;
    }
    if (page.length < pageItems) return points;
    after = page.at(-1);
  }
}

/** A packed code as numbers: 1 and −1. */
function signsOf(code: Uint8Array): Float32Array {
  return Float32Array.from({ length: 8 * code.length }, (_, bit) => ((code[bit >> 3]! >> (7 - (bit & 7))) & 1) * 2 - 1);
}

function labelOf(metadata: Metadata | undefined): string {
  const label = metadata?.label;
  const first = Array.isArray(label) ? label[0] : label;
  return typeof first === "string" ? first : "";
}

/** Where an index folder keeps its map. */
export function indexMapPath(folder: string): string {
  return inside(folder, "map.safetensors");
}

/** Writes the map of an index folder; a map without points is none. */
export function writeIndexMap(folder: string, map: EmbeddingMap): void {
  if (map.x.length > 0) writeMap(indexMapPath(folder), map);
  else rmSync(indexMapPath(folder), { force: true });
}

export function hasIndexMap(folder: string): boolean {
  return existsSync(indexMapPath(folder));
}

/** @throws UserError where there is none. */
export function readIndexMap(folder: string): EmbeddingMap {
  return readMap(indexMapPath(folder));
}
