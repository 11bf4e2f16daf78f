// A set of pictures with words becomes pixels and words, and a picture or words that come later become the same rows.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { toDense } from "../data/matrix.js";
import { noise } from "../data/media/pictures.testing.js";
import { frequentWords } from "./bag-of-words.js";
import type { PictureEncoder, WordEncoder } from "./encoder.js";
import { pixelsFor } from "./picture-pixels.js";
import { pixelDataset } from "./pixel-dataset.js";
import { storedSide } from "./pixels.js";
import { openEncoder } from "./registry.js";
import { reopenEncoder } from "./remembered.js";

const work = mkdtempSync(join(tmpdir(), "vantage-pixel-set-"));
after(() => rmSync(work, { recursive: true }));
const folder = join(work, "cache");
const files: (string | undefined)[] = [];
for (let i = 0; i < 4; i++) {
  files.push(join(work, `${i}.png`));
  await noise(60 + i, 50 + 3 * i)
    .png()
    .toFile(files[i]!);
}
files.push(undefined, join(work, "broken.jpg"));
writeFileSync(files.at(-1)!, "no picture");
const set = {
  name: "set",
  ids: files.map((_, i) => `id${i}`),
  pictures: files,
  texts: [[], ["Tree, CAT!", "a tree"], ["Tree house"], ["a ＴＲＥＥ"], ["cat"], ["zebra"]],
  labels: { kind: "single" as const, values: Int32Array.from(files, (_, i) => i % 2), names: ["a", "b"] },
  source: "set",
  notes: ["from the set"],
};

test("pixels, and bags of the most frequent words; what is missing or broken is", async () => {
  const { dataset, notes } = await pixelDataset(set, { side: 35, words: "bag:3", folder });
  assert.deepEqual(dataset.dimensions, [3 * 35 * 35, 3]);
  assert.equal(storedSide(224), 256);
  const [image, text] = dataset.views;
  assert.deepEqual([...image!.present!], [1, 1, 1, 1, 0, 0]);
  assert.deepEqual(text!.features, ["tree", "a", "cat"]);
  assert.deepEqual([...text!.present!], [0, 1, 1, 1, 1, 0]);
  assert.deepEqual([...toDense(text!.matrix).data.subarray(3, 15)], [1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1]);
  assert.equal(notes[0], "from the set");
  assert.match(notes[1]!, /^1 picture cannot be decoded and counts as missing: id5: .*broken\.jpg/);
  assert.match(notes.at(-1)!, /^view "text" is made by bag:3, learned from all captions$/);

  // The words of the training captions alone.
  const trained = await pixelDataset(
    { ...set, splits: { train: Int32Array.of(4, 5) } },
    { side: 35, words: "bag:3", folder },
  );
  assert.deepEqual(trained.dataset.views[1]!.features, ["cat", "zebra"]);
  assert.deepEqual(frequentWords(["b a", "b", "c c c"], 2), ["b", "a"]);
});

test("a picture and words become the rows that the set has", async () => {
  const { dataset } = await pixelDataset(set, { side: 35, words: "bag:3", folder });
  const rows = new Float32Array(2 * dataset.dimensions[0]!);
  const { matrix } = dataset.views[0]!;
  assert.ok(matrix.kind === "lazy");
  matrix.gather([2, 0], rows);
  const pictures = (await reopenEncoder(dataset.encoders!.image!)) as PictureEncoder;
  const own = [files[2]!, files[0]!].map((file) => pixelsFor(readFileSync(file), pictures.decoding));
  assert.deepEqual(await pictures.encode(await Promise.all(own)), rows);
  const words = (await reopenEncoder(dataset.encoders!.text!)) as WordEncoder;
  assert.deepEqual([...(await words.encode(["my cat's tree", "nothing"]))], [1, 0, 1, 0, 0, 0]);
});

test("mistakes are one line", async () => {
  const message = (text: RegExp) => ({ name: "UserError", message: text });
  const broken = { ...set, pictures: [files.at(-1)], ids: ["x"], texts: undefined, labels: undefined };
  await assert.rejects(pixelDataset(broken, { side: 35, folder }), message(/^set: 1 picture cannot be decoded/));
  await assert.rejects(
    pixelDataset(set, { side: 5000, folder }),
    message(/5000 × 5000 pixels: expected a side of 32 to 583$/),
  );
  await assert.rejects(openEncoder("pixels:big"), message(/"pixels:big": expected a side, such as pixels:224$/));
  await assert.rejects(openEncoder("bag:0", { corpus: ["a"] }), message(/expected how many words, such as bag:1386$/));
  await assert.rejects(openEncoder("bag:10"), message(/learns its words from a corpus/));
  for (const state of ['["a","a"]', '{"a":1}', "[]", "[1]", "["])
    await assert.rejects(openEncoder("bag:2", { state }), { name: "UserError" });
});
