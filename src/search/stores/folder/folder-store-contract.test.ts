// The suite that every store passes, on the folder store.
import { after, before } from "node:test";
import { Kernels } from "../../../core/kernels/kernels.js";
import type { Store } from "../store.js";
import { testStore } from "../store-contract.testing.js";
import { testFolder } from "./folder-store.fixture.testing.js";
import { openFolderStore } from "./folder-store.js";

let kernels: Kernels;
before(async () => {
  kernels = await Kernels.open({ threads: 2 });
});
after(() => kernels.close());

const folders = new WeakMap<Store, string>();
async function opened(folder: string, space?: Store["space"]): Promise<Store> {
  const store = await openFolderStore(folder, { space, kernels });
  folders.set(store, folder);
  return store;
}

testStore("folder", {
  open: (space) => opened(testFolder(), space),
  reopen: async (store) => {
    await store.close();
    return opened(folders.get(store)!);
  },
});
