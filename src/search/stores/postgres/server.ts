// A PostgreSQL server as a store's database: a pool of connections, each of which answers in time or is given up.

import { Connections, type Lease } from "./connections.js";
import type { Database, Limits, Sql } from "./database.js";
import { PostgresErrors } from "./errors.js";
import { PostgresStore, type PostgresStoreOptions } from "./postgres-store.js";

/** Where the server is, and which of its indexes is opened. */
export interface PostgresServerOptions extends PostgresStoreOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
}

/**
 * Opens an index in the database of a PostgreSQL server (14 or later).
 * @throws UserError that names what to correct: URL, user, password, database, rights, certificates, or the index; UnavailableError
 * where the server does not answer.
 * @example
 * ```ts
 * import { openPostgresStore } from "vantage-ml/search";
 *
 * // The store of an index in the server that DATABASE_URL names.
 * export const open = (name: string) =>
 *   openPostgresStore({ url: process.env.DATABASE_URL!, name, space: { bits: 64, dimensions: 0 } });
 * ```
 */
export async function openPostgresStore({ url, ...options }: PostgresServerOptions): Promise<PostgresStore> {
  return PostgresStore.open(await connectPostgres(url), options);
}

/**
 * A pool of connections to a server; nothing is asked of it yet.
 * @throws UserError where the URL, or a file that it names, cannot be read.
 */
export async function connectPostgres(url: string): Promise<Database> {
  const connections = await Connections.to(url);
  return new PostgresServer(connections, new PostgresErrors(connections.target));
}

class PostgresServer implements Database {
  readonly isConcurrent = true;

  constructor(
    readonly connections: Connections,
    readonly errors: PostgresErrors,
  ) {}

  get title(): string {
    return this.errors.title;
  }

  query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.session((sql) => sql.query<Row>(text, values));
  }

  async read<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return await this.#with((lease) => lease.query(text, values));
    } catch (error) {
      // the server has nothing to do with it: a connection that was silently cut is all that was lost
      if (!Connections.isFrozen(error)) throw this.errors.explained(error);
      return await this.query(text, values);
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

  async session<T>(work: (sql: Sql) => Promise<T>, limits?: Limits): Promise<T> {
    try {
      return await this.#with(
        (lease) =>
          work({ query: <Row>(text: string, values: readonly unknown[] = []) => lease.query<Row>(text, values) }),
        limits,
      );
    } catch (error) {
      throw this.errors.explained(error);
    }
  }

  async #with<T>(work: (lease: Lease) => Promise<T>, limits?: Limits): Promise<T> {
    const lease = await this.connections.lease(limits);
    try {
      return await work(lease);
    } finally {
      lease.giveBack();
    }
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}
