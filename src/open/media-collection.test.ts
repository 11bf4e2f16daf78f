// A collection from pictures and words: broken and missing ones, copies on one side, several captions, what is shown of each.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import type { MediaSet } from "../data/media/media-set.js";
import { colors, drawShape, shapes } from "../data/media/shape-pictures.testing.js";
import { UserError } from "../errors.js";
import { mediaCollection } from "./media-collection.js";

const engine = await Engine.open({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "vantage-collection-"));
const cacheBefore = process.env.VANTAGE_CACHE;
process.env.VANTAGE_CACHE = join(folder, "cache");
after(async () => {
  if (cacheBefore === undefined) delete process.env.VANTAGE_CACHE;
  else process.env.VANTAGE_CACHE = cacheBefore;
  await engine.close();
  rmSync(folder, { recursive: true });
});

interface Sample {
  readonly picture?: string;
  readonly texts: readonly string[];
}
const whole: Sample[] = [];
before(async () => {
  for (const place of ["left", "right"]) {
    for (const color of Object.keys(colors)) {
      for (const shape of Object.keys(shapes)) {
        const picture = join(folder, `${place} ${color} ${shape}.png`);
        writeFileSync(picture, await drawShape(color, shape, place));
        whole.push({ picture, texts: [`a ${color} ${shape} at the ${place}`] });
      }
    }
  }
});

const setOf = (samples: readonly Sample[]): MediaSet => ({
  name: "drawn",
  ids: samples.map((_, i) => `s${i}`),
  pictures: samples.map(({ picture }) => picture),
  texts: samples.map(({ texts }) => texts),
  source: folder,
  notes: [],
});
const open = (samples: readonly Sample[], seed = 0, notes: string[] = []) =>
  mediaCollection(setOf(samples), { seed, engine }, { onNote: (note) => notes.push(note) });

test("all pairs are held out or train; the same seed holds out the same", async () => {
  const { data, heldOut, details } = await open(whole);
  assert.deepEqual(
    data.views.map(({ name }) => name),
    ["image", "text"],
  );
  assert.deepEqual(
    [...heldOut.train, ...heldOut.test].sort((a, b) => a - b),
    whole.map((_, i) => i),
  );
  assert.deepEqual((await open(whole)).heldOut, heldOut);
  assert.notDeepEqual((await open(whole, 1)).heldOut, heldOut);
  assert.deepEqual(details.get("s0"), {
    ...{ title: "a red circle at the left", text: "a red circle at the left", thumbnail: "0/0.webp" },
  });
});

test("a broken picture, a picture without words and words without a picture are no pairs, and items of what they have", async () => {
  const broken = join(folder, "broken.png");
  writeFileSync(broken, (await drawShape("red", "cross")).subarray(0, 60));
  const gone = join(folder, "gone.png");
  const odd: Sample[] = [
    { picture: broken, texts: ["a broken thing"] },
    { picture: gone, texts: ["a thing that is gone"] },
    { picture: whole[0]!.picture!, texts: [] },
    { texts: ["words alone"] },
    { picture: whole[1]!.picture!, texts: ["?!"] },
  ];
  const notes: string[] = [];
  const { data, heldOut, details } = await open([...whole, ...odd], 0, notes);
  const pairs = [...heldOut.train, ...heldOut.test];
  assert.equal(Math.max(...pairs), whole.length - 1);
  const [image, text] = data.views.map(({ present }) => Array.from(present!.subarray(whole.length)));
  assert.deepEqual(
    [image, text],
    [
      [0, 0, 1, 0, 1],
      [1, 1, 0, 1, 0],
    ],
  );
  assert.ok(
    notes.some((note) => /view "image": .*s40/.test(note)),
    notes.join("\n"),
  );
  const shown = odd.map((_, i) => details.get(`s${whole.length + i}`)!);
  assert.deepEqual(shown.slice(0, 4), [
    { title: "a broken thing", text: "a broken thing" },
    { title: "a thing that is gone", text: "a thing that is gone" },
    { thumbnail: "0/42.webp" },
    { title: "words alone", text: "words alone" },
  ]);
});

test("copies of a picture or of words never stand on both sides", async () => {
  const copies = whole.flatMap(({ picture, texts }, i): Sample[] => [
    { picture: picture!, texts },
    i % 2 === 0
      ? { picture: picture!, texts: [`number ${i}`] }
      : { picture: whole[(i + 7) % 40]!.picture!, texts: [` ${texts[0]!.toUpperCase()} `] },
  ]);
  // Chains of copies would join everything where each is a copy of the next.
  const some = copies.slice(0, 40).concat(whole.slice(20));
  for (const seed of [0, 1, 2]) {
    const { heldOut } = await open(some, seed);
    const wordsOf = (rows: Int32Array) => Array.from(rows, (row) => some[row]!.texts[0]!.trim().toLowerCase());
    const picturesOf = (rows: Int32Array) => Array.from(rows, (row) => some[row]!.picture!);
    for (const of of [wordsOf, picturesOf]) {
      const trained = new Set(of(heldOut.train));
      assert.deepEqual(
        of(heldOut.test).filter((each) => trained.has(each)),
        [],
      );
    }
  }
});

test("several captions are shown together, the first is the title, and what an index cannot keep is left out", async () => {
  const odd: Sample[] = [
    { picture: whole[0]!.picture!, texts: ["A circle; red. Very", "second caption"] },
    { picture: whole[1]!.picture!, texts: [`${"x".repeat(79)}😀 more`] },
    { picture: whole[2]!.picture!, texts: [`nul \0 and \ud83d half`] },
    { picture: whole[3]!.picture!, texts: [`${"many words ".repeat(20_000)}`] },
    { picture: whole[4]!.picture!, texts: ["  \n first line\nsecond"] },
  ];
  const { details } = await open([...odd, ...whole.slice(5)]);
  const shown = odd.map((_, i) => details.get(`s${i}`)!);
  assert.deepEqual([shown[0]!.title, shown[0]!.text], ["A circle", "A circle; red. Very\nsecond caption"]);
  assert.equal(shown[1]!.title, `${"x".repeat(79)}…`);
  assert.equal(shown[2]!.text, "nul \ufffd and \ufffd half");
  assert.equal((shown[3]!.text as string).length, 4001);
  assert.equal(shown[4]!.title, "first line");
  for (const each of shown) assert.doesNotMatch(JSON.stringify(each), /\\ud[89a-f]|\\u0000/);
});

test("refused: no words, no pictures, too few pairs, too few that can be decoded", async () => {
  const refused = (media: MediaSet, expected: RegExp) =>
    assert.rejects(mediaCollection(media, { seed: 0, engine }, {}), (error: Error) => {
      assert.ok(error instanceof UserError, String(error.stack));
      assert.match(error.message, expected);
      return true;
    });
  const { texts: _words, ...silent } = setOf(whole);
  await refused(silent, /drawn has no words, .*--captions FILE/);
  const { pictures: _pictures, ...blind } = setOf(whole);
  await refused(blind, /drawn has no pictures/);
  await refused(setOf(whole.slice(0, 19)), /19 different pairs .* 20 or more/);
  const damaged = whole.slice(0, 30).map(({ texts }, i) => {
    const picture = join(folder, `damaged ${i}.png`);
    writeFileSync(picture, `no picture ${i}`);
    return { picture, texts };
  });
  await refused(setOf([...damaged, ...whole.slice(30)]), /of 40 pictures with words 10 can be used, .* too few/);
  const none = mediaCollection(
    setOf(whole),
    { seed: 0, engine, encoders: { text: "builtin:none" } },
    {
      onProgress: (what) => assert.doesNotMatch(what, /features/, "before any picture is encoded"),
    },
  );
  await assert.rejects(none, /there is no encoder "builtin:none"/);
});

test("it ends where the signal is given", async () => {
  const ending = new AbortController();
  const onProgress = () => ending.abort();
  const opening = mediaCollection(setOf(whole), { seed: 0, engine }, { signal: ending.signal, onProgress });
  await assert.rejects(opening, { name: "AbortError" });
});
