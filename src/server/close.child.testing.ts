// Closes an index under 50 queries in flight, 20 times; ends with status 0 where each query was answered and later ones refused.
import assert from "node:assert/strict";
import { featuresOf, smallIndex } from "./fixture.testing.js";

for (let turn = 0; turn < 20; turn++) {
  const { index, store, close } = await smallIndex();
  await store.add([{ id: "one", view: "b", code: Uint8Array.of(0, 3), vector: Float32Array.from(featuresOf(3)) }]);
  const query = (bits: number) => index.search({ features: featuresOf(bits), view: "a", k: 1, mode: "exact" });
  const queries = Promise.all(Array.from({ length: 50 }, (_, i) => query(i)));
  for (let wait = 0; wait < turn % 5; wait++) await new Promise((resolve) => setImmediate(resolve));
  const closing = close();
  await assert.rejects(query(1), { name: "ClosedError", message: "index small is closed" });
  for (const hits of await queries) assert.equal(hits[0]!.id, "one");
  await closing;
}
