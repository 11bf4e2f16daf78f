// The tables of an index in PostgreSQL: their names, how they are made, and whether they are what was requested.
import { StorageError, UserError } from "../../../errors.js";
import { checkSpace } from "../check.js";
import {
  type Identity,
  newIdentity,
  type Owner,
  type Recognized,
  readIdentity,
  recognize,
  storeIsGone,
} from "../identity.js";
import type { Space } from "../store.js";
import type { Database, Sql } from "./database.js";

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

/** What this user may do, when the index was opened. */
export interface Rights {
  /** Add and delete items: neither a replica nor a user who lacks a right. */
  readonly writes: boolean;
  /** Make the graph, as only the owner of a table may. */
  readonly owns: boolean;
}

export interface Schema {
  readonly rights: Rights;
  /** What the tables say of themselves; undefined where nobody asked, or they say nothing and this user may not write it. */
  readonly identity: Identity | undefined;
  /** What there is to say of that. */
  readonly note?: string;
  readonly space: Space;
  readonly tables: Tables;
  /** Quoted schema of pgvector's operators, undefined where the extension is missing or older than 0.8. */
  readonly vectorSchema: string | undefined;
}

/** Which index is wanted. */
export interface Wanted {
  readonly name: string;
  /** Checked where the index is there; without an owner it is made where it is not. */
  readonly space?: Space;
  /** The index folder that it belongs to. */
  readonly owner?: Owner;
}

/**
 * Finds the tables of an index, or makes them; any number of processes may do so at once.
 * @throws UserError where the index is absent and may not be made, for another space, of another version or another index
 * folder's, and where the database is older than PostgreSQL 14 or not in UTF-8.
 */
export async function openSchema(database: Database, wanted: Wanted): Promise<Schema> {
  const { name, space, owner } = wanted;
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
  const before = owner?.replaces ? undefined : await find(database, name);
  const found = before ?? (await make(database, wanted, tables));
  if (found === undefined) {
    const absent = `there is no index "${name}" in ${database.title}; it has ${await listed(database)}`;
    if (owner?.id !== undefined) throw storeIsGone(owner, absent);
    throw new UserError(owner === undefined ? absent : `${absent}; vantage index makes it`);
  }
  if (found.version !== version) {
    throw new UserError(
      `index "${name}" in ${database.title} has tables of version ${found.version}, this Vantage knows version ${version}`,
    );
  }
  // whose they are is the better reason where both are wrong
  const own = owner && (await identify(database, name, tables, owner, found));
  const { bits, dimensions } = found;
  if (space !== undefined && (space.bits !== bits || space.dimensions !== dimensions)) {
    throw new UserError(
      `index "${name}" in ${database.title} holds codes of ${bits} bits and vectors of ${dimensions} values, ` +
        `expected ${space.bits} and ${space.dimensions}`,
    );
  }
  const rights = await rightsOn(database, tables);
  return { identity: own?.identity, note: own?.note, rights, space: { bits, dimensions }, tables, vectorSchema };
}

async function rightsOn(database: Database, { items, codes, order }: Tables): Promise<Rights> {
  const may = (right: string) => [items, codes].map((table) => `has_table_privilege('${table}', '${right}')`);
  const needed = [...["INSERT", "UPDATE", "DELETE"].flatMap(may), `has_sequence_privilege('${order}', 'USAGE')`];
  const [found] = await database.query<{ closed: boolean; writes: boolean; owns: boolean }>(
    `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS closed,
       ${needed.join(" AND ")} AS writes, pg_has_role(relowner, 'USAGE') AS owns
     FROM pg_class WHERE oid = '${codes}'::regclass`,
  );
  const { closed, writes, owns } = found!;
  return { writes: !closed && writes, owns: !closed && owns };
}

/** Only the first `vantage index` of a folder makes tables: later a wrong address would otherwise give an empty index. */
function make(database: Database, { name, space, owner }: Wanted, tables: Tables): Promise<Found> | undefined {
  if (space === undefined) return undefined;
  if (owner !== undefined && !owner.replaces && (!owner.isMaking || owner.id !== undefined)) return undefined;
  return database.transaction((sql) => create(sql, { name, space, owner, tables }));
}

/** Whose the tables are; notes it where an older version made them, and where the owner's views have become more. */
async function identify(
  database: Database,
  name: string,
  tables: Tables,
  owner: Owner,
  found: Found,
): Promise<Partial<Recognized>> {
  const title = `index "${name}" in ${database.title}`;
  const known = found.identity ? readIdentity(found.identity, title) : undefined;
  if (known !== undefined && found.isNew) return { identity: known };
  const { identity, note } = await recognize(owner, {
    title,
    place: "DATABASE_URL and the name in index.yaml",
    identity: known,
    created: new Date(found.created),
    views: async () => {
      const rows = await database.query<{ view: string }>(
        `SELECT to_json(view) AS view FROM ${tables.codes} c GROUP BY c.view`,
      );
      return rows.map(({ view }) => view);
    },
  });
  if (JSON.stringify(known?.models) === JSON.stringify(identity.models)) return { identity, note };
  try {
    await database.transaction(async (sql) => {
      await sql.query("SELECT pg_advisory_xact_lock($1)", [creationLock]);
      await sql.query("ALTER TABLE vantage.indexes ADD COLUMN IF NOT EXISTS identity jsonb");
      const noted = (await find(sql, name))?.identity;
      if (known === undefined && noted) return; // another process was first
      await sql.query("UPDATE vantage.indexes SET identity = $2::text::jsonb WHERE name = $1", [
        name,
        JSON.stringify(identity),
      ]);
    });
  } catch (error) {
    // who may only read goes on with what is there
    if (!(error instanceof StorageError)) throw error;
    return { identity: known };
  }
  const noted = (await find(database, name))?.identity;
  return { identity: readIdentity(noted, title), note };
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
  readonly created: string;
  /** Absent in tables of an older version. */
  readonly identity?: unknown;
  /** Made by this process just now. */
  readonly isNew?: boolean;
}

/** As JSON, because the list of an older version has no column for the identity. */
async function find(sql: Sql, name: string): Promise<Found | undefined> {
  if (!(await isListThere(sql))) return undefined;
  const [row] = await sql.query<{ found: Found }>(
    "SELECT to_jsonb(i) AS found FROM vantage.indexes i WHERE name = $1",
    [name],
  );
  return row?.found;
}

/** Reads the catalog's rows: to_regclass may answer from what was so before this transaction had the lock. */
async function isListThere(sql: Sql): Promise<boolean> {
  const rows = await sql.query("SELECT FROM pg_tables WHERE schemaname = 'vantage' AND tablename = 'indexes'");
  return rows.length > 0;
}

async function create(
  sql: Sql,
  { name, space, owner, tables }: Wanted & { space: Space; tables: Tables },
): Promise<Found> {
  await sql.query("SELECT pg_advisory_xact_lock($1)", [creationLock]);
  const other = await find(sql, name);
  if (other !== undefined && !owner?.replaces) return other;
  // IF NOT EXISTS requests the right to create a schema also where there is one
  const [{ missing } = { missing: true }] = await sql.query<{ missing: boolean }>(
    "SELECT to_regnamespace('vantage') IS NULL AS missing",
  );
  if (missing) await sql.query("CREATE SCHEMA vantage");
  await sql.query(
    `CREATE TABLE IF NOT EXISTS vantage.indexes (name text PRIMARY KEY, version int NOT NULL, bits int NOT NULL,
       dimensions int NOT NULL, created timestamptz NOT NULL DEFAULT now())`,
  );
  await sql.query("ALTER TABLE vantage.indexes ADD COLUMN IF NOT EXISTS identity jsonb");
  if (owner?.replaces) {
    await sql.query(`DROP TABLE IF EXISTS ${tables.items}, ${tables.codes}`);
    await sql.query(`DROP SEQUENCE IF EXISTS ${tables.order}`);
    await sql.query("DELETE FROM vantage.indexes WHERE name = $1", [name]);
  }
  await sql.query(
    `CREATE TABLE ${tables.items} (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL,
       view text COLLATE "C" NOT NULL, vector bytea, metadata jsonb, UNIQUE (id, view))`,
  );
  await sql.query(
    `CREATE TABLE ${tables.codes} (number bigint PRIMARY KEY, seq bigint NOT NULL, view text COLLATE "C" NOT NULL,
       code bit(${space.bits}) NOT NULL)`,
  );
  await sql.query(`CREATE SEQUENCE ${tables.order}`);
  const identity = owner === undefined ? null : newIdentity(owner);
  const [made] = await sql.query<{ created: string }>(
    `INSERT INTO vantage.indexes (name, version, bits, dimensions, identity) VALUES ($1, $2, $3, $4, $5::text::jsonb)
     RETURNING to_jsonb(created) AS created`,
    [name, version, space.bits, space.dimensions, identity && JSON.stringify(identity)],
  );
  return { version, ...space, created: made!.created, identity, isNew: true };
}

async function listed(database: Database): Promise<string> {
  const names = (await isListThere(database))
    ? await database.query<{ name: string }>("SELECT name FROM vantage.indexes ORDER BY name")
    : [];
  return names.length === 0 ? "none" : names.map(({ name }) => `"${name}"`).join(", ");
}
