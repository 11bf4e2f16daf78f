// The graph of an index in PostgreSQL: pgvector's HNSW on bit(n), made when it is worth while and kept by the database.
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../errors.js";
import { Attempts } from "../attempts.js";
import type { GraphStatus } from "../store.js";
import type { Database, Sql } from "./database.js";
import type { Schema } from "./schema.js";

/** Bytes of maintenance_work_mem for each item while the graph is built: without them pgvector builds it on disk. */
const bytesPerItem = 700;
const maxBuildMegabytes = 4096;
/** A building is waited for, once it was canceled, for so long. */
const stopMilliseconds = 3000;
/**
 * How it is built. Several processes share their memory through /dev/shm, which has 64 MB in a container; one by itself takes
 * its own, and where there is not that much either, the server's setting is what it may take.
 */
const ways = [
  { isParallel: true, isRaised: true },
  { isParallel: false, isRaised: true },
  { isParallel: false, isRaised: false },
] as const;

/**
 * Rows are about seven times dearer to put into the graph one by one than all at once, and a search that is always exact
 * needs none: so tables begin without, and the first to want a graph has it built.
 */
export class Graph {
  #isThere = false;
  #building: Promise<void> | undefined;
  #builder: number | undefined;
  #isClosing = false;
  readonly #attempts: Attempts;

  constructor(
    readonly database: Database,
    readonly schema: Schema,
    /** Items from which a graph is built by itself. */
    readonly from: number,
    onNote: (note: string) => void,
  ) {
    const { graph } = schema.tables;
    this.#attempts = new Attempts(`"${graph}" for approximate search cannot be built, so it is exact`, onNote);
  }

  get state(): GraphStatus {
    if (this.#building !== undefined) return { state: "building" };
    if (this.#isThere) return { state: "ready" };
    const { failure } = this.#attempts;
    return failure === undefined ? { state: "absent" } : { state: "failed", ...failure };
  }

  /** Whether searches can go through the graph now; where they cannot yet and should, it is built meanwhile. */
  async isReady(): Promise<boolean> {
    if (this.schema.vectorSchema === undefined) return false;
    if (this.#isThere || (await this.#look(this.database))) return true;
    // who may not make it finds it once another has
    const mayBuild = this.schema.rights.owns && this.#building === undefined && this.#attempts.isDue;
    // a search that finds no graph looks at every code, which is right too
    if (mayBuild && (await this.#isLarge())) this.build().catch(() => {});
    return false;
  }

  /** Builds the graph where it is missing, pgvector is there and this user may; resolves once it can be used. */
  build(): Promise<void> {
    if (this.schema.vectorSchema === undefined || !this.schema.rights.owns) return Promise.resolve();
    this.#building ??= this.#build()
      .then(
        () => this.#attempts.succeeded(),
        (error) => {
          if (!this.#isClosing) this.#attempts.failed(error);
          throw error;
        },
      )
      .finally(() => {
        this.#building = undefined;
      });
    return this.#building;
  }

  /** Stops the building; one that does not stop in time ends with its connection. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const building = this.#building?.catch(() => {});
    if (building === undefined) return;
    const stopped = (async () => {
      if (this.database.isConcurrent && this.#builder !== undefined) {
        await this.database.query("SELECT pg_cancel_backend($1)", [this.#builder]).catch(() => {});
      }
      await building;
    })();
    // without a server's processes nothing can be cut off, and nothing is on its way to another machine
    if (!this.database.isConcurrent) return stopped;
    const late = new AbortController();
    await Promise.race([stopped, sleep(stopMilliseconds, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
  }

  async #look(sql: Sql): Promise<boolean> {
    const [index] = await sql.query<{ valid: boolean }>(
      `SELECT indisvalid AS valid FROM pg_index JOIN pg_class c ON c.oid = indexrelid
       WHERE c.relname = $1 AND c.relnamespace = 'vantage'::regnamespace`,
      [this.schema.tables.graph],
    );
    this.#isThere = index?.valid ?? false;
    return this.#isThere;
  }

  async #isLarge(): Promise<boolean> {
    const [{ items } = { items: 0 }] = await this.database.query<{ items: number }>(
      `SELECT count(*)::int AS items FROM (SELECT FROM ${this.schema.tables.codes} LIMIT $1) first`,
      [this.from],
    );
    return items >= this.from;
  }

  async #build(): Promise<void> {
    const { graph } = this.schema.tables;
    await this.database.session(
      async (sql) => {
        // one server builds, the others wait for it: two at once would wait for each other
        const lock = `hashtextextended('vantage ' || $1, 0)`;
        while (!(await this.#look(sql))) {
          if (this.#isClosing) throw new UserError(`index closed before its graph was built`);
          const [{ mine } = { mine: false }] = await sql.query<{ mine: boolean }>(
            `SELECT pg_try_advisory_lock(${lock}) AS mine`,
            [graph],
          );
          if (!mine) {
            await sleep(200);
            continue;
          }
          try {
            if (await this.#look(sql)) break;
            await this.#create(sql);
          } finally {
            this.#builder = undefined;
            await sql.query("RESET maintenance_work_mem");
            await sql.query("RESET max_parallel_maintenance_workers");
            await sql.query(`SELECT pg_advisory_unlock(${lock})`, [graph]);
          }
        }
      },
      { isEndless: true },
    );
  }

  async #create(sql: Sql): Promise<void> {
    const { codes, graph } = this.schema.tables;
    const apart = this.database.isConcurrent ? "CONCURRENTLY" : "";
    const [session] = await sql.query<{ pid: number; items: number }>(
      `SELECT pg_backend_pid() AS pid, count(*)::int AS items FROM ${codes}`,
    );
    this.#builder = session!.pid;
    const megabytes = Math.min(Math.ceil((session!.items * bytesPerItem) / 2 ** 20), maxBuildMegabytes);
    for (const [i, { isParallel, isRaised }] of ways.entries()) {
      if (!isParallel) await sql.query("SET max_parallel_maintenance_workers = 0");
      if (isRaised) {
        await sql.query(
          `SELECT set_config('maintenance_work_mem', $1 || 'MB', false) FROM pg_settings
           WHERE name = 'maintenance_work_mem' AND setting::bigint < 1024 * $1::bigint`,
          [String(megabytes)],
        );
      } else await sql.query("RESET maintenance_work_mem");
      // what a builder that was cancelled, killed or short of memory left is invalid
      await sql.query(`DROP INDEX ${apart} IF EXISTS vantage."${graph}"`);
      try {
        await sql.query(
          `CREATE INDEX ${apart} "${graph}" ON ${codes} USING hnsw (code ${this.schema.vectorSchema}.bit_hamming_ops)`,
        );
        return;
      } catch (error) {
        if (!isShortOfMemory(error) || i + 1 === ways.length) throw error;
      }
    }
  }
}

/** Memory, or what it is shared through (53100: "could not resize shared memory segment: No space left on device"). */
function isShortOfMemory(error: unknown): boolean {
  const { code = "" } = ((error as Error).cause ?? error) as { code?: string };
  return code === "53100" || code === "53200";
}
