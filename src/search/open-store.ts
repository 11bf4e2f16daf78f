// Opens the store that an index's manifest names.
import { UserError } from "../errors.js";
import type { Engine } from "../runtime/index.js";
import type { IndexFolder } from "./index-folder.js";
import type { Store } from "./store.js";

/** @throws UserError where the store is in use, damaged, or cannot be reached. */
export async function openStore({ manifest }: IndexFolder, _engine: Engine): Promise<Store> {
  throw new UserError(`store ${manifest.store} is not there yet`);
}
