// Opens the store that an index's manifest names, and makes sure that it is this index's own.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../core/runtime/index.js";
import { StorageError, UserError } from "../../errors.js";
import { fileError, makeFolder, readText, writeFileAtomic } from "../../files.js";
import { parseJson } from "../../json.js";
import { type IndexFolder, storeFolder, writeIdentity } from "../index/index-folder.js";
import { lockIndex } from "../index/lock-index.js";
import { openFolderStore } from "./folder/folder-store.js";
import { type Identity, newIdentity, type Owner, ownerOf, readIdentity, recognize, storeIsGone } from "./identity.js";
import { openPgliteStore } from "./postgres/pglite.js";
import type { PostgresStore } from "./postgres/postgres-store.js";
import { openPostgresStore } from "./postgres/server.js";
import type { Store } from "./store.js";

/** How the store of an index is opened. */
export interface OpenOptions {
  /** The index is being made: so is its store, where the folder knows of none yet. */
  readonly isMaking?: boolean;
  /** What a store of this name held is deleted first. */
  readonly replaces?: boolean;
  /**
   * For searching only. A store in a folder is then opened beside the process that writes to it; PostgreSQL serves many processes in any case,
   * PGlite one at a time. Default: false.
   */
  readonly readOnly?: boolean;
  /** Receives what the store has to say, in lines: that an older version made it, what a crash cost, that a graph cannot be built. */
  onNote?(note: string): void;
}

const identityFile = "identity.json";

/**
 * The address of a PostgreSQL server comes from DATABASE_URL, so that no index folder holds a password.
 * @throws UserError where the store is in use, damaged, another index's, not there, or cannot be reached.
 */
export async function openStore(index: IndexFolder, engine: Engine, options: OpenOptions = {}): Promise<Store> {
  const { isMaking = false, replaces = false, readOnly = false, onNote = () => {} } = options;
  const { folder, manifest } = index;
  const owner = ownerOf(index, { isMaking, replaces });
  const { store, identity, note } =
    manifest.store === "folder"
      ? await openInFolder(index, owner, engine, { readOnly, onNote })
      : await openInDatabase(index, owner, onNote);
  // a store that cannot be written to is recognized by its encoders each time, and so is that of such a folder
  // Beside the process that writes to a folder nothing is noted; a database is for several.
  const isBeside = readOnly && manifest.store === "folder";
  if (isBeside || identity === undefined || manifest.identity === identity) return store;
  try {
    writeIdentity(folder, identity);
    if (note !== undefined) onNote(note);
  } catch (error) {
    if (!(error instanceof StorageError) || isMaking) {
      await store.close();
      throw error;
    }
  }
  return store;
}

interface Opened {
  readonly store: Store;
  /** What the store bears; undefined where it bears nothing and cannot be written to. */
  readonly identity: string | undefined;
  readonly note?: string;
}

type Listener = (note: string) => void;

async function openInDatabase({ folder, manifest }: IndexFolder, owner: Owner, onNote: Listener): Promise<Opened> {
  const { store: kind, name, bits, dimensions } = manifest;
  const wanted = { name, space: { bits, dimensions }, owner, onNote };
  if (kind === "pglite") {
    const place = storeFolder(folder);
    if (owner.replaces) await emptyStore(place);
    if (!existsSync(join(place, "database")) && (!owner.isMaking || owner.id !== undefined)) {
      throw storeIsGone(owner, `${place} holds no database`);
    }
    return opened(await openPgliteStore({ folder: place, ...wanted }));
  }
  const url = process.env.DATABASE_URL;
  if (!url) throw new UserError(`${folder} keeps its items in PostgreSQL: set DATABASE_URL to its address`);
  return opened(await openPostgresStore({ url, ...wanted }));
}

function opened(store: PostgresStore): Opened {
  const { identity, note } = store.schema;
  return { store, identity: identity?.id, note };
}

async function openInFolder(
  { folder, manifest }: IndexFolder,
  owner: Owner,
  engine: Engine,
  { readOnly, onNote }: Required<Pick<OpenOptions, "readOnly" | "onNote">>,
): Promise<Opened> {
  const place = storeFolder(folder);
  const path = join(place, "items.log");
  if (owner.replaces) await emptyStore(place);
  const isThere = existsSync(path);
  if (!isThere && (!owner.isMaking || owner.id !== undefined)) {
    throw storeIsGone(owner, `${place} holds no items.log`);
  }
  const { bits, dimensions } = manifest;
  const store = await openFolderStore(place, {
    space: { bits, dimensions },
    kernels: engine.kernels,
    readOnly,
    onNote,
  });
  try {
    const known = isThere ? noted(place) : undefined;
    const claim = {
      title: `the store in ${place}`,
      place: "the folder",
      identity: known,
      // it lies in the owner's folder, and files that are copied look younger
      created: owner.created,
      views: async () => [...(await store.counts()).keys()],
    };
    const { identity, note } = isThere ? await recognize(owner, claim) : { identity: newIdentity(owner) };
    if (JSON.stringify(known?.models) === JSON.stringify(identity.models))
      return { store, identity: identity.id, note };
    if (store.isReadOnly) return { store, identity: known?.id };
    writeFileAtomic(join(place, identityFile), `${JSON.stringify(identity)}\n`);
    return { store, identity: identity.id, note };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What the store in a folder says of itself; undefined where an older version made it. */
function noted(place: string): Identity | undefined {
  const path = join(place, identityFile);
  return existsSync(path) ? readIdentity(parseJson(readText(path), path), path) : undefined;
}

/** Deletes what an embedded store has in its folder, which nobody else may have open. */
async function emptyStore(place: string): Promise<void> {
  makeFolder(place);
  const release = lockIndex(place);
  try {
    for (const name of [identityFile, "items.log", "items.columns", "items.torn", "database", "database.new"]) {
      rmSync(join(place, name), { recursive: true, force: true });
    }
  } catch (error) {
    throw fileError(error, place, "written");
  } finally {
    release();
  }
}
