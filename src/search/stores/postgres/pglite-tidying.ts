// What a PostgreSQL server does by itself and PGlite does not: dead rows are cleared away, and the log of changes is cut.
import type { PGlite } from "@electric-sql/pglite";

/** Bytes of changes after which the log is cut (a checkpoint). */
const checkpointBytes = 48 << 20;
/** Bytes of changes after which dead rows are cleared away, or half of what the tables take where that is more. */
const vacuumBytes = 32 << 20;
/** At the end less is worth while, since nobody counts from one opening to the next. */
const closingBytes = 4 << 20;

/** Changes are counted in the log (WAL): there rows, indexes and what lies outside of the rows have all their bytes. */
export class PgliteTidying {
  #checkpoint = "0/0";
  #vacuum = "0/0";

  private constructor(readonly pglite: PGlite) {}

  static async of(pglite: PGlite): Promise<PgliteTidying> {
    const tidying = new PgliteTidying(pglite);
    tidying.#checkpoint = tidying.#vacuum = await tidying.#place();
    return tidying;
  }

  /** After a write. What goes wrong is tried again after a later one: nothing that was written depends on it. */
  async afterWrite(): Promise<void> {
    try {
      const changed = await this.#since(this.#vacuum);
      if (changed > vacuumBytes && changed > (await this.#tableBytes()) / 2) await this.#clear();
      if ((await this.#since(this.#checkpoint)) > checkpointBytes) {
        await this.pglite.query("CHECKPOINT");
        this.#checkpoint = await this.#place();
      }
    } catch {
      this.#checkpoint = this.#vacuum = await this.#place();
    }
  }

  async beforeClosing(): Promise<void> {
    try {
      if ((await this.#since(this.#vacuum)) > closingBytes) await this.#clear();
    } catch {
      // the next one to open it clears
    }
  }

  async #tableBytes(): Promise<number> {
    const { rows } = await this.pglite.query<{ bytes: string }>(
      `SELECT coalesce(sum(pg_table_size(oid)), 0)::text AS bytes FROM pg_class
       WHERE relkind = 'r' AND relnamespace = to_regnamespace('vantage')`,
    );
    return Number(rows[0]!.bytes);
  }

  async #clear(): Promise<void> {
    await this.pglite.query("SELECT pg_stat_force_next_flush()");
    const { rows } = await this.pglite.query<{ dead: string }>(
      "SELECT coalesce(sum(n_dead_tup), 0)::text AS dead FROM pg_stat_all_tables WHERE schemaname IN ('vantage', 'pg_toast')",
    );
    // new rows alone leave nothing to clear
    if (Number(rows[0]!.dead) > 0) await this.pglite.query("VACUUM");
    this.#vacuum = await this.#place();
  }

  async #place(): Promise<string> {
    const { rows } = await this.pglite.query<{ place: string }>("SELECT pg_current_wal_lsn()::text AS place");
    return rows[0]!.place;
  }

  async #since(place: string): Promise<number> {
    const { rows } = await this.pglite.query<{ bytes: string }>(
      "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::text::pg_lsn)::bigint::text AS bytes",
      [place],
    );
    return Number(rows[0]!.bytes);
  }
}
