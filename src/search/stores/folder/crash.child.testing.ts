// Adds and deletes items in a folder store until it is killed, and tells what it requests and what was acknowledged.
import { Kernels } from "../../../core/kernels/kernels.js";
import { itemOf, space } from "./folder-store.fixture.testing.js";
import { openFolderStore } from "./folder-store.js";

const [folder, round] = process.argv.slice(2) as [string, string];
const store = await openFolderStore(folder, { space, kernels: await Kernels.open({ threads: 1 }) });
const tell = (what: string, id: string) => process.send!([what, id]);

async function work(worker: number): Promise<never> {
  for (let n = 0; ; n++) {
    const item = itemOf(Number(round) * 1e6 + worker * 1e5 + n);
    tell("asked", item.id);
    await store.add([{ ...item, metadata: { text: "x".repeat(20_000) } }]);
    tell("added", item.id);
    if (n % 3 !== 0) continue;
    tell("asked", item.id);
    await store.remove([item.id]);
    tell("removed", item.id);
  }
}
await Promise.all([work(0), work(1), work(2)]);
