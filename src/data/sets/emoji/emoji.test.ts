// The emoji set: what it holds, its splits, that features can be made again from raw material, the cache.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { MultiViewDataset } from "../../dataset.js";
import { type DenseMatrix, selectRows, toDense } from "../../matrix.js";
import { emoji, emojiImageFeatures, emojiList, emojiPictures, emojiTextFeatures, languages } from "./index.js";

const saved = process.env.VANTAGE_CACHE;
const folder = mkdtempSync(join(tmpdir(), "vantage-emoji-"));
const shares: number[] = [];
let data: MultiViewDataset;
before(async () => {
  process.env.VANTAGE_CACHE = folder;
  data = await emoji({ views: ["noto", "twemoji", "en", "ja"], onProgress: (share) => shares.push(share) });
});
after(() => {
  if (saved === undefined) delete process.env.VANTAGE_CACHE;
  else process.env.VANTAGE_CACHE = saved;
  rmSync(folder, { recursive: true, force: true });
});

const row = (name: string) => data.ids!.findIndex((id) => id.slice(id.indexOf(" ") + 1) === name);
const rowOf = (view: number, sample: number) => toDense(selectRows(data.views[view]!.matrix, [sample])).data;

test("sizes, classes and ids", () => {
  assert.equal(data.samples, 1594);
  assert.deepEqual(data.dimensions, [580, 580, 3000, 3000]);
  assert.equal(data.classes, 9);
  assert.ok(data.labels?.kind === "single");
  assert.equal(data.labels.names[data.labels.values[row("pizza")]!], "food-drink");
  assert.equal(data.ids![row("pizza")], "🍕 pizza");
  assert.equal(new Set(data.ids).size, 1594);
  assert.ok(!data.ids!.some((id) => /skin tone|regional indicator/.test(id)));
});

test("a fifth of the emoji are queries, and always the same", () => {
  const { query, database, train, test: tested } = data.splits;
  assert.equal(query!.length, 319);
  assert.equal(database!.length, 1275);
  assert.deepEqual(train, database);
  assert.deepEqual(tested, query);
  assert.deepEqual([...query!.slice(0, 5)], [4, 6, 10, 16, 21]);
  assert.equal(new Set([...query!, ...database!]).size, 1594);
});

test("every subgroup has emoji in the database, and variants stay on one side", async () => {
  const list = await emojiList();
  const inDatabase = new Set(Array.from(data.splits.database!, (each) => list[each]!.subgroup));
  assert.equal(inDatabase.size, new Set(list.map((each) => each.subgroup)).size);
  const requested = new Set(data.splits.query);
  for (const what of ["running", "detective", "health worker", "bouncing ball"]) {
    const rows = list.flatMap(({ name }, i) => (name.includes(what) ? [i] : []));
    assert.ok(rows.length >= 3, what);
    assert.ok(rows.every((each) => requested.has(each)) || rows.every((each) => !requested.has(each)), what);
  }
});

test("no sample is without features in any language", async () => {
  const { views } = await emoji({ views: languages });
  assert.equal(views.length, 28);
  for (const { name, matrix } of views) {
    assert.ok(matrix.kind === "sparse");
    for (let i = 0; i < matrix.rows; i++) assert.ok(matrix.offsets[i + 1]! > matrix.offsets[i]!, `${name}: row ${i}`);
  }
});

test("pictures and texts give the rows that the set has", async () => {
  const cat = row("cat");
  const pictures = await emojiPictures("twemoji");
  assert.deepEqual(emojiImageFeatures(pictures[cat]!), rowOf(1, cat));
  const text = "cat | animal | animals | cats | kitten | pet";
  assert.deepEqual(await emojiTextFeatures("en", text), rowOf(2, cat));
});

test("new words find their emoji", async () => {
  const nearest = async (language: "en" | "ja", view: number, text: string) => {
    const requested = await emojiTextFeatures(language, text);
    const { data: rows, columns } = toDense(data.views[view]!.matrix);
    const scores = data.ids!.map((_, i) =>
      requested.reduce((sum, value, j) => sum + value * rows[i * columns + j]!, 0),
    );
    return data.ids![scores.indexOf(Math.max(...scores))];
  };
  assert.equal(await nearest("en", 2, "slice of pizza"), "🍕 pizza");
  assert.match((await nearest("ja", 3, "黒猫"))!, / black cat$/);
});

test("makers draw alike: a picture's nearest by another maker is often the same emoji", () => {
  const [noto, twemoji] = data.views.map((view) => view.matrix as DenseMatrix);
  const sample = data.splits.query!.subarray(0, 100);
  let hits = 0;
  for (const requested of sample) {
    let [best, score] = [-1, -1];
    for (let i = 0; i < data.samples; i++) {
      let sum = 0;
      for (let j = 0; j < 580; j++) sum += noto!.data[requested * 580 + j]! * twemoji!.data[i * 580 + j]!;
      if (sum > score) [best, score] = [i, sum];
    }
    if (best === requested) hits++;
  }
  assert.ok(hits >= 30, `${hits} of 100`);
});

test("off-canvas parts and other shapes are drawn", async () => {
  const pictures = await emojiPictures("noto");
  for (const name of ["package", "rainbow flag", "closed umbrella"]) {
    const { pixels } = pictures[row(name)]!;
    const inked = pixels.filter((value) => value < 250).length / pixels.length;
    assert.ok(inked > 0.1 && inked < 0.9, `${name}: ${inked}`);
  }
});

test("progress rises to 1, the second time is silent and the same, a new cache gives the same bits", async () => {
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(
    shares.slice().sort((a, b) => a - b),
    shares,
  );
  const again = await emoji({ views: ["noto"], onProgress: () => assert.fail("built again") });
  assert.deepEqual(again.views[0]!.matrix, data.views[0]!.matrix);
  assert.equal(readdirSync(folder).length, 4);
  for (const file of readdirSync(folder)) rmSync(join(folder, file));
  const rebuilt = await emoji({ views: ["twemoji"] });
  assert.deepEqual(rebuilt.views[0]!.matrix, data.views[1]!.matrix);
});

test("no view, no set", async () => {
  await assert.rejects(emoji({ views: [] }), { name: "UserError", message: /no view/ });
});
