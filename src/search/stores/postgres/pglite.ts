// PGlite as a store's database: PostgreSQL with pgvector inside this process, its files in a folder.
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { PGlite } from "@electric-sql/pglite";
import { UserError } from "../../../errors.js";
import { makeFolder } from "../../../files.js";
import { inside } from "../../../inside.js";
import { needPackages } from "../../../optional.js";
import { lockIndex } from "../../index/lock-index.js";
import type { Database, Sql } from "./database.js";
import { PgliteTidying } from "./pglite-tidying.js";
import { PostgresStore, type PostgresStoreOptions } from "./postgres-store.js";

/** Files of the log that a checkpoint keeps for later. */
const walSize = ["-c", "min_wal_size=32MB", "-c", "max_wal_size=64MB"];

/** Where PGlite lies, and which of its indexes is opened. */
export interface PgliteOptions extends PostgresStoreOptions {
  /** Where the database lies; made where it is missing. One process has it at a time, with any number of indexes. */
  readonly folder: string;
}

/**
 * Opens an index in PGlite's folder. The first one to be opened takes seconds, as PostgreSQL starts.
 * @throws UserError where another process has the folder, and as PostgresStore.
 * @example
 * ```ts
 * import { openPgliteStore } from "vantage-ml/search";
 *
 * // The store of an index in a folder of PGlite's.
 * export const open = (folder: string, name: string) =>
 *   openPgliteStore({ folder, name, space: { bits: 64, dimensions: 0 } });
 * ```
 */
export async function openPgliteStore({ folder, ...options }: PgliteOptions): Promise<PostgresStore> {
  return PostgresStore.open(await openPglite(folder), options);
}

/** What of Emscripten's file system is not in its types. */
interface NodeFiles {
  readonly filesystems: { readonly NODEFS: { readonly stream_ops: { fsync?: (stream: { nfd: number }) => number } } };
}

interface Engine {
  readonly pglite: PGlite;
  readonly tidying: PgliteTidying;
  readonly unlock: () => void;
}

interface Opened {
  readonly engine: Promise<Engine>;
  users: number;
}

const opened = new Map<string, Opened>();

/**
 * The database in a folder; those who open it in one process share it, and the last to close it stops it.
 * @throws MissingPackageError without PGlite.
 */
export async function openPglite(folder: string): Promise<Database> {
  needPackages("an index in PGlite");
  const path = resolve(folder);
  const entry = opened.get(path) ?? { engine: start(path), users: 0 };
  opened.set(path, entry);
  entry.users++;
  const leave = async () => {
    entry.users--;
    if (entry.users > 0) return;
    opened.delete(path);
    const { pglite, tidying, unlock } = await entry.engine;
    await tidying.beforeClosing();
    await pglite.close();
    unlock();
  };
  try {
    const { pglite, tidying } = await entry.engine;
    return new PgliteDatabase(pglite, tidying, `PGlite in ${folder}`, leave);
  } catch (error) {
    opened.delete(path);
    throw error;
  }
}

class PgliteDatabase implements Database {
  readonly isConcurrent = false;

  constructor(
    readonly pglite: PGlite,
    readonly tidying: PgliteTidying,
    readonly title: string,
    readonly close: () => Promise<void>,
  ) {}

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pglite.query<Row>(text, [...values])).rows;
  }

  read<Row>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.query(text, values);
  }

  tidy(): Promise<void> {
    return this.tidying.afterWrite();
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.pglite.transaction((transaction) =>
      work({ query: async <Row>(text: string, values = []) => (await transaction.query<Row>(text, [...values])).rows }),
    );
  }

  session<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return work(this);
  }
}

async function start(folder: string): Promise<Engine> {
  makeFolder(folder);
  const unlock = lockIndex(folder);
  try {
    const database = inside(folder, "database");
    if (!existsSync(database)) {
      // whole or not at all: what an interrupted start left is no database
      const unfinished = join(folder, "database.new");
      rmSync(unfinished, { recursive: true, force: true });
      const first = await run(unfinished);
      await first.exec("CREATE EXTENSION vector");
      await first.close();
      syncAll(unfinished);
      renameSync(unfinished, database);
      syncFile(folder);
    } else refuseLinks(database);
    const pglite = await run(database);
    return { pglite, tidying: await PgliteTidying.of(pglite), unlock };
  } catch (error) {
    unlock();
    if (error instanceof UserError) throw error;
    throw new UserError(`PGlite in ${folder} does not start: ${(error as Error).message}`);
  }
}

async function run(folder: string): Promise<PGlite> {
  const [{ PGlite }, { NodeFS }, { vector }] = await Promise.all([
    import("@electric-sql/pglite"),
    import("@electric-sql/pglite/nodefs"),
    import("@electric-sql/pglite-pgvector"),
  ]);

  /** PGlite's own folder leaves out fsync, so that a power cut could lose what was acknowledged. */
  class SyncedFolder extends NodeFS {
    override async init(...args: Parameters<InstanceType<typeof NodeFS>["init"]>) {
      const { emscriptenOpts } = await super.init(...args);
      const sync = ({ FS }: { FS: NodeFiles }) => {
        FS.filesystems.NODEFS.stream_ops.fsync = ({ nfd }) => {
          fsyncSync(nfd);
          return 0;
        };
      };
      return { emscriptenOpts: { ...emscriptenOpts, preRun: [...[emscriptenOpts.preRun ?? []].flat(), sync] } };
    }
  }

  return PGlite.create({
    fs: new SyncedFolder(folder),
    extensions: { vector },
    // -F is fsync off; fdatasync, Linux's default, does nothing in PGlite
    startParams: [
      ...PGlite.defaultStartParams.filter((each) => each !== "-F"),
      "-c",
      "wal_sync_method=fsync",
      ...walSize,
    ],
  });
}

/** PGlite opens its files by itself, and would follow links. @throws UserError where there are any, or pipes or devices. */
function refuseLinks(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) inside(entry.parentPath, entry.name);
  }
}

function syncAll(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) syncFile(join(entry.parentPath, entry.name));
  }
  syncFile(folder);
  syncFile(dirname(folder));
}

function syncFile(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
