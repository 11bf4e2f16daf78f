// Opens the store that an index's manifest names.
import { UserError } from "../errors.js";
import type { Engine } from "../runtime/index.js";
import { openFolderStore } from "./folder-store.js";
import { type IndexFolder, storeFolder } from "./index-folder.js";
import { openPgliteStore } from "./postgres-store-pglite.js";
import { openPostgresStore } from "./postgres-store-server.js";
import type { Store } from "./store.js";

/**
 * The address of a PostgreSQL server comes from DATABASE_URL, so that no index folder holds a password.
 * @throws UserError where the store is in use, damaged, or cannot be reached.
 */
export async function openStore({ folder, manifest }: IndexFolder, engine: Engine): Promise<Store> {
  const { store, name, bits, dimensions } = manifest;
  const space = { bits, dimensions };
  if (store === "pglite") return openPgliteStore({ folder: storeFolder(folder), name, space });
  if (store === "folder") return openFolderStore(storeFolder(folder), { space, kernels: engine.kernels });
  const url = process.env.DATABASE_URL;
  if (!url) throw new UserError(`${folder} keeps its items in PostgreSQL: set DATABASE_URL to its address`);
  return openPostgresStore({ url, name, space });
}
