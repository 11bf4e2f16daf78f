// The built-in encoders: what rows do and do not depend on, photographs and drawings, words that no corpus has.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pixels } from "../../data/media/decode.js";
import type { PictureEncoder, WordEncoder } from "../encoder.js";
import { openEncoder } from "../registry.js";
import { toLab } from "./color.js";
import { framed, side } from "./frame.js";

type Color = readonly [number, number, number];
const white: Color = [255, 255, 255];

/** A picture with the color of each pixel by its place. */
function painted(width: number, height: number, color: (x: number, y: number) => Color): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(color(x, y), (y * width + x) * 3);
  return { width, height, data };
}
const disc = (size: number, cx: number, cy: number, radius: number, color: Color) =>
  painted(size, size, (x, y) => ((x - cx) ** 2 + (y - cy) ** 2 < radius ** 2 ? color : white));
const noise = painted(90, 60, (x, y) => {
  const value = Math.imul(x * 7919 + y * 104729 + 1, 2654435761) >>> 0;
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255];
});

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    dot += a[j]! * b[j]!;
    aa += a[j]! ** 2;
    bb += b[j]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
};

async function rowsOf(spec: string, ...pictures: Pixels[]): Promise<Float32Array[]> {
  const encoder = (await openEncoder(spec)) as PictureEncoder;
  const rows = await encoder.encode(pictures);
  assert.equal(rows.length, pictures.length * encoder.dimensions);
  return pictures.map((_, i) => rows.slice(i * encoder.dimensions, (i + 1) * encoder.dimensions));
}

test("a drawing's row is nearly the same wherever and however large it stands on its paper", async () => {
  const [a, b, other] = await rowsOf(
    "builtin:pictures",
    disc(128, 64, 64, 60, [200, 30, 30]),
    disc(128, 40, 44, 30, [200, 30, 30]),
    painted(128, 128, (x, y) => (x > 20 && x < 100 && y > 20 && y < 100 && (x + y) % 12 < 4 ? [20, 60, 200] : white)),
  );
  assert.ok(cosine(a!, b!) > 0.93, `${cosine(a!, b!)}`);
  assert.ok(cosine(a!, other!) < 0.75, `${cosine(a!, other!)}`);
});

test("every block is of length 1, also of a picture of one color or one pixel", async () => {
  const odd = [noise, painted(1, 1, () => [9, 9, 9]), painted(128, 1, (x) => [x, 0, 0]), painted(50, 70, () => white)];
  for (const [spec, blocks] of [
    ["builtin:color", 2],
    ["builtin:edges", 1],
    ["builtin:texture", 1],
  ] as const) {
    for (const row of await rowsOf(spec, ...odd)) {
      assert.ok(row.every(Number.isFinite));
      const squares = row.reduce((sum, value) => sum + value * value, 0);
      const possible = Array.from({ length: blocks + 1 }, (_, count) => count);
      assert.ok(
        possible.some((count) => Math.abs(count - squares) < 1e-5),
        `${spec}: ${squares}`,
      );
    }
  }
});

test("the three parts side by side are the whole, and a row does not depend on what else is in the batch", async () => {
  const [whole] = await rowsOf("builtin:pictures", noise);
  const parts = await Promise.all(["color", "edges", "texture"].map((name) => rowsOf(`builtin:${name}`, noise)));
  assert.deepEqual(
    [...whole!],
    parts.flatMap(([row]) => [...row!]),
  );
  const [, second] = await rowsOf("builtin:pictures", disc(64, 30, 30, 20, [0, 0, 0]), noise);
  assert.deepEqual(second, whole);
});

test("edges turn with the picture, color does not", async () => {
  const across = painted(64, 64, (_, y) => (y % 16 < 8 ? [0, 0, 0] : white));
  const down = painted(64, 64, (x) => (x % 16 < 8 ? [0, 0, 0] : white));
  const [edges, others] = [await rowsOf("builtin:edges", across, down), await rowsOf("builtin:edges", across, across)];
  assert.ok(cosine(edges[0]!, edges[1]!) < 0.1);
  assert.equal(cosine(others[0]!, others[1]!).toFixed(6), "1.000000");
});

test("CIELAB as the CIE has it", () => {
  const lab = toLab(Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0));
  // Red and blue of sRGB: Lindbloom's calculator, D65.
  const expected = [1, 0, 0, 0.5324, 0.8009, 0.672, 0.323, 0.7919, -1.0786, 0, 0, 0];
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(lab[i]! - value) < 2e-3, `${i}: ${lab[i]}`);
});

test("a frame of one color is cut off, a photograph is not", () => {
  const image = framed(painted(100, 60, (x, y) => (x >= 30 && x < 50 && y >= 10 && y < 40 ? [0, 0, 0] : white)));
  assert.ok(image.every((value) => value < 1e-6));
  const photograph = framed(painted(64, 64, (x, y) => [x * 4, y * 4, 128]));
  assert.equal(photograph.length, side * side * 3);
  assert.ok(Math.abs(photograph.at(-3)! - (63 * 4) / 255) < 1e-6);
});

const corpus = [
  "a red bicycle",
  "red bicycles and cars",
  "two cats",
  "cats sleep",
  "猫が眠る",
  "猫と犬",
  "чёрная кошка",
  "кошка спит",
];
const open = async (name: string, more: object = { corpus }) =>
  (await openEncoder(`builtin:${name}`, more)) as WordEncoder;

test("every word is known: misspelled, inflected, of a language that the corpus lacks", async () => {
  const words = await open("words");
  const texts = ["bicycle", "bycicle", "cats", "Fahrradschloss", "猫", "кошки", "🐈", "x"];
  const rows = await words.encode(texts);
  const row = (i: number) => rows.subarray(i * words.dimensions, (i + 1) * words.dimensions);
  for (const i of texts.keys()) {
    const length = Math.sqrt(row(i).reduce((sum, value) => sum + value * value, 0));
    assert.ok(Math.abs(length - 1) < 1e-5, `${texts[i]}: ${length}`);
  }
  assert.ok(cosine(row(0), row(1)) > 3 * Math.max(0.01, cosine(row(0), row(2))), "misspelled");
  const [cat, dog] = [await words.encode(["猫が眠る"]), await words.encode(["馬が走る"])];
  assert.ok(cosine(row(4), cat) > 0.1 && cosine(row(4), dog) < 0.03, "Japanese");
  assert.ok(cosine(row(5), await words.encode(["кошка"])) > 0.15, "Russian");
  assert.ok(cosine(row(5), await words.encode(["собака"])) < 0.05, "Russian");
});

test("words without letters and digits have a row of zeros", async () => {
  const words = await open("words");
  assert.ok((await words.encode(["", " …!? "])).every((value) => value === 0));
});

test("what was learned gives the same rows and the same identity again, other words another", async () => {
  for (const name of ["words", "tfidf", "ngrams"]) {
    const first = await open(name);
    const again = await open(name, { state: first.state });
    assert.equal(again.identity, first.identity);
    assert.deepEqual(await again.encode(corpus), await first.encode(corpus));
    assert.notEqual((await open(name, { corpus: [...corpus, "red cats", "red cats"] })).identity, first.identity);
  }
});

test("weights by hand: a word of two texts of three, counted twice", async () => {
  const tfidf = await open("tfidf", { corpus: ["b a a", "a b", "c"] });
  assert.deepEqual(JSON.parse(tfidf.state!).words, ["a", "b"]);
  const row = await tfidf.encode(["a b a"]);
  const a = 1 + Math.log(2);
  const length = Math.hypot(a, 1);
  assert.ok(Math.abs(row[0]! - a / length) < 1e-6 && Math.abs(row[1]! - 1 / length) < 1e-6);
});

const wrong: Record<string, readonly [spec: string, context: object, message: RegExp]> = {
  "an unknown kind": ["clip", {}, /^there is no encoder "clip"; there are builtin:pictures\|/],
  "an unknown name": ["builtin:sift", {}, /^there is no encoder "builtin:sift"; there are builtin:pictures,/],
  "no corpus": ["builtin:words", {}, /learns its words from a corpus/],
  "a corpus without common words": ["builtin:tfidf", { corpus: ["a", "b"] }, /no word is in two of the 2 texts/],
  "other material": ["builtin:pictures", { material: "words" }, /takes pictures, expected one for words/],
  "no JSON learned": ["builtin:words", { state: "{" }, /is no JSON/],
  "another vocabulary": ["builtin:words", { state: '{"words":["a"],"idf":[1]}' }, /vocabulary of another size/],
  "a word twice": ["builtin:tfidf", { state: '{"words":["a","a"],"idf":[1,1]}' }, /vocabulary of another size/],
};
for (const [what, [spec, context, message]] of Object.entries(wrong)) {
  test(`refused: ${what}`, () => assert.rejects(openEncoder(spec, context), { name: "UserError", message }));
}
