// Views of pictures and words: missing ones, captions, the cache, interruption, encoders remembered.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { toDense } from "../data/matrix.js";
import type { MediaSet } from "../data/media/media-set.js";
import { builtinViews, encodeViews } from "./encode-views.js";
import type { WordEncoder } from "./encoder.js";
import { contentKey, FeatureCache } from "./feature-cache.js";
import { reopenEncoder } from "./remembered.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-encode-"));
after(() => rmSync(folder, { recursive: true }));
let folders = 0;
const newFolder = () => join(folder, `cache${folders++}`);

/** Pictures of one color each, several in a folder of their own. */
async function pictureFiles(count: number): Promise<string[]> {
  const at = newFolder();
  mkdirSync(at);
  const paths = Array.from({ length: count }, (_, i) => join(at, `${i}.png`));
  for (const [i, path] of paths.entries()) {
    const background = { r: (i * 37) % 256, g: (i * 91) % 256, b: i % 256 };
    await sharp({ create: { width: 20, height: 20, channels: 3, background } })
      .png()
      .toFile(path);
  }
  return paths;
}

function mediaOf(pictures: readonly (string | undefined)[], texts: MediaSet["texts"]): MediaSet {
  const ids = pictures.map((_, i) => `p${i}`);
  return { name: "few", ids, pictures, ...(texts && { texts }), source: folder, notes: [] };
}

const files = await pictureFiles(5);
const broken = join(folder, "broken.jpg");
writeFileSync(broken, "not a picture");

test("missing and damaged pictures, and texts without words, are missing in their views", async () => {
  const pictures = [files[0], undefined, broken, files[1], files[0]];
  const texts = [["red cat"], ["red cat", "a cat"], [], ["…"], ["dog"]];
  const notes: string[] = [];
  const media = mediaOf(pictures, texts);
  const data = await encodeViews(media, builtinViews(media), { cache: false, onNote: (note) => notes.push(note) });
  const [image, text] = data.views;
  assert.deepEqual([image!.name, [...image!.present!]], ["image", [1, 0, 0, 1, 1]]);
  assert.deepEqual([text!.name, [...text!.present!]], ["text", [1, 1, 0, 0, 1]]);
  assert.equal(text!.matrix.kind, "sparse");
  assert.match(notes[0]!, /^view "image": 1 of 5 pictures cannot be decoded: p2: /);
  assert.deepEqual(notes.slice(1), ['view "text": 1 of 5 texts hold no word: they are missing in the view']);
  const { data: rows, columns } = toDense(image!.matrix);
  assert.deepEqual(rows.slice(0, columns), rows.slice(4 * columns), "one picture twice");
  assert.deepEqual(data.ids, media.ids);
});

test("the data set remembers its encoders, and new words become rows in the same way", async () => {
  const media = mediaOf([undefined, undefined, undefined], [["red cat"], ["red dog"], ["a cat"]]);
  const data = await encodeViews(media, [{ name: "text", material: "words", encoder: "builtin:words" }]);
  const encoder = (await reopenEncoder(data.select([0, 1]).encoders!.text!)) as WordEncoder;
  const { data: rows, columns } = toDense(data.views[0]!.matrix);
  assert.deepEqual(await encoder.encode(["red dog"]), rows.slice(columns, 2 * columns));
  await assert.rejects(reopenEncoder({ ...data.encoders!.text!, identity: "0".repeat(64) }), /has changed since/);
});

test("words are learned from the training set only", async () => {
  const texts = [["one two"], ["one two"], ["three four"], ["three four"]];
  const splits = { train: Int32Array.of(0, 1), test: Int32Array.of(2, 3) };
  const media = { ...mediaOf([undefined, undefined, undefined, undefined], texts), splits };
  const data = await encodeViews(media, [{ name: "text", material: "words", encoder: "builtin:words" }]);
  assert.deepEqual(JSON.parse(data.encoders!.text!.state!).words, ["one", "two"]);
});

test("what is cached is not encoded again; what is damaged or gone is, and the rows are the same", async () => {
  const media = mediaOf(await pictureFiles(150), undefined);
  const specs = builtinViews(media);
  const at = newFolder();
  const first = await encodeViews(media, specs, { cache: { folder: at } });
  const own = join(at, readdirSync(at)[0]!);
  const stored = readdirSync(own);
  assert.equal(stored.length, 3, "a file for each batch of 64");
  const again = async () => {
    const data = await encodeViews(media, specs, { cache: { folder: at } });
    assert.deepEqual(data.views, first.views);
  };
  await again();
  assert.equal(readdirSync(own).length, 3);
  const whole = readFileSync(join(own, stored[0]!));
  whole[whole.length - 200]! ^= 1;
  writeFileSync(join(own, stored[0]!), whole);
  truncateSync(join(own, stored[1]!), 500);
  rmSync(join(own, stored[2]!));
  await again();
  await again();
});

test("an interrupted encoding keeps what it had, and goes on from there", async () => {
  const media = mediaOf(await pictureFiles(200), undefined);
  const at = newFolder();
  const stop = new AbortController();
  const interrupted = encodeViews(media, builtinViews(media), {
    cache: { folder: at },
    signal: stop.signal,
    onProgress: (_, done) => done >= 64 && stop.abort(new Error("enough")),
  });
  await assert.rejects(interrupted, { message: "enough" });
  const own = join(at, readdirSync(at)[0]!);
  const kept = readdirSync(own).length;
  assert.ok(kept >= 1 && kept < 4, `${kept} files`);
  const whole = await encodeViews(media, builtinViews(media), { cache: { folder: at } });
  assert.equal(whole.samples, 200);
  assert.deepEqual(whole.views, (await encodeViews(media, builtinViews(media), { cache: false })).views);
});

test("a cache that cannot be written costs a note; one that is too large loses what is oldest", async () => {
  const notes: string[] = [];
  const media = mediaOf(files, undefined);
  await encodeViews(media, builtinViews(media), {
    cache: { folder: join(files[0]!, "x") },
    onNote: (note) => notes.push(note),
  });
  assert.match(notes[0]!, /^features are not cached: /);
  const at = newFolder();
  const encoder = { identity: "a".repeat(64), dimensions: 100 };
  for (let i = 0; i < 5; i++) {
    const cache = await FeatureCache.open(encoder, { folder: at, most: 1500 });
    await cache.add([contentKey(`${i}`)], new Float32Array(100).fill(i));
    cache.close();
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const cache = await FeatureCache.open(encoder, { folder: at });
  assert.equal(cache.size, 3);
  assert.equal((await cache.get(contentKey("4")))![0], 4);
  assert.equal(await cache.get(contentKey("0")), undefined);
  assert.equal((await FeatureCache.open({ ...encoder, dimensions: 99 }, { folder: at })).size, 0);
});

const pictureless = mediaOf([undefined, undefined], [["a"], ["b"]]);
test("refused: a view without any sample, material that is not there, one name twice", async () => {
  const image = { name: "image", material: "pictures", encoder: "builtin:pictures" } as const;
  await assert.rejects(encodeViews(pictureless, [image], { cache: false }), /none of the 2 samples has pictures/);
  const { pictures: _, ...bare } = pictureless;
  await assert.rejects(encodeViews(bare, [image]), /few has no pictures/);
  await assert.rejects(encodeViews(pictureless, [image, image]), /two views are named "image"/);
});
