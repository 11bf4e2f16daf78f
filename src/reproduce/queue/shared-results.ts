// Results that several machines share, in a table of their database.
import { hostname } from "node:os";
import type { Database } from "../../search/stores/postgres/database.js";
import type { StoredResult } from "../stored-run.js";

/** What a run came to, wherever it was made. */
export interface SharedResult {
  readonly key: string;
  readonly result: StoredResult | null;
  readonly failed: string | null;
  readonly host: string;
}

/** Any number that others who lock in the same database do not choose too. */
const creationLock = 5_263_718_204;

export class SharedResults {
  private constructor(readonly database: Database) {}

  static async open(database: Database): Promise<SharedResults> {
    await database.transaction(async (sql) => {
      await sql.query("SELECT pg_advisory_xact_lock($1)", [creationLock]);
      const [{ missing } = { missing: true }] = await sql.query<{ missing: boolean }>(
        "SELECT to_regnamespace('vantage') IS NULL AS missing",
      );
      if (missing) await sql.query("CREATE SCHEMA vantage");
      await sql.query(
        `CREATE TABLE IF NOT EXISTS vantage.reproduced (key text PRIMARY KEY, result json, failed text,
           host text NOT NULL, at timestamptz NOT NULL DEFAULT now())`,
      );
    });
    return new SharedResults(database);
  }

  read(keys: readonly string[]): Promise<SharedResult[]> {
    return this.database.query<SharedResult>(
      "SELECT key, result, failed, host FROM vantage.reproduced WHERE key = ANY($1)",
      [keys],
    );
  }

  async publish(key: string, result: StoredResult): Promise<void> {
    await this.database.query(
      `INSERT INTO vantage.reproduced (key, result, host) VALUES ($1, $2, $3)
       ON CONFLICT (key) DO UPDATE SET result = $2, failed = NULL, host = $3, at = now()
       WHERE vantage.reproduced.result IS NULL`,
      [key, JSON.stringify(result), hostname()],
    );
  }

  async publishFailure(key: string, message: string): Promise<void> {
    await this.database.query(
      "INSERT INTO vantage.reproduced (key, failed, host) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
      [key, message, hostname()],
    );
  }

  async forgetFailures(keys: readonly string[]): Promise<void> {
    await this.database.query("DELETE FROM vantage.reproduced WHERE result IS NULL AND key = ANY($1)", [keys]);
  }
}
