// The tables of an index in PostgreSQL: their names, how they are made, and whether they are what was asked for.
import { UserError } from "../errors.js";
import { checkSpace } from "./check.js";
import type { Database, Sql } from "./postgres-store-database.js";
import type { Space } from "./store.js";

/** Version of the tables; one that another version wrote is not touched. */
const version = 1;
/** pgvector's limit for an index on bit(n). */
const maxBits = 64_000;
const minServer = 140_000; // bit_count
const minVector = [0, 8]; // iterative scans
/** Any number, the same for all: whoever makes tables holds this advisory lock. */
const creationLock = 0x76616e74;

/** Quoted names of an index's tables. */
export interface Tables {
  /** number, id, view, vector, metadata */
  readonly items: string;
  /** number, seq, view, code: narrow, because exact search reads all of it. */
  readonly codes: string;
  /** Numbers the items in the order of adding. */
  readonly order: string;
  /** Bare name of the HNSW index. */
  readonly graph: string;
}

export interface Schema {
  readonly space: Space;
  readonly tables: Tables;
  /** Quoted schema of pgvector's operators, undefined where the extension is missing or older than 0.8. */
  readonly vectorSchema: string | undefined;
}

/**
 * Finds the tables of index `name`, or makes them where `space` says for what; any number of processes may do so at once.
 * @throws UserError where the index is absent (and no space given), for another space or of another version, and where the
 * database is older than PostgreSQL 14 or not in UTF-8.
 */
export async function openSchema(database: Database, name: string, space: Space | undefined): Promise<Schema> {
  if (!/^[a-z0-9][a-z0-9_.-]{0,39}$/i.test(name)) {
    throw new UserError(
      `index "${name}": expected up to 40 letters, digits, ".", "-" and "_", a letter or digit first`,
    );
  }
  if (space !== undefined) {
    checkSpace(space);
    if (space.bits > maxBits) {
      throw new UserError(`codes of ${space.bits} bits: PostgreSQL holds codes of up to ${maxBits} bits`);
    }
  }
  const vectorSchema = await checkDatabase(database);
  const tables: Tables = {
    items: `vantage."${name}.items"`,
    codes: `vantage."${name}.codes"`,
    order: `vantage."${name}.order"`,
    graph: `${name}.graph`,
  };
  const found =
    (await find(database, name)) ??
    (space && (await database.transaction((sql) => create(sql, { name, space, tables }))));
  if (found === undefined) {
    throw new UserError(`there is no index "${name}" in ${database.title}; it has ${await listed(database)}`);
  }
  if (found.version !== version) {
    throw new UserError(
      `index "${name}" in ${database.title} has tables of version ${found.version}, this Vantage knows version ${version}`,
    );
  }
  const { bits, dimensions } = found;
  if (space !== undefined && (space.bits !== bits || space.dimensions !== dimensions)) {
    throw new UserError(
      `index "${name}" in ${database.title} holds codes of ${bits} bits and vectors of ${dimensions} values, ` +
        `expected ${space.bits} and ${space.dimensions}`,
    );
  }
  return { space: { bits, dimensions }, tables, vectorSchema };
}

async function checkDatabase(database: Database): Promise<string | undefined> {
  const [found] = await database.query<{ server: number; encoding: string; vector: string | null; schema: string }>(
    `SELECT current_setting('server_version_num')::int AS server, current_setting('server_encoding') AS encoding,
       extversion AS vector, quote_ident(nspname) AS schema
     FROM (SELECT) one LEFT JOIN pg_extension ON extname = 'vector' LEFT JOIN pg_namespace n ON n.oid = extnamespace`,
  );
  const { server, encoding, vector, schema } = found!;
  if (server < minServer) {
    throw new UserError(`${database.title} is PostgreSQL ${Math.floor(server / 10_000)}, expected 14 or later`);
  }
  if (encoding !== "UTF8") throw new UserError(`${database.title} is in ${encoding}, expected a database in UTF8`);
  if (vector === null) return undefined;
  const [major = 0, minor = 0] = vector.split(".").map(Number);
  return major > minVector[0]! || (major === minVector[0] && minor >= minVector[1]!) ? schema : undefined;
}

interface Found extends Space {
  readonly version: number;
}

async function find(sql: Sql, name: string): Promise<Found | undefined> {
  if (!(await isListThere(sql))) return undefined;
  const [found] = await sql.query<Found>("SELECT version, bits, dimensions FROM vantage.indexes WHERE name = $1", [
    name,
  ]);
  return found;
}

/** Reads the catalogue's rows: to_regclass may answer from what was so before this transaction had the lock. */
async function isListThere(sql: Sql): Promise<boolean> {
  const rows = await sql.query("SELECT FROM pg_tables WHERE schemaname = 'vantage' AND tablename = 'indexes'");
  return rows.length > 0;
}

async function create(
  sql: Sql,
  { name, space, tables }: { name: string; space: Space; tables: Tables },
): Promise<Found> {
  await sql.query("SELECT pg_advisory_xact_lock($1)", [creationLock]);
  const other = await find(sql, name);
  if (other !== undefined) return other;
  // IF NOT EXISTS asks for the right to create a schema also where there is one
  const [{ missing } = { missing: true }] = await sql.query<{ missing: boolean }>(
    "SELECT to_regnamespace('vantage') IS NULL AS missing",
  );
  if (missing) await sql.query("CREATE SCHEMA vantage");
  await sql.query(
    `CREATE TABLE IF NOT EXISTS vantage.indexes (name text PRIMARY KEY, version int NOT NULL, bits int NOT NULL,
       dimensions int NOT NULL, created timestamptz NOT NULL DEFAULT now())`,
  );
  await sql.query(
    `CREATE TABLE ${tables.items} (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL,
       view text COLLATE "C" NOT NULL, vector bytea, metadata jsonb, UNIQUE (id, view))`,
  );
  await sql.query(
    `CREATE TABLE ${tables.codes} (number bigint PRIMARY KEY, seq bigint NOT NULL, view text COLLATE "C" NOT NULL,
       code bit(${space.bits}) NOT NULL)`,
  );
  await sql.query(`CREATE SEQUENCE ${tables.order}`);
  await sql.query("INSERT INTO vantage.indexes (name, version, bits, dimensions) VALUES ($1, $2, $3, $4)", [
    name,
    version,
    space.bits,
    space.dimensions,
  ]);
  return { version, ...space };
}

async function listed(database: Database): Promise<string> {
  const names = (await isListThere(database))
    ? await database.query<{ name: string }>("SELECT name FROM vantage.indexes ORDER BY name")
    : [];
  return names.length === 0 ? "none" : names.map(({ name }) => `"${name}"`).join(", ");
}
