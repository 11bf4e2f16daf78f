// A folder store without memory for more items: what is added is refused, what was acknowledged stays, nothing is kept of the attempt.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Kernels } from "../../../core/kernels/kernels.js";
import { itemOf, testFolder } from "./folder-store.fixture.testing.js";
import { openFolderStore } from "./folder-store.js";

/** Codes of the first 1024 rows take 8192 bytes, their bits of deleted rows 128. */
const space = { bits: 64, dimensions: 0 };
const item = (n: number, view: string) => itemOf(n, space, view);
const isFull = { name: "OutOfMemoryError", code: "ERR_OUT_OF_MEMORY" };

/** Takes all of the memory but one block of some bytes; returns what gives it back. */
function fill({ memory }: Kernels, left: number): () => void {
  const held: Uint8Array[] = [];
  for (let size = 2 ** 32; size >= 64; ) {
    try {
      held.push(memory.uint8(size));
    } catch {
      size /= 2;
    }
  }
  const free = held.findIndex(({ length }) => length === left);
  if (free >= 0) memory.free(held.splice(free, 1)[0]!);
  return () => {
    for (const block of held) memory.free(block);
  };
}

for (const left of [0, 8192]) {
  test(`with ${left} bytes left`, async () => {
    const kernels = await Kernels.open({ threads: 1 });
    const empty = kernels.memory.bytesInUse;
    const folder = testFolder();
    const log = () => readFileSync(join(folder, "items.log"));
    const store = await openFolderStore(folder, { space, kernels });
    // all 1024 rows of the first chunk
    await store.add(Array.from({ length: 1024 }, (_, n) => item(n, "a")));
    const [before, bytes] = [kernels.memory.bytesInUse, log()];
    const giveBack = fill(kernels, left);
    const full = kernels.memory.bytesInUse;
    for (const added of [
      [item(2000, "a")],
      // one that replaces another, and a view that is not there yet
      [{ ...item(3, "a"), metadata: { n: "new" } }],
      [item(3, "b")],
    ]) {
      await assert.rejects(store.add(added), isFull);
      assert.equal(kernels.memory.bytesInUse, full, "nothing is kept of the attempt");
    }
    assert.deepEqual(log(), bytes, "nothing is written");
    assert.deepEqual(await store.get("item-3"), [item(3, "a")]);
    assert.deepEqual(await store.counts(), new Map([["a", 1024]]));
    // what needs no memory goes on, beside what is refused
    const [refused, removed] = await Promise.allSettled([store.add([item(2001, "a")]), store.remove(["item-5"])]);
    assert.equal(refused.status, "rejected");
    assert.deepEqual(removed, { status: "fulfilled", value: 1 });
    giveBack();
    assert.equal(kernels.memory.bytesInUse, before);
    await store.add([item(2000, "a"), item(3, "b")]);
    await store.close();
    const again = await openFolderStore(folder, { kernels });
    assert.deepEqual(
      await again.counts(),
      new Map([
        ["a", 1024],
        ["b", 1],
      ]),
    );
    assert.deepEqual(await again.get("item-3"), [item(3, "a"), item(3, "b")]);
    await again.close();
    assert.equal(kernels.memory.bytesInUse, empty);
    kernels.close();
  });
}

test("a store that cannot be opened takes nothing", async () => {
  const folder = testFolder();
  await (await openFolderStore(folder, { space })).close();
  const store = await openFolderStore(folder);
  await store.add([item(1, "a")]);
  await store.close();
  // memory that was in use is emptied when it is given out again, which takes long
  const kernels = await Kernels.open({ threads: 1 });
  const giveBack = fill(kernels, 8192);
  const used = kernels.memory.bytesInUse;
  await assert.rejects(openFolderStore(folder, { kernels }), isFull);
  assert.equal(kernels.memory.bytesInUse, used);
  giveBack();
  await (await openFolderStore(folder, { kernels })).close();
  kernels.close();
});
