// Items in PostgreSQL's tables, in a server or in PGlite: one set of statements for both.
import { setTimeout as sleep } from "node:timers/promises";
import { StorageError, UserError } from "../../../errors.js";
import { checkItem, checkQuery } from "../check.js";
import { cosine } from "../cosine.js";
import type { Owner } from "../identity.js";
import type { GraphStatus, Hit, Item, ItemKey, Metadata, Query, Space, Store } from "../store.js";
import type { Database } from "./database.js";
import { Graph } from "./graph.js";
import { openSchema, type Schema } from "./schema.js";

/** Items of one INSERT. */
const batchSize = 1000;
/** A B-tree entry's limit is 2704 bytes. */
const maxKeyBytes = 2600;
/** A distance and a place in the order of adding in one bigint: one number sorts in half the time of two. */
const orderBits = 44;
const leastCandidates = 100;
/** pgvector's limit of hnsw.ef_search. */
const mostCandidates = 1000;

/** As JSON, because PGlite's decoder takes a byte order mark off the beginning of a text. */
const keyColumns = "to_json(i.id) AS id, to_json(i.view) AS view";

/** Which index of a database is opened. */
export interface PostgresStoreOptions {
  /** Name of the index: several share a database. */
  readonly name: string;
  /** Makes the index where it is absent; without, it has to be there. */
  readonly space?: Space;
  /** Items from which an approximate search has a graph built; below, looking at every code is as fast. */
  readonly graphFrom?: number;
  /** Receives once why a graph that is built in the background cannot be. */
  onNote?(note: string): void;
  /** @internal The index folder that it belongs to, which then says whether it may be made. */
  readonly owner?: Owner;
}

interface Row extends ItemKey {
  readonly metadata: Metadata | null;
  readonly vector: Uint8Array | null;
}

/**
 * Exact search reads every code (`bit_count(code # query)`); approximate search goes through pgvector's HNSW where the
 * extension is there, and is exact where it is not or the graph is not built yet. Any number of processes may read and write
 * one index of a server.
 */
export class PostgresStore implements Store {
  readonly #graph: Graph;
  #isReadOnly: boolean;

  private constructor(
    /** @internal */
    readonly database: Database,
    /** @internal */
    readonly schema: Schema,
    graphFrom: number,
    onNote: (note: string) => void,
  ) {
    this.#graph = new Graph(database, schema, graphFrom, onNote);
    this.#isReadOnly = !schema.rights.writes;
  }

  /** @internal The store owns the database from here on, and closes it. */
  static async open(
    database: Database,
    { graphFrom = 10_000, onNote = () => {}, ...wanted }: PostgresStoreOptions,
  ): Promise<PostgresStore> {
    try {
      return new PostgresStore(database, await openSchema(database, wanted), graphFrom, onNote);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** What the codes are. */
  get space(): Space {
    return this.schema.space;
  }

  /** A replica, or a user who lacks a right; that of a replica that became the main server ends with the first write. */
  get isReadOnly(): boolean {
    return this.#isReadOnly;
  }

  /** How far the graph is, and why its building failed. */
  get graphStatus(): GraphStatus {
    return this.#graph.state;
  }

  /** Builds the graph for approximate search now, where pgvector is there; resolves at once where it is built. */
  buildGraphs(): Promise<void> {
    return this.#graph.build();
  }

  async add(items: readonly Item[]): Promise<void> {
    const last = new Map<string, Item>();
    for (const item of items) {
      checkItem(item, this.space);
      checkStorable(item);
      const key = JSON.stringify([item.id, item.view]);
      last.delete(key);
      last.set(key, item);
    }
    const kept = [...last.values()];
    const batches = Array.from({ length: Math.ceil(kept.length / batchSize) }, (_, i) =>
      columns(kept.slice(i * batchSize, (i + 1) * batchSize)),
    );
    const { bits } = this.space;
    const { items: table, codes, order } = this.schema.tables;
    const insert = `
      WITH given AS MATERIALIZED (
        SELECT nextval('${order}') AS seq, id COLLATE "C" AS id, view COLLATE "C" AS view, code, vector, metadata
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t (id, view, code, vector, metadata)
      ), stored AS (
        INSERT INTO ${table} (id, view, vector, metadata)
        SELECT id, view, decode(vector, 'hex'), metadata::jsonb FROM given ORDER BY id, view
        ON CONFLICT (id, view) DO UPDATE SET vector = excluded.vector, metadata = excluded.metadata
        RETURNING number, id, view
      )
      INSERT INTO ${codes} (number, seq, view, code)
      SELECT number, seq, view, code::bit(${bits}) FROM stored JOIN given USING (id, view) ORDER BY seq
      ON CONFLICT (number) DO UPDATE SET seq = excluded.seq, code = excluded.code`;
    await this.#written(async () => {
      if (batches.length === 1) await this.database.query(insert, batches[0]);
      else if (batches.length > 1) {
        await this.database.transaction(async (sql) => {
          for (const batch of batches) await sql.query(insert, batch);
        });
      }
    });
  }

  async remove(ids: readonly string[], view?: string): Promise<number> {
    const { items, codes } = this.schema.tables;
    const [{ removed } = { removed: 0 }] = await this.#written(() =>
      this.database.query<{ removed: number }>(
        `WITH gone AS (DELETE FROM ${items} WHERE id = ANY($1) AND ($2::text IS NULL OR view = $2) RETURNING number),
           unsearched AS (DELETE FROM ${codes} c USING gone WHERE c.number = gone.number)
         SELECT count(*)::int AS removed FROM gone`,
        [ids.filter(isStorable), view === undefined || isStorable(view) ? (view ?? null) : ""],
      ),
    );
    return removed;
  }

  async get(id: string): Promise<Item[]> {
    return isStorable(id) ? this.#items("i.id = $1", "", [id]) : [];
  }

  async page(after: ItemKey | undefined, limit: number): Promise<Item[]> {
    if (after !== undefined && !(isStorable(after.id) && isStorable(after.view))) throw notStorable(after.id);
    const [condition, values] =
      after === undefined ? ["true", []] : ["(i.id, i.view) > ($1, $2)", [after.id, after.view]];
    return this.#items(condition, `LIMIT ${Math.trunc(limit)}`, values);
  }

  async #items(condition: string, limit: string, values: readonly string[]): Promise<Item[]> {
    const { items, codes } = this.schema.tables;
    const rows = await this.database.read<Row & { code: string }>(
      `SELECT ${keyColumns}, i.metadata, i.vector, c.code::text AS code FROM ${items} i JOIN ${codes} c USING (number)
       WHERE ${condition} ORDER BY i.id, i.view ${limit}`,
      values,
    );
    return rows.map(({ id, view, metadata, vector, code }) => ({
      id,
      view,
      code: Uint8Array.from({ length: code.length / 8 }, (_, i) => Number.parseInt(code.slice(i * 8, i * 8 + 8), 2)),
      ...(vector && { vector: floats(vector) }),
      ...(metadata && { metadata }),
    }));
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.read<{ view: string; items: number }>(
      `SELECT to_json(view) AS view, count(*)::int AS items FROM ${this.schema.tables.codes} c GROUP BY c.view ORDER BY c.view`,
    );
    return new Map(rows.map(({ view, items }) => [view, items]));
  }

  async search(queries: readonly Query[]): Promise<Hit[][]> {
    for (const query of queries) checkQuery(query, this.space);
    const throughGraph = queries.some(({ mode }) => mode === "approximate") && (await this.#graph.isReady());
    return Promise.all(queries.map((query) => this.#search(query, throughGraph && query.mode === "approximate")));
  }

  async #search(query: Query, throughGraph: boolean): Promise<Hit[]> {
    const { code, vector, k, view, rerank } = query;
    if (view !== undefined && !isStorable(view)) return [];
    const isReranked = rerank > 0 && vector !== undefined && this.space.dimensions > 0;
    const candidates = Math.min(isReranked ? rerank : k, 2 ** 31 - 1);
    const rows = await this.database.read<Row & { distance: number }>(
      `SELECT ${keyColumns}, i.metadata, ${isReranked ? "i.vector" : "NULL AS vector"}, (near.key >> ${orderBits})::int AS distance
       FROM ${throughGraph ? this.#nearInGraph(view, candidates) : this.#nearOfAll(view, candidates)} near
       JOIN ${this.schema.tables.items} i USING (number) ORDER BY near.key`,
      [bitText(code), ...(view === undefined ? [] : [view])],
    );
    // the graph gave up before it had as many of the view as are wanted, or there are no more
    if (throughGraph && rows.length < candidates) return this.#search(query, false);
    const hits = rows.map(
      ({ id, view, distance, metadata, vector: other }): Hit => ({
        id,
        view,
        distance,
        ...(isReranked && { similarity: cosine(vector, floats(other!)) }),
        ...(metadata && { metadata }),
      }),
    );
    return isReranked ? hits.sort((a, b) => b.similarity! - a.similarity!).slice(0, k) : hits;
  }

  /** bit_count, not pgvector's operator: the planner must not take the graph for an exact search. */
  #nearOfAll(view: string | undefined, candidates: number): string {
    return `(SELECT number, (bit_count(code # $1::text::bit(${this.space.bits})) << ${orderBits}) | seq AS key
      FROM ${this.schema.tables.codes} ${view === undefined ? "" : "WHERE view = $2"} ORDER BY key LIMIT ${candidates})`;
  }

  /**
   * The settings are made by the statement itself, before its scan begins (which reads them from the row): one round trip,
   * and nothing is left behind in a connection that others share. An iterative scan goes on until it has as many items of the
   * view as are wanted.
   */
  #nearInGraph(view: string | undefined, candidates: number): string {
    const wanted = Math.min(Math.max(2 * candidates, leastCandidates), mostCandidates);
    const distance = `code OPERATOR(${this.schema.vectorSchema}.<~>) $1::text::bit(${this.space.bits})`;
    return `(WITH settings AS MATERIALIZED (
        SELECT set_config('hnsw.ef_search', '${wanted}', true) || set_config('hnsw.iterative_scan', 'relaxed_order', true)
          || set_config('hnsw.max_scan_tuples', '${Math.max(20_000, 4 * candidates)}', true) AS made
      )
      SELECT number, (distance::bigint << ${orderBits}) | seq AS key FROM settings CROSS JOIN LATERAL (
        SELECT number, seq, ${distance} AS distance FROM ${this.schema.tables.codes}
        WHERE made IS NOT NULL ${view === undefined ? "" : "AND view = $2"} ORDER BY ${distance} LIMIT ${candidates}
      ) nearest)`;
  }

  /** Two writers that wait for each other's rows: PostgreSQL rolls one back, and it begins anew. */
  async #written<T>(write: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await write();
        this.#isReadOnly = false;
        await this.database.tidy?.();
        return result;
      } catch (error) {
        if (error instanceof StorageError) this.#isReadOnly = true;
        const { code } = ((error as Error).cause ?? error) as { code?: string };
        if (code !== "40P01" || attempt === 10) throw error;
        await sleep(Math.random() * 20 * attempt);
      }
    }
  }

  async close(): Promise<void> {
    await this.#graph.close();
    await this.database.close();
  }
}

/** The five arrays of an INSERT. */
function columns(items: readonly Item[]): (string | null)[][] {
  return [
    items.map(({ id }) => id),
    items.map(({ view }) => view),
    items.map(({ code }) => bitText(code)),
    items.map(({ vector }) => (vector === undefined || vector.length === 0 ? null : hex(vector))),
    items.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata))),
  ];
}

function hex({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

function bitText(code: Uint8Array): string {
  return `x${hex(code)}`;
}

function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** PostgreSQL's text is UTF-8 without the NUL character. */
function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

function notStorable(id: string): UserError {
  return new UserError(
    `item ${JSON.stringify(id)}: PostgreSQL cannot store the NUL character or half a surrogate pair`,
  );
}

/** What the rules of items leave open. */
function checkStorable({ id, view }: Item): void {
  if (!isStorable(view)) throw notStorable(id);
  const bytes = Buffer.byteLength(id) + Buffer.byteLength(view);
  if (bytes > maxKeyBytes) {
    throw new UserError(`item "${id.slice(0, 40)}…": id and view are ${bytes} bytes, expected at most ${maxKeyBytes}`);
  }
}
