// Batches hold the same pictures for any number of threads, name what is broken, decode one batch ahead and can be stopped.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type BatchOptions, decodePictures, type PictureBatch } from "./decode-ahead.js";
import { noise } from "./pictures.testing.js";

const size = { width: 16, height: 16, fit: "cover" } as const;
const pictures = await Promise.all(
  Array.from({ length: 10 }, (_, i) =>
    noise(20 + i, 20)
      .png()
      .toBuffer(),
  ),
);

async function all(files: readonly (string | Uint8Array | undefined)[], options: BatchOptions) {
  const batches: PictureBatch[] = [];
  for await (const batch of decodePictures(files, size, options)) batches.push(batch);
  return batches;
}

test("the same for any number of threads, in the order of the list", async () => {
  const one = await all(pictures, { batch: 4, threads: 1 });
  assert.deepEqual(
    one.map(({ indices }) => indices),
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ],
  );
  assert.deepEqual(await all(pictures, { batch: 4, threads: 3 }), one);
});

test("what is broken or not there is left out of the pixels", async () => {
  const files = [pictures[0], Buffer.from("no"), undefined, "/none/x.png", pictures[4], undefined, undefined];
  const steps: [number, number][] = [];
  const batches = await all(files, { batch: 5, onProgress: (done, whole) => steps.push([done, whole]) });
  const [first] = batches;
  assert.equal(batches.length, 1, "a batch of nothing is not given");
  assert.deepEqual(first!.indices, [0, 4]);
  assert.deepEqual(first!.broken, [
    { index: 1, reason: "the picture is text, not a picture" },
    { index: 3, reason: "/none/x.png cannot be read: no such file or folder" },
  ]);
  const alone = await all([pictures[4]], {});
  assert.equal(first!.data.length, 2 * 16 * 16 * 3);
  assert.deepEqual(first!.data.subarray(16 * 16 * 3), alone[0]!.data);
  assert.deepEqual(steps, [
    [5, 7],
    [7, 7],
  ]);
  assert.deepEqual(await all([], {}), []);
});

/** A list that remembers which entries were looked at. */
function watched(files: readonly Uint8Array[]) {
  const seen = new Set<number>();
  const list = new Proxy(files, {
    get(target, key) {
      if (/^\d+$/.test(String(key))) seen.add(Number(key));
      return Reflect.get(target, key);
    },
  });
  return { list, seen };
}

test("one batch is decoded ahead, and no more", async () => {
  const { list, seen } = watched(pictures);
  const iterator = decodePictures(list, size, { batch: 2 });
  await iterator.next();
  await wait(100);
  assert.deepEqual([...seen], [0, 1, 2, 3]);
  await iterator.return();
  await wait(50);
  assert.equal(seen.size, 4);
});

test("a signal stops it, before and during the work", async () => {
  const reason = new Error("stopped by the user");
  await assert.rejects(all(pictures, { signal: AbortSignal.abort(reason) }), reason);
  const stop = new AbortController();
  const { list, seen } = watched(pictures);
  await assert.rejects(
    all(list as typeof pictures, { batch: 2, signal: stop.signal, onProgress: () => stop.abort(reason) }),
    reason,
  );
  assert.ok(seen.size <= 4);
});
