// Example queries of a retrieval run with their first hits; the queries are chosen by a rule, not by how well they do.
import { Random } from "../core/kernels/random.js";
import type { Labels, MultiViewDataset, View } from "../data/dataset.js";
import type { DenseMatrix } from "../data/matrix.js";
import { withLabel } from "../methods/matching/labeled.js";
import type { Protocol } from "../methods/protocol.js";
import { rowsWith } from "../methods/shared/rows.js";
import type { ExampleItem, RetrievalExamples } from "../runs/examples.js";
import type { DataSource } from "./data-source.js";
import { type ShowSample, sampleShower } from "./show-items.js";
import type { AnyMethod } from "./summary.js";

/** Directions that are shown at most, hits of a query, and queries of all directions together. */
const [mostDirections, hits, queries] = [4, 5, 12] as const;
/** Items that are searched at most; fewer where each is read from disk, as pixels are. */
const [mostItems, mostLazyItems] = [20_000, 500] as const;

/** Where the method is asked, and what its data set was opened from. */
interface ExampleInit {
  readonly method: AnyMethod;
  readonly source: Partial<DataSource>;
  readonly seed: number;
}

/** Example queries by direction; undefined for another task, or views that are not of one data set. */
export async function findExamples({ method, source, seed }: ExampleInit): Promise<RetrievalExamples | undefined> {
  const protocol = method.protocol();
  if (protocol?.task !== "retrieval" || protocol.test.length === 0) return undefined;
  const { data } = protocol;
  const isHamming = method.encode !== undefined;
  const [asked, searched] = rowsOf(protocol, isHamming);
  const items = thinned(searched, data.views.some(({ matrix }) => matrix.kind === "lazy") ? mostLazyItems : mostItems);
  const pairs = directionsOf(data.views).slice(0, mostDirections);
  const each = Math.max(3, Math.floor(queries / pairs.length));
  const z = { items: await method.transform(data.select(items)), isHamming };
  const show = new Shown(data, await sampleShower(data, source));
  const directions: RetrievalExamples["directions"] = [];
  for (const [from, to] of pairs) {
    const chosen = evenly(rowsWith(data.views[from]!, asked), each, new Random(seed, "examples").next());
    if (chosen.length === 0) continue;
    const represented = await method.transform(data.select(chosen));
    const isThere = presence(data.views[to]!);
    const found: RetrievalExamples["directions"][number]["queries"] = [];
    for (const [i, row] of chosen.entries()) {
      const ranked = rank({ ...z, query: part(represented, i, from, data), to, data }).filter(
        ({ place }) => isThere(items[place]!) && !(from === to && items[place] === row),
      );
      const first = ranked.slice(0, hits).map(async ({ place, score }) => {
        const hit = items[place]!;
        const relevant = data.labels && sharesLabel(data.labels, row, hit);
        const item = await show.item(hit, data.views[to]!.name);
        return { ...item, score, ...(relevant !== undefined && { relevant }), isPair: hit === row };
      });
      found.push({ query: await show.item(row, data.views[from]!.name), hits: await Promise.all(first) });
    }
    const direction = `${data.views[from]!.name}->${data.views[to]!.name}`;
    directions.push({ direction, searched: items.filter(isThere).length, queries: found });
  }
  const rule = [
    `The queries are spread evenly over all ${asked.length}, from a start that the seed draws; how well they do plays no part.`,
    items.length < searched.length && `${items.length} of ${searched.length} items are searched, spread evenly too.`,
    pairs.length < directionsOf(data.views).length && `The first ${pairs.length} directions are shown.`,
  ];
  const measure = isHamming ? "Hamming distance" : "cosine similarity";
  return { measure, rule: rule.filter(Boolean).join(" "), directions, pictures: show.pictures };
}

/** Queries and items, of those with a label where there are any; hash codes without labels search their own queries for the pairs. */
function rowsOf({ data, test, database }: Protocol, isHamming: boolean): [asked: Int32Array, searched: Int32Array] {
  const { labels } = data;
  if (labels === undefined || withLabel(labels, test).length === 0) return [test, isHamming ? test : database!];
  return [withLabel(labels, test), withLabel(labels, database!)];
}

/** From every view into every other; into itself where there is one only. */
function directionsOf(views: readonly View[]): [from: number, to: number][] {
  if (views.length === 1) return [[0, 0]];
  return views.flatMap((_, from) => views.flatMap((_, to): [number, number][] => (from === to ? [] : [[from, to]])));
}

/** `count` of the rows at equal distances, the first one at the share `start` of that distance. */
export function evenly(rows: Int32Array, count: number, start: number): Int32Array {
  if (rows.length <= count) return rows;
  return Int32Array.from({ length: count }, (_, i) => rows[Math.floor(((i + start) * rows.length) / count)]!);
}

function thinned(rows: Int32Array, most: number): Int32Array {
  return evenly(rows, most, 0);
}

function presence({ present }: View): (row: number) => boolean {
  return (row) => present === undefined || present[row] === 1;
}

/** A row's representation of one view: methods of retrieval put those of all views side by side. */
function part(z: DenseMatrix, row: number, view: number, { views }: MultiViewDataset): Float32Array {
  const width = z.columns / views.length;
  const start = row * z.columns + view * width;
  return z.data.subarray(start, start + width);
}

interface Ranking {
  readonly query: Float32Array;
  readonly items: DenseMatrix;
  readonly to: number;
  readonly data: MultiViewDataset;
  readonly isHamming: boolean;
}

/** All items, the nearest first; those at one distance in the data's order. */
function rank({ query, items, to, data, isHamming }: Ranking): { place: number; score: number }[] {
  const scored = Array.from({ length: items.rows }, (_, place) => {
    const other = part(items, place, to, data);
    return { place, score: isHamming ? bitsApart(query, other) : cosine(query, other) };
  });
  const sign = isHamming ? 1 : -1;
  return scored.sort((a, b) => sign * (a.score - b.score) || a.place - b.place);
}

function bitsApart(a: Float32Array, b: Float32Array): number {
  return a.reduce((count, value, i) => count + Number(value > 0 !== b[i]! > 0), 0);
}

function cosine(a: Float32Array, b: Float32Array): number {
  const product = a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return product / (Math.hypot(...a) * Math.hypot(...b) || 1);
}

function sharesLabel(labels: Labels, a: number, b: number): boolean {
  if (labels.kind === "single") return labels.values[a] === labels.values[b];
  return classesOf(labels, a).some((each) => classesOf(labels, b).includes(each));
}

function classesOf(labels: Labels, row: number): string[] {
  const { names } = labels;
  if (labels.kind === "single") return labels.values[row]! < 0 ? [] : [names[labels.values[row]!]!];
  return names.filter((_, c) => labels.matrix[row * names.length + c] === 1);
}

/** Samples as items of the examples; a picture that is shown twice is kept once. */
class Shown {
  readonly pictures: string[] = [];

  constructor(
    private readonly data: MultiViewDataset,
    private readonly show: ShowSample,
  ) {}

  async item(row: number, view: string): Promise<ExampleItem> {
    const { ids, labels } = this.data;
    const { text, picture } = await this.show(row, view);
    return {
      id: ids?.[row] ?? `row ${row}`,
      labels: labels === undefined ? [] : classesOf(labels, row),
      ...(text !== undefined && { text }),
      ...(picture && { picture: this.#place(picture) }),
    };
  }

  #place(picture: Uint8Array): number {
    const address = `data:image/webp;base64,${Buffer.from(picture).toString("base64")}`;
    const known = this.pictures.indexOf(address);
    return known >= 0 ? known : this.pictures.push(address) - 1;
  }
}
