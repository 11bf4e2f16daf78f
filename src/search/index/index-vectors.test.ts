// Indexes of vectors and packed codes as they are: what is found against all cosines, what is kept, and what is refused.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { testFolder } from "../stores/folder/folder-store.fixture.testing.js";
import { clipLike, nearestByCosine } from "./clip-like.testing.js";
import { copyIndex } from "./copy-index.js";
import type { CreateIndexOptions } from "./create-index.js";
import { readIndexFolder, type VectorCodes } from "./index-folder.js";
import { indexVectors } from "./index-vectors.js";
import { SearchIndex } from "./search-index.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());
const data = clipLike(3000, 48);
const [image, text] = data.views.map(({ matrix }) => matrix) as [DenseMatrix, DenseMatrix];
const rowOf = ({ columns, data: values }: DenseMatrix, row: number) =>
  values.subarray(row * columns, (row + 1) * columns);
const about = { source: "clip.npz", name: "clip", withMap: false };

async function using<R>(index: SearchIndex, work: (index: SearchIndex) => Promise<R>): Promise<R> {
  try {
    return await work(index);
  } finally {
    await index.close();
  }
}

for (const codes of ["signs", "itq", "none"] as const) {
  test(`${codes}: the default finds 0.99 of the ten nearest of all cosines, with the cosine of each`, async () => {
    const index = await SearchIndex.create({ data, codes, engine });
    await using(index, async () => {
      let found = 0;
      for (let query = 0; query < 60; query++) {
        const features = rowOf(text, query * 37);
        const right = nearestByCosine(image, features, 10);
        const hits = await index.search({ features, view: "text", target: "image" });
        const cosines = new Map(right.map(({ id, cosine }) => [id, cosine]));
        for (const { id, similarity } of hits) {
          const cosine = cosines.get(id);
          if (cosine === undefined) continue;
          assert.ok(Math.abs(similarity! - cosine) < 1e-6);
          found++;
        }
        if (codes === "none")
          assert.deepEqual(
            hits.map(({ id }) => id),
            right.map(({ id }) => id),
          );
      }
      assert.ok(found >= 0.99 * 600, `${found} of 600`);
    });
  });
}

test("codes of signs are the signs of the unit vectors less the mean of their view", async () => {
  const folder = testFolder();
  await indexVectors({ ...about, data, folder, codes: "signs" }, engine);
  await using(await SearchIndex.open(folder, engine), async (index) => {
    const mean = Array.from({ length: 48 }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < 3000; i++) sum += text.data[i * 48 + j]!;
      return sum / 3000;
    });
    for (const row of [0, 7, 2999]) {
      const item = (await index.get(`s${row}`)).find(({ view }) => view === "text")!;
      assert.deepEqual(item.vector, rowOf(text, row).slice());
      const bits = Array.from({ length: 48 }, (_, j) => (item.code[j >> 3]! >> (7 - (j & 7))) & 1);
      assert.deepEqual(
        bits,
        mean.map((each, j) => Number(rowOf(text, row)[j]! > each)),
      );
    }
  });
});

test("a vector's length does not matter, and a query by an item is one by its vector", async () => {
  await using(await SearchIndex.create({ data, engine }), async (index) => {
    const long = rowOf(image, 5).map((value) => value * 40);
    const one = { view: "image", target: "text", k: 5 };
    const [by, same, id] = [
      await index.search({ ...one, features: rowOf(image, 5) }),
      await index.search({ ...one, features: long }),
      await index.search({ ...one, id: "s5" }),
    ];
    const ids = (hits: typeof by) => hits.map((hit) => [hit.id, hit.distance]);
    assert.deepEqual(ids(same), ids(by));
    assert.deepEqual(id, by);
  });
});

test("the same bits at any number of threads", async () => {
  const one = await Engine.open({ threads: 1 });
  try {
    for (const codes of ["signs", "itq"] as const) {
      const coders = [];
      for (const each of [one, engine]) {
        const folder = testFolder();
        await indexVectors({ ...about, data, folder, codes }, each);
        const { coder } = readIndexFolder(folder);
        const index = await SearchIndex.open(folder, each);
        coders.push({ coder, items: await using(index, () => index.store.page(undefined, 50)) });
      }
      assert.deepEqual(coders[0], coders[1]);
    }
  } finally {
    await one.close();
  }
});

test("packed codes are found by Hamming distance, and one view is enough", async () => {
  const bytes = Float32Array.from({ length: 200 * 4 }, (_, e) => (e * 7919 + (e >> 2) * 31) % 256);
  const packed = new MultiViewDataset({ name: "packed", views: [{ name: "a", matrix: dense(200, 4, bytes) }] });
  await using(await SearchIndex.create({ data: packed, metric: "hamming", engine }), async (index) => {
    const query = bytes.subarray(12, 16);
    const ones = (value: number) => value.toString(2).replaceAll("0", "").length;
    const distances = Array.from({ length: 200 }, (_, i) =>
      [0, 1, 2, 3].reduce((sum, b) => sum + ones(bytes[4 * i + b]! ^ query[b]!), 0),
    );
    const hits = await index.search({ features: query, k: 20 });
    const right = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b).slice(0, 20);
    assert.deepEqual(
      hits.map(({ id, distance }) => [Number(id), distance]),
      right.map((i) => [i, distances[i]]),
    );
    assert.equal(hits[0]!.similarity, undefined);
    await assert.rejects(
      index.search({ features: [1, 2, 3, 256] }),
      /value 3 of the packed code is 256, expected a byte/,
    );
  });
});

test("an index made by a program: empty, filled, emptied, opened again; a temporary one goes with it", async () => {
  const folder = join(testFolder(), "own");
  const index = await SearchIndex.create({ folder, views: { image: 3, text: 3 }, engine });
  await index.add([
    { id: "cat", view: "image", features: [1, 0, 0], metadata: { title: "A cat" } },
    { id: "dog", view: "image", features: [0, 1, 0] },
    { id: "cat", view: "text", features: [0.9, 0.1, 0] },
  ]);
  assert.equal(await index.remove(["dog"]), 1);
  await index.close();
  await using(await SearchIndex.open(folder, engine), async (again) => {
    const hits = await again.search({ features: [1, 0.1, 0], view: "text" });
    assert.deepEqual(
      hits.map(({ id, view }) => `${id} ${view}`),
      ["cat text", "cat image"],
    );
    assert.deepEqual(hits[1]!.metadata, { title: "A cat" });
  });
  const temporary = await SearchIndex.create({ views: { a: 2 }, engine });
  const place = temporary.index.folder;
  assert.ok(existsSync(place));
  await temporary[Symbol.asyncDispose]();
  assert.ok(!existsSync(place));
});

test("a view that comes later joins the index; a copy has the same codes", async () => {
  const [folder, copy] = [testFolder(), testFolder()];
  await indexVectors({ ...about, data: data.selectViews(["image"]), folder }, engine);
  await indexVectors({ ...about, data: data.selectViews(["text"]), folder }, engine);
  const whole = testFolder();
  await indexVectors({ ...about, data, folder: whole }, engine);
  await copyIndex({ from: folder, folder: copy, name: "copy" }, engine);
  const found = [];
  for (const each of [folder, copy, whole]) {
    const index = await SearchIndex.open(each, engine);
    found.push(await using(index, () => index.search({ id: "s3", view: "text", target: "image" })));
  }
  assert.deepEqual(found[1], found[0]);
  assert.deepEqual(found[2], found[0]);
});

test("what cannot be is said in one line", async () => {
  const fails = (options: CreateIndexOptions, message: RegExp) =>
    assert.rejects(SearchIndex.create({ engine, ...options }), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  const of = (...views: [string, DenseMatrix][]) =>
    new MultiViewDataset({ name: "odd", views: views.map(([name, matrix]) => ({ name, matrix })) });
  await fails({}, /expected one of views and data/);
  await fails({ views: {} }, /views: expected a name and a length/);
  await fails({ views: { a: 3, b: 4 } }, /"a" and "b" have lengths 3 and 4/);
  await fails({ views: { a: 12 }, metric: "hamming" }, /length 12, expected bits, a multiple of 8/);
  await fails({ views: { a: 8 }, metric: "hamming", codes: "signs" }, /leave codes \(signs\) out/);
  await fails({ views: { a: 8 }, codes: "itq" as VectorCodes }, /codes itq are learned from vectors/);
  await fails(
    { data: of(["a", dense(2, 3)], ["b", dense(2, 4)]) },
    /vectors of 3 and 4 values, between which there is no cosine/,
  );
  await fails({ data: of(["a", dense(2, 2, Float32Array.of(1, 0, 0, 0))]) }, /1 of 2 vectors are all zeros .*rows "1"/);
  await fails({ data: of(["a", dense(2, 8, new Float32Array(16).fill(1))]), metric: "hamming" }, /holds only 0 and 1/);
  await fails(
    { data: of(["a", dense(1, 1, Float32Array.of(2.5))]), metric: "hamming" },
    /column 0 is 2.5; packed codes/,
  );
  await fails({ data: of(["a", dense(5, 16, new Float32Array(80).fill(1))]), codes: "itq" }, /too few for 16 bits/);
  const folder = testFolder();
  await (await SearchIndex.create({ folder, views: { a: 2 }, engine })).close();
  await fails({ folder, views: { a: 2 } }, /is already an index: open it/);
  await using(await SearchIndex.open(folder, engine), async (index) => {
    const add = (features: number[]) => index.add([{ id: "x", view: "a", features }]);
    await assert.rejects(add([1]), /item "x": view "a" has vectors of 2 values, got 1/);
    await assert.rejects(add([1, Number.NaN]), /value 1 of the vector is NaN/);
    await assert.rejects(add([0, 0]), /all zeros/);
  });
});
