// Text features: which terms are kept, their weights, unknown words, scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toDense } from "../../matrix.js";
import { fitVocabulary, textFeatures } from "./text-features.js";

const texts = ["cat | pet", "black cat", "dog | pet", "hot dog"];

test("terms of one text only are left out", () => {
  const { columns, idf } = fitVocabulary(texts);
  for (const term of ["cat", "dog", "pet", "~^ca", "~cat", "~at$", "~^cat$"]) assert.ok(columns.has(term), term);
  for (const term of ["black", "hot", "~bla", "~t p", "~ca"]) assert.ok(!columns.has(term), term);
  assert.equal(idf.length, columns.size + 1);
});

test("weights as by hand: one word known, one unknown", () => {
  const vocabulary = fitVocabulary(texts);
  const onlyWords = new Map([...vocabulary.columns].filter(([term]) => !term.startsWith("~")));
  const { data } = toDense(textFeatures({ columns: onlyWords, idf: vocabulary.idf }, ["Black CAT cat!"]));
  // cat is in 2 of 4 texts, an unknown word too: the same idf; cat is there twice.
  const [unknown, cat] = [1, 1 + Math.log(2)];
  const norm = Math.hypot(unknown, cat);
  assert.ok(Math.abs(data[0]! - unknown / norm) < 1e-6);
  assert.ok(Math.abs(data[onlyWords.get("cat")!]! - cat / norm) < 1e-6);
  assert.equal(data.filter((value) => value !== 0).length, 2);
  assert.ok(Math.abs(vocabulary.idf[0]! - (Math.log(5 / 3) + 1)) < 1e-12);
});

test("rows have norm 1; what has no word has a row of zeros", () => {
  const matrix = textFeatures(fitVocabulary(texts), ["cat pet pet", "never seen", "—!", ""]);
  assert.deepEqual(
    [...matrix.offsets.slice(2)],
    [matrix.offsets[1]! + 1, matrix.offsets[1]! + 1, matrix.offsets[1]! + 1],
  );
  const { data, columns } = toDense(matrix);
  const squares = [0, 1, 2, 3].map((row) =>
    data.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value * value, 0),
  );
  assert.ok(Math.abs(squares[0]! - 1) < 1e-6);
  assert.equal(squares[1], 1);
  assert.deepEqual(squares.slice(2), [0, 0]);
  for (let row = 0; row < matrix.rows; row++) {
    const indices = matrix.indices.subarray(matrix.offsets[row], matrix.offsets[row + 1]);
    assert.deepEqual(indices, indices.slice().sort());
  }
});

test("scripts without spaces give single characters", () => {
  const { columns } = fitVocabulary(["黒猫", "猫の顔", "ｶﾒﾗ", "カメラ"]);
  assert.ok(columns.has("~猫"));
  assert.ok(columns.has("カメラ"), "half-width and full-width are one");
  assert.ok(!columns.has("~^猫"));
});

test("at most 3000 columns, words before n-grams", () => {
  const word = (i: number) => `w${i.toString(36).padStart(4, "q")}x`;
  const many = Array.from({ length: 4000 }, (_, i) => `${word(i % 2000)} ${word((i * 7) % 2000)}`);
  const { columns, idf } = fitVocabulary(many);
  assert.equal(idf.length, 3000);
  assert.equal([...columns.keys()].filter((term) => !term.startsWith("~")).length, 1500);
});
