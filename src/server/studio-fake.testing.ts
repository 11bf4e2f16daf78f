// A server of made-up items that speaks the HTTP API, for tests of the page: pictures, words, labels, runs that grow.
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type IndexInfo,
  indexesReply,
  itemReply,
  type MapReply,
  mapReply,
  type RunSummary,
  removedReply,
  runReply,
  runsReply,
  searchReply,
  searchRequest,
  settingsReply,
} from "./api.js";
import { arrowType, mapAsArrow } from "./routes/map-arrow.js";

const pageFolder = fileURLToPath(new URL("../studio", import.meta.url));
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'";

export const shapes = ["circle", "square", "triangle", "diamond"] as const;
export const colors = ["red", "orange", "green", "teal", "blue", "purple", "brown", "black"] as const;
const hues: Record<string, string> = { orange: "#e8890c", teal: "#0a8f8f", green: "#2a9d3a", brown: "#8a5a2b" };
/** Words that the server has never read. */
export const unknownWords = "qwertz";
const fakeViews = ["flat", "outline", "english"] as const;

export interface FakeItem {
  readonly id: string;
  readonly title: string;
  readonly color: string;
  readonly shape: string;
  readonly code: bigint;
}

export interface FakeInit {
  readonly items?: number;
  /** Lengths of codes; an index for each. */
  readonly bits?: readonly number[];
  readonly token?: string;
  readonly hasMap?: boolean;
  readonly runs?: FakeRun[];
  /** What a proxy puts before every path. */
  readonly prefix?: string;
  /** Whether indexes take words and pictures; by default they do. */
  readonly takesFeaturesOnly?: boolean;
  /** Requests for the runs that are answered 503. */
  readonly busy?: number;
}

export interface FakeRun {
  readonly summary: Omit<RunSummary, "lines">;
  readonly lines: Record<string, unknown>[];
  readonly settings?: Record<string, unknown>;
}

export interface FakeServer {
  readonly url: string;
  readonly items: readonly FakeItem[];
  readonly indexes: readonly IndexInfo[];
  /** Every search as it came in. */
  readonly searches: ReturnType<typeof searchRequest.parse>[];
  /** Paths that were requested, with their query. */
  readonly paths: string[];
  close(): Promise<void>;
}

/** The same numbers each time (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function code(random: () => number, bits: number): bigint {
  let value = 0n;
  for (let i = 0; i < bits; i++) value = (value << 1n) | (random() < 0.5 ? 1n : 0n);
  return value;
}

function flipped(value: bigint, random: () => number, share: number): bigint {
  let mask = 0n;
  for (let i = 0; i < 128; i++) mask = (mask << 1n) | (random() < share ? 1n : 0n);
  return value ^ mask;
}

/** Hamming distance in the first bits. */
export function distance(a: bigint, b: bigint, bits: number): number {
  let rest = (a ^ b) & ((1n << BigInt(bits)) - 1n);
  let count = 0;
  for (; rest > 0n; rest &= rest - 1n) count++;
  return count;
}

function makeItems(count: number): FakeItem[] {
  const random = numbers(7);
  const centers = new Map(colors.map((color) => [color, code(random, 128)]));
  return Array.from({ length: count }, (_, i) => {
    const color = colors[i % colors.length]!;
    const shape = shapes[Math.floor(i / colors.length) % shapes.length]!;
    const title = `${color} ${shape} ${i}`;
    return { id: `${i} ${title}`, title, color, shape, code: flipped(centers.get(color)!, random, 0.12) };
  });
}

function drawing(item: FakeItem, view: string): string {
  const color = hues[item.color] ?? item.color;
  const look =
    view === "flat" ? `fill="${color}"` : `fill="none" stroke="${color}" stroke-width="6" stroke-linejoin="round"`;
  const parts: Record<string, string> = {
    circle: `<circle cx="50" cy="50" r="36" ${look}/>`,
    square: `<rect x="17" y="17" width="66" height="66" ${look}/>`,
    triangle: `<path d="M50 14L88 82H12z" ${look}/>`,
    diamond: `<path d="M50 10L88 50L50 90L12 50z" ${look}/>`,
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">${parts[item.shape]}</svg>`;
}

/** The first index is labeled by color, the others by shape. */
function metadataOf(item: FakeItem, view: string, isFirst: boolean): Record<string, unknown> {
  const place = item.id.slice(0, item.id.indexOf(" "));
  return {
    title: item.title,
    label: isFirst ? item.color : item.shape,
    link: `https://example.org/${place}`,
    ...(view !== "english" && { thumbnail: `thumbnails/${view}/${place}.svg` }),
  };
}

function makeMap(items: readonly FakeItem[]): MapReply {
  const random = numbers(3);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const map: MapReply = {
    projection: "t-SNE",
    views: [...fakeViews],
    labels: [...colors],
    ids: [],
    view: [],
    label: [],
    x: [],
    y: [],
  };
  for (const item of items) {
    const label = colors.indexOf(item.color as (typeof colors)[number]);
    const [cx, cy] = [Math.cos((label * Math.PI) / 4) * 40, Math.sin((label * Math.PI) / 4) * 40];
    for (const [view] of fakeViews.entries()) {
      map.ids.push(item.id);
      map.view.push(view);
      map.label.push(label);
      map.x.push(cx + normal() * 6 + view);
      map.y.push(cy + normal() * 6);
    }
  }
  return map;
}

/** The first points of a map. */
function someOf(map: MapReply, most: number): MapReply {
  const { ids, view, label, x, y } = map;
  const of = <T>(column: readonly T[]) => column.slice(0, most);
  return { ...map, ids: of(ids), view: of(view), label: of(label), x: of(x), y: of(y) };
}

export async function startFake(init: FakeInit = {}): Promise<FakeServer> {
  const { bits = [64], token, hasMap = true, runs = [], prefix = "" } = init;
  const items = makeItems(init.items ?? 240);
  const byId = new Map(items.map((item) => [item.id, item]));
  const map = makeMap(items);
  const searches: FakeServer["searches"] = [];
  const paths: string[] = [];
  const indexes = bits.map(
    (length): IndexInfo => ({
      name: `shapes-${length}`,
      method: "dchn",
      dataset: "shapes",
      bits: length,
      dimensions: length,
      items: items.length * fakeViews.length,
      views: fakeViews.map((name) => ({
        name,
        items: items.length,
        columns: 32,
        takes: init.takesFeaturesOnly
          ? ["features"]
          : name === "english"
            ? ["features", "words"]
            : ["features", "image"],
      })),
      isAvailable: true,
      isReadOnly: false,
      hasMap,
    }),
  );

  class Refusal extends Error {
    constructor(
      readonly status: number,
      message: string,
    ) {
      super(message);
    }
  }

  function search(body: unknown) {
    const parsed = searchRequest.safeParse(body);
    if (!parsed.success) throw new Refusal(400, `search: ${parsed.error.issues[0]!.message}`);
    const request = parsed.data;
    searches.push(request);
    const index = indexes.find(({ name }) => name === (request.index ?? indexes[0]!.name));
    if (!index) throw new Refusal(404, `there is no index "${request.index}"`);
    const words = request.words?.toLowerCase().replaceAll("'", "");
    const query = request.id
      ? byId.get(request.id)
      : words
        ? (items.find(({ title }) => words.split(" ").every((word) => title.includes(word))) ??
          (words === unknownWords ? items[0] : undefined))
        : items[0];
    if (words === "fail") throw new Refusal(503, "the server is too busy: try again");
    if (!query) throw new Refusal(404, `there is no item "${request.id ?? words}"`);
    // Where each id comes once, its nearest view is another one from item to item.
    const viewOf = (item: FakeItem) =>
      request.target ?? (request.distinct ? fakeViews[items.indexOf(item) % fakeViews.length]! : fakeViews[0]);
    const all = items.map((item) => ({ item, distance: distance(item.code, query.code, index.bits) }));
    all.sort((a, b) => a.distance - b.distance);
    const hits = all.slice(0, request.k).map(({ item, distance }) => ({
      id: item.id,
      view: viewOf(item),
      distance,
      ...((request.rerank ?? 0) > 0 && { similarity: 1 - (2 * distance) / index.bits }),
      metadata: metadataOf(item, viewOf(item), index === indexes[0]),
    }));
    const notes = words === unknownWords ? { notes: ["the index knows none of these words"] } : {};
    return searchReply.parse({ index: index.name, bits: index.bits, hits, ...notes, seconds: 0.0012 });
  }

  function summary(run: FakeRun): RunSummary {
    const reached = run.lines.flatMap(({ metrics }) => (metrics as { mapAt50?: number }).mapAt50 ?? []);
    const best = reached.length > 0 && { best: { path: ["mapAt50"], value: Math.max(...reached) } };
    return { ...run.summary, lines: run.lines.length, ...best };
  }

  function answer(url: URL, body: unknown): unknown {
    const [, room, ...rest] = url.pathname.split("/").map(decodeURIComponent);
    if (room === "indexes") return indexesReply.parse({ indexes });
    if (room === "search") return search(body);
    if (room === "map") return mapReply.parse(someOf(map, Number(url.searchParams.get("most") ?? map.ids.length)));
    if (room === "items") {
      const item = byId.get(rest[0]!);
      if (!item) throw new Refusal(404, `there is no item "${rest[0]}"`);
      const isFirst = [null, indexes[0]!.name].includes(url.searchParams.get("index"));
      const views = fakeViews.map((view) => ({ view, metadata: metadataOf(item, view, isFirst) }));
      return itemReply.parse({ id: item.id, views });
    }
    if (room === "runs" && rest.length === 0) return runsReply.parse({ runs: runs.map(summary) });
    if (room === "runs") {
      if (rest[1] === "settings") {
        const found = runs.find((each) => each.summary.name === rest[0]);
        return settingsReply.parse({ settings: found?.settings ?? {} });
      }
      const run = runs.find((each) => each.summary.name === rest[0]);
      if (!run) throw new Refusal(404, `there is no run "${rest[0]}"`);
      const after = Number(url.searchParams.get("after") ?? 0);
      return runReply.parse({ run: summary(run), metrics: run.lines.slice(after) });
    }
    return undefined;
  }

  let busy = init.busy ?? 0;
  async function handle(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    // As behind a proxy that passes on what is below a prefix, and nothing else.
    if (!request.url!.startsWith(`${prefix}/`)) {
      reply.writeHead(404).end();
      return;
    }
    const url = new URL(request.url!.slice(prefix.length), "http://fake");
    paths.push(url.pathname + url.search);
    const file = url.pathname === "/" ? "/index.html" : url.pathname;
    const type = types[extname(file)];
    if (type && !file.includes("..")) {
      const text = await readFile(join(pageFolder, file));
      reply.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(text);
      return;
    }
    const send = (status: number, value: unknown) =>
      reply.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      send(401, { error: "a bearer token is needed" });
      return;
    }
    if (url.pathname === "/runs" && busy > 0) {
      busy--;
      send(503, { error: "too much to do: try again" });
      return;
    }
    if (url.pathname.startsWith("/thumbnails/")) {
      const [, , view, name] = url.pathname.split("/");
      const item = items[Number.parseInt(name!, 10)]!;
      reply
        .writeHead(200, { "content-type": "image/svg+xml", "cache-control": "max-age=60" })
        .end(drawing(item, view!));
      return;
    }
    if (url.pathname === "/map" && request.headers.accept === arrowType) {
      reply.writeHead(200, { "content-type": arrowType }).end(mapAsArrow(map));
      return;
    }
    if (request.method === "DELETE") {
      const name = decodeURIComponent(url.pathname.slice("/runs/".length));
      const at = runs.findIndex(({ summary }) => summary.name === name);
      if (at < 0 || runs[at]!.summary.isRunning) {
        send(409, { error: `run "${name}" is in use` });
        return;
      }
      runs.splice(at, 1);
      send(200, removedReply.parse({ movedTo: `.trash/${name}` }));
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
      const value = answer(url, body);
      if (value === undefined) send(404, { error: `there is no ${url.pathname}` });
      else send(200, value);
    } catch (error) {
      send(error instanceof Refusal ? error.status : 500, { error: (error as Error).message });
    }
  }

  const server = createServer((request, reply) => {
    handle(request, reply).catch((error: Error) => reply.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}/`,
    items,
    indexes,
    searches,
    paths,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A run with curves that fall and rise as those of a training do. */
export function fakeRun(name: string, epochs: number, change: Partial<RunSummary> = {}): FakeRun {
  const random = numbers(name.length * 31 + epochs);
  const speed = 0.04 + random() * 0.05;
  const summary: FakeRun["summary"] = {
    name,
    method: "dchn",
    task: "retrieval",
    dataset: "emoji",
    seed: 0,
    started: new Date(Date.UTC(2026, 10, 24, 10, name.length)).toISOString(),
    isRunning: false,
    isFinished: true,
    hasReport: true,
    ...change,
  };
  return { summary, lines: Array.from({ length: epochs }, (_, i) => fakeLine(i + 1, speed, random)) };
}

export function fakeLine(epoch: number, speed = 0.06, random: () => number = numbers(epoch)): Record<string, unknown> {
  const fall = Math.exp(-epoch * speed);
  const noise = () => 1 + 0.03 * (random() - 0.5);
  const reached = (0.82 - 0.6 * fall) * noise();
  return {
    stage: "train",
    epoch,
    seconds: epoch * 1.5,
    losses: {
      total: (0.4 + 2 * fall) * noise(),
      crossEntropy: (0.3 + 1.4 * fall) * noise(),
      quantization: (0.1 + 0.6 * fall) * noise(),
    },
    metrics:
      epoch % 5 === 0
        ? { map: { "image->text": reached, "text->image": reached * 0.96 }, mapAt50: reached * 1.04 }
        : {},
  };
}
