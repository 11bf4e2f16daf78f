// Words and pictures as queries and new items: encoded as the index's own were, by encoders that lie inside the index.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import type { MediaSet } from "../../data/media/media-set.js";
import { encodeViews, type ViewSpec } from "../../encoders/encode-views.js";
import { copyIndex } from "../index/copy-index.js";
import { readIndexFolder } from "../index/index-folder.js";
import { SearchIndex } from "../index/search-index.js";

const engine = await Engine.open({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "vantage-queries-"));
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const colors = ["red", "green", "blue", "yellow"];
const paths = colors.map((color) => join(folder, `${color}.png`));
for (const [i, path] of paths.entries()) {
  const drawn = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="${14 + 4 * i}" fill="${colors[i]}"/></svg>`;
  await sharp(Buffer.from(drawn)).png().toFile(path);
}
const texts = [["a red ball"], ["a green ball"], ["blue balloons"], ["yellow balloons"]];
const media: MediaSet = { name: "balls", ids: colors, pictures: paths, texts, source: folder, notes: [] };

async function indexOf(name: string, spec: ViewSpec): Promise<string> {
  const data = await encodeViews(media, [spec], { cache: false, engine });
  const at = join(folder, name);
  await (await SearchIndex.create({ folder: at, data, codes: "none", engine })).close();
  return at;
}
const [pictures, words] = await Promise.all([
  indexOf("pictures", { name: "image", material: "pictures", encoder: "builtin:pictures" }),
  indexOf("words", { name: "text", material: "words", encoder: "builtin:words" }),
]);

test("a picture of the set finds itself, in another format and size too; a new item is encoded the same way", async () => {
  const index = await SearchIndex.open(pictures, engine);
  for (const [i, path] of paths.entries()) {
    const [hit] = await index.search({ image: readFileSync(path), k: 1, mode: "exact" });
    assert.equal(hit!.id, colors[i]);
    assert.ok(hit!.similarity! > 0.9999, `${hit!.similarity}`);
  }
  const large = await sharp(paths[2]).resize(300).flatten({ background: "white" }).jpeg().toBuffer();
  assert.equal((await index.search({ image: large, k: 1, mode: "exact" }))[0]!.id, "blue");
  await index.add([{ id: "large", view: "image", image: large }]);
  assert.equal((await index.search({ image: large, k: 1, mode: "exact" }))[0]!.id, "large");
  await assert.rejects(index.search({ words: "red", k: 1, mode: "exact" }), {
    message: "no view of this index takes words",
  });
  await assert.rejects(index.search({ image: Buffer.from("no"), k: 1, mode: "exact" }), { name: "UserError" });
  await index.close();
});

test("words find what was said, also misspelled, by the vocabulary that the index keeps", async () => {
  const index = await SearchIndex.open(words, engine);
  assert.equal((await index.search({ words: "grene ball", k: 1, mode: "exact" }))[0]!.id, "green");
  await index.add([{ id: "new", view: "text", words: "a purple kite" }]);
  const [hit] = await index.search({ words: "purple kite", k: 1, mode: "exact" });
  assert.equal(hit!.id, "new");
  await assert.rejects(index.search({ words: "…", k: 1, mode: "exact" }), /no letters or digits/);
  await index.close();
});

test("a copy of an index has its encoders", async () => {
  const at = join(folder, "copy");
  await copyIndex({ from: words, folder: at, name: "copy" }, engine);
  const index = await SearchIndex.open(at, engine);
  assert.equal((await index.search({ words: "yellow", k: 1, mode: "exact" }))[0]!.id, "yellow");
  await index.close();
});

test("an encoder that is no part of the index is used only where it is allowed by name", async () => {
  const encoder = "http:https://example.invalid/v1/embeddings?model=m";
  const data = new MultiViewDataset({
    name: "strange",
    views: [{ name: "text", matrix: dense(2, 4, Float32Array.of(1, 2, 3, 4, 4, 3, 2, 1)) }],
    encoders: { text: { encoder, material: "words" } },
  });
  const at = join(folder, "strange");
  await (await SearchIndex.create({ folder: at, data, codes: "none", engine })).close();
  const index = await SearchIndex.open(at, engine);
  await index.warm();
  await assert.rejects(index.search({ words: "red", k: 1, mode: "exact" }), {
    name: "UserError",
    message: `view "text" is encoded by "${encoder}", which is not in the index: allow it with --encoder "${encoder}"`,
  });
  await index.close();
});

test("what older versions wrote of emoji is read", () => {
  const path = join(pictures, "index.yaml");
  const before = readFileSync(path, "utf8");
  const old = before.replace(/features:\n(?: {6}.*\n)+/, "features:\n      emoji: noto\n");
  assert.notEqual(old, before);
  writeFileSync(path, old);
  const { features } = readIndexFolder(pictures).manifest.views[0]!;
  assert.deepEqual({ ...features }, { encoder: "emoji:noto", material: "pictures", identity: undefined });
});
