// A PostgreSQL server as a store's database: a pool of connections, and its errors in the user's words.
import type { Client, Pool, PoolClient } from "pg";
import { UserError } from "../errors.js";
import { PostgresStore, type PostgresStoreOptions } from "./postgres-store.js";
import type { Database, Sql } from "./postgres-store-database.js";
import { UnavailableError } from "./unavailable.js";

const connectSeconds = 10;
/** No query of ours is long enough to be compiled first; and acknowledged means on disk, whatever the server's default. */
const perConnection = `SET jit = off;
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`;

/** Where the server is, and which of its indexes is opened. */
export interface PostgresServerOptions extends PostgresStoreOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
}

/**
 * Opens an index in the database of a PostgreSQL server (14 or later).
 * @throws UserError that names what to mend: URL, user, password, database, rights, or the index; UnavailableError where the
 * server does not answer.
 */
export async function openPostgresStore({ url, ...options }: PostgresServerOptions): Promise<PostgresStore> {
  return PostgresStore.open(await connectPostgres(url), options);
}

/** A pool of connections to a server. @throws UserError where the URL cannot be read; nothing is asked of the server yet. */
export async function connectPostgres(url: string): Promise<Database> {
  const pg = await import("pg").then((module) => module.default);
  let client: Client;
  try {
    if (!/^(postgres(ql)?:\/\/|socket:)/.test(url)) throw new TypeError();
    client = new pg.Client({ connectionString: url });
  } catch {
    throw new UserError("the database's URL cannot be read: expected postgres://user:password@host:port/database");
  }
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: connectSeconds * 1000,
    onConnect: async (connection) => {
      await connection.query(perConnection);
    },
  });
  // a connection that breaks while nobody uses it: the pool has dropped it already
  pool.on("error", () => {});
  return new PostgresServer(pool, client);
}

class PostgresServer implements Database {
  readonly title: string;
  readonly isConcurrent = true;

  constructor(
    readonly pool: Pool,
    readonly client: Pick<Client, "host" | "port" | "database" | "user">,
  ) {
    const { host, port, database } = client;
    this.title = `database "${database}" of PostgreSQL at ${host.startsWith("/") ? host : `${host}:${port}`}`;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.pool.query(text, [...values])).rows;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.session(async (sql) => {
      await sql.query("BEGIN");
      try {
        const result = await work(sql);
        await sql.query("COMMIT");
        return result;
      } catch (error) {
        await sql.query("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  }

  async session<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    let client: PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw this.#explained(error);
    }
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on("error", onError);
    try {
      return await work({
        query: async <Row>(text: string, values: readonly unknown[] = []) => {
          try {
            return (await client.query(text, [...values])).rows as Row[];
          } catch (error) {
            throw this.#explained(error);
          }
        },
      });
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  #explained(error: unknown): unknown {
    const { code = "", message } = error as Error & { code?: string };
    const said = message || code;
    if (/^28/.test(code) || said.includes("password must be a string")) {
      return new UserError(
        `${this.title} refuses user "${this.client.user}": check name and password in its URL (${said})`,
      );
    }
    if (code === "3D000") return new UserError(`${this.title} does not exist: create it, or check its URL`);
    if (code === "42501") return new UserError(`${this.title}: user "${this.client.user}" lacks a right (${said})`);
    if (code === "25006") return new UserError(`${this.title} can be read only (${said})`);
    if (code === "42P01" || code === "3F000")
      return new UserError(`${this.title}: tables of the index are gone (${said})`);
    if (code === "57014") return new UnavailableError(`${this.title} stopped the query (${said})`);
    if (/^53/.test(code)) return new UnavailableError(`${this.title} has run out of something (${said})`);
    if (/^(08|57P)/.test(code) || /^E[A-Z_]+$/.test(code) || /terminat|timeout|not queryable|closed/i.test(said)) {
      return new UnavailableError(`${this.title} does not answer (${said}): is it running, and is its URL right?`);
    }
    return error;
  }
}
