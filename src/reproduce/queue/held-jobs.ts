// Which jobs are in living hands: each process holds a lock of its session for each, and a session ends with its process.
import type { Database, Sql } from "../../search/stores/postgres/database.js";
import { UnavailableError } from "../../search/stores/unavailable.js";

/** A machine that is gone without a word is noticed after a minute. */
const keepAlive = `SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3`;

interface Session {
  readonly sql: Sql;
  end(): void;
  readonly ended: Promise<void>;
}

export class HeldJobs {
  readonly #held = new Set<string>();
  #session: Promise<Session> | undefined;

  constructor(readonly database: Database) {}

  async hold(job: string): Promise<void> {
    this.#held.add(job);
    await this.#query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", [job]);
  }

  async release(job: string): Promise<void> {
    this.#held.delete(job);
    await this.#query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [job]);
  }

  /** Whether this process holds the job. */
  has(job: string): boolean {
    return this.#held.has(job);
  }

  /** Whether no living process holds the job. */
  async isAbandoned(job: string): Promise<boolean> {
    const [{ free } = { free: false }] = await this.#query<{ free: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free",
      [job],
    );
    if (free) await this.#query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [job]);
    return free;
  }

  /** @throws UnavailableError where the server has ended the session; the next question opens another, with the same locks. */
  async check(): Promise<void> {
    await this.#query("SELECT 1", []);
  }

  close(): Promise<void> {
    return this.#end(this.#session);
  }

  async #query<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    this.#session ??= this.#open();
    const session = this.#session;
    try {
      return await (await session).sql.query<Row>(text, values);
    } catch (error) {
      if (error instanceof UnavailableError) await this.#end(session);
      throw error;
    }
  }

  async #end(session: Promise<Session> | undefined): Promise<void> {
    if (this.#session === session) this.#session = undefined;
    const opened = await session?.catch(() => undefined);
    opened?.end();
    await opened?.ended;
  }

  async #open(): Promise<Session> {
    const session = await new Promise<Session>((resolve, reject) => {
      const ended = this.database.session(
        (sql) => new Promise<void>((end) => resolve({ sql, end, ended: ended.catch(() => {}) })),
      );
      ended.catch(reject);
    });
    await session.sql.query(keepAlive);
    for (const job of this.#held) {
      await session.sql.query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", [job]);
    }
    return session;
  }
}
