// The graphs of a folder store, one for each view that is searched approximately: built, kept up to date, kept in files.
import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type GraphState, HammingGraph } from "../../../core/kernels/hamming-graph.js";
import { replaceFile } from "../../../files.js";
import { Turns } from "../../scheduling/turns.js";
import { Attempts } from "../attempts.js";
import type { GraphStatus } from "../store.js";
import type { Columns } from "./columns.js";
import { CrcReader, encodeHeader, withCrc } from "./files.js";
import type { Generation } from "./generation.js";

/** M and efConstruction: recall@10 of 0.95 and more at the width of a search in search.ts (docs/search-speed.md). */
const options = { links: 16, construction: 100 };
/** Views with fewer rows are searched exactly, which is then as fast. */
const fewestRows = 4096;
/** A graph that grows behind the scenes is written again once it is this much larger. */
const growthBeforeSaving = 1.5;
const magic = "vantage-graph\n";
const prefix = "items.graph-";

/** Called from time to time while graphs are built: codes taken in, of how many. */
export type GraphProgress = (progress: { readonly view: string; readonly done: number; readonly rows: number }) => void;

interface Header {
  readonly log: string;
  readonly view: string;
  readonly graph: GraphState;
}

const fileOf = (view: string) => prefix + createHash("sha256").update(view).digest("hex").slice(0, 16);

/** The graphs of one generation. */
export class Graphs {
  readonly #generation: Generation;
  readonly #graphs = new Map<Columns, HammingGraph>();
  /** Nodes of each graph as its file has it. */
  readonly #saved = new Map<Columns, number>();
  /** Building and writing take turns: a file must hold a graph as it was at one time. */
  #last: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  #stopped = false;
  readonly #attempts: Attempts;

  constructor(generation: Generation) {
    this.#generation = generation;
    this.#attempts = new Attempts(
      `${generation.log.path}: a graph for approximate search cannot be built or written`,
      generation.onNote,
    );
  }

  get state(): GraphStatus {
    if (this.#underWay > 0) return { state: "building" };
    const { failure } = this.#attempts;
    if (failure !== undefined) return { state: "failed", ...failure };
    return { state: this.#graphs.size > 0 ? "ready" : "absent" };
  }

  get memoryBytes(): number {
    return [...this.#graphs.values()].reduce((sum, graph) => sum + graph.memoryBytes, 0);
  }

  /** The graph of a view as far as it goes; where that is not far enough, its building goes on behind the scenes. */
  of(columns: Columns): HammingGraph | undefined {
    if (columns.rows < fewestRows || this.#stopped) return this.#graphs.get(columns);
    const graph = this.#graphs.get(columns) ?? new HammingGraph(columns.kernels, columns.bytes, options);
    this.#graphs.set(columns, graph);
    // What goes wrong here is memory or disk that ran out: what the graph lacks is searched exactly.
    if (graph.size < columns.rows && this.#underWay === 0 && this.#attempts.isDue) {
      this.build()
        .then(() => this.save(growthBeforeSaving))
        .then(
          () => this.#attempts.succeeded(),
          (error) => this.#attempts.failed(error),
        );
    }
    return graph;
  }

  /**
   * Takes every row into its view's graph, a few milliseconds at a time. Of views that are not searched approximately yet,
   * where `all` says so.
   */
  build(all = false, onProgress?: GraphProgress): Promise<void> {
    if (all) {
      for (const columns of this.#generation.views.values()) {
        if (columns.rows < fewestRows || this.#graphs.has(columns)) continue;
        this.#graphs.set(columns, new HammingGraph(columns.kernels, columns.bytes, options));
      }
    }
    return this.#inTurn(() => this.#build(onProgress));
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    this.#underWay++;
    const done = this.#last.then(job).finally(() => this.#underWay--);
    this.#last = done.catch(() => {});
    return done;
  }

  async #build(onProgress: GraphProgress | undefined): Promise<void> {
    for (const [columns, graph] of this.#graphs) {
      const turns = new Turns({ isBegun: true });
      while (graph.size < columns.rows && !this.#stopped) {
        const { first, size, codes } = columns.chunkOf(graph.size);
        const from = graph.size - first;
        const to = Math.min(from + graph.round, size, columns.rows - first);
        graph.add(codes.subarray(from * columns.bytes, to * columns.bytes));
        if (await turns.ifDue()) onProgress?.({ view: columns.view, done: graph.size, rows: columns.rows });
      }
      onProgress?.({ view: columns.view, done: graph.size, rows: columns.rows });
    }
  }

  /** Ends building at once; what is built stays. */
  stop(): void {
    this.#stopped = true;
  }

  /** Writes the graphs that have grown by a factor since they were written; none of a log that is only read. */
  save(growth = 1): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#generation.log.isReadOnly) return;
      const folder = dirname(this.#generation.log.path);
      for (const [columns, graph] of this.#graphs) {
        const saved = this.#saved.get(columns) ?? 0;
        if (graph.size === saved || graph.size < growth * saved) continue;
        const header: Header = { log: this.#generation.log.name, view: columns.view, graph: graph.state };
        await replaceFile(join(folder, fileOf(columns.view)), withCrc(pieces(header, graph)));
        this.#saved.set(columns, graph.size);
      }
    });
  }

  /** Reads the graphs that belong to this generation, and removes the files of others and damaged ones where it may. */
  load(): void {
    const folder = dirname(this.#generation.log.path);
    const wanted = new Map([...this.#generation.views.values()].map((columns) => [fileOf(columns.view), columns]));
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(prefix)) continue;
      const columns = wanted.get(name);
      const graph = columns && readGraph(join(folder, name), this.#generation, columns);
      if (graph !== undefined) {
        this.#graphs.set(columns!, graph);
        this.#saved.set(columns!, graph.size);
      } else if (!this.#generation.log.isReadOnly) rmSync(join(folder, name));
    }
  }

  free(): void {
    for (const graph of this.#graphs.values()) graph.free();
  }
}

function* pieces(header: Header, graph: HammingGraph): Generator<Uint8Array> {
  yield encodeHeader(magic, header);
  yield* graph.chunks();
}

function readGraph(path: string, { log, kernels }: Generation, columns: Columns): HammingGraph | undefined {
  const file = new CrcReader(path);
  let graph: HammingGraph | undefined;
  try {
    const header = file.readHeader(magic, 1 << 20) as Header | undefined;
    if (header?.log !== log.name || header.view !== columns.view) return undefined;
    if (header.graph.size > columns.rows || header.graph.bytes !== columns.bytes) return undefined;
    graph = HammingGraph.restore(kernels, header.graph);
    for (const chunk of graph.chunks()) file.read(chunk);
    file.checkEnd();
    return graph;
  } catch {
    graph?.free();
    return undefined;
  } finally {
    file.close();
  }
}
