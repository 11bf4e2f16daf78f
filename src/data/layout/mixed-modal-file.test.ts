// Mixed-modal data from files: the published cell arrays, named matrices, cells of matrices; what is refused.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDataset } from "../catalog.js";
import { writeNpz } from "../formats/index.js";
import { array, encodeMatlab5, type MatlabValue } from "../formats/matlab/matlab5.testing.js";
import { isMixedModal, modalities } from "../mixed-modal.js";
import { parseViewSelection } from "./index.js";
import { loadMixedModal } from "./mixed-modal-file.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-mixed-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const text = (line: string): MatlabValue => ({ kind: "text", lines: [line] });
const features = (...values: number[]) => array([1, values.length], values);

/** Rows of [features, file name, modality]; cells run down the columns. */
function published(rows: readonly (readonly MatlabValue[])[], labels: readonly number[]): Uint8Array {
  const width = rows[0]!.length;
  const items = Array.from({ length: width }, (_, c) => rows.map((row) => row[c]!)).flat();
  return encodeMatlab5({
    X: { kind: "cell", shape: [rows.length, width], items },
    y: array([1, labels.length], labels),
  });
}

test("the published layout, a folder with training and test file", async () => {
  const place = join(folder, "wikipedia");
  mkdirSync(place);
  const train = published(
    [
      [features(1, 2), text("a.jpg"), array([1, 1], [0])],
      [features(3, 4, 5), text("b.xml"), array([1, 1], [1])],
      [features(6, 7), text("c.jpg"), array([1, 1], [0])],
    ],
    [2, 1, 1],
  );
  const test = published([[features(8, 9, 10), text("d.xml"), array([1, 1], [1])]], [2]);
  writeFileSync(join(place, "train_file.mat"), train);
  await assert.rejects(loadMixedModal(place), /there is no test_file\.mat/);
  writeFileSync(join(place, "test_file.mat"), test);
  const data = await loadMixedModal(place);
  assert.equal(data.name, "wikipedia");
  assert.deepEqual(
    data.views.map(({ name }) => name),
    ["image", "text"],
  );
  assert.deepEqual(data.dimensions, [2, 3]);
  assert.deepEqual([...modalities(data)], [0, 0, 1, 1]);
  assert.deepEqual([...(data.views[0]!.matrix as { data: Float32Array }).data], [1, 2, 6, 7, 0, 0, 0, 0]);
  assert.deepEqual([...(data.views[1]!.matrix as { data: Float32Array }).data.subarray(6)], [3, 4, 5, 8, 9, 10]);
  assert.deepEqual(data.labels, { kind: "single", values: Int32Array.of(1, 0, 0, 1), names: ["1", "2"] });
  assert.deepEqual(data.ids, ["a.jpg", "c.jpg", "b.xml", "d.xml"]);
  assert.deepEqual(data.splits, { train: Int32Array.of(0, 1, 2), test: Int32Array.of(3) });
});

test("the published layout without file names", async () => {
  const path = join(folder, "short.mat");
  writeFileSync(
    path,
    published(
      [
        [features(1, 2), text("text")],
        [features(3), text("image")],
      ],
      [5, 9],
    ),
  );
  const data = await loadMixedModal(path);
  assert.deepEqual(
    data.views.map(({ name }) => name),
    ["image", "text"],
  );
  assert.deepEqual(data.labels?.names, ["5", "9"]);
  assert.deepEqual([...(data.labels as { values: Int32Array }).values], [1, 0]);
  assert.deepEqual(data.splits, {});
});

test("a matrix for each modality and split with its labels", async () => {
  const path = join(folder, "parts.npz");
  const vector = (...values: number[]) => ({ data: Int32Array.from(values), shape: [values.length] });
  writeNpz(path, {
    image_train: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
    image_train_labels: vector(0, 1),
    image_test: { data: Float32Array.of(5, 6), shape: [1, 2] },
    image_test_labels: vector(1),
    text_train: { data: Float32Array.of(7, 8, 9), shape: [3, 1] },
    text_train_labels: vector(0, 0, 2),
    text_test: { data: Float32Array.of(10), shape: [1, 1] },
    text_test_labels: vector(2),
  });
  const data = await loadMixedModal(path);
  assert.deepEqual(data.dimensions, [2, 1]);
  assert.equal(data.samples, 7);
  assert.deepEqual([...modalities(data)], [0, 0, 0, 1, 1, 1, 1]);
  assert.deepEqual(data.splits, { train: Int32Array.of(0, 1, 3, 4, 5), test: Int32Array.of(2, 6) });
  assert.deepEqual([...(data.labels as { values: Int32Array }).values], [0, 1, 1, 0, 0, 2, 2]);
});

test("cells of matrices and of labels", async () => {
  const path = join(folder, "cells.mat");
  const cell = (...items: MatlabValue[]): MatlabValue => ({ kind: "cell", shape: [items.length, 1], items });
  writeFileSync(
    path,
    encodeMatlab5({
      X: cell(array([2, 3], [1, 4, 2, 5, 3, 6]), array([3, 1], [7, 8, 9])),
      y: cell(array([2, 1], [1, 2]), array([3, 1], [2, 2, 1])),
    }),
  );
  const data = await loadMixedModal(path);
  assert.deepEqual(data.dimensions, [3, 1]);
  assert.deepEqual([...(data.views[0]!.matrix as { data: Float32Array }).data.subarray(0, 6)], [1, 2, 3, 4, 5, 6]);
});

test("a file opened by its path is known as mixed-modal where it plainly is", async () => {
  const notes: string[] = [];
  const open = (name: string, options = {}) =>
    openDataset(join(folder, name), { onNote: (note) => notes.push(note), ...options });
  const mixed = await open("parts.npz");
  assert.deepEqual([...modalities(mixed)], [0, 0, 0, 1, 1, 1, 1]);
  assert.ok(notes.includes("each sample is in one modality (image 3, text 4)"), notes.join());
  assert.deepEqual([...modalities(await open("cells.mat"))], [0, 0, 1, 1, 1]);
  assert.deepEqual([...modalities(await open("short.mat"))], [0, 1]);
  const renamed = await open("parts.npz", { views: parseViewSelection("words=text,picture=image") });
  assert.deepEqual(
    renamed.views.map(({ name }) => name),
    ["words", "picture"],
  );
  const labels = { data: Int32Array.of(1, 2, 1), shape: [3] };
  const view = (columns: number) => ({ data: new Float32Array(3 * columns).fill(0.5), shape: [3, columns] });
  const both = { image: view(2), image_labels: labels, text: view(4), text_labels: labels };
  writeNpz(join(folder, "paired.npz"), both);
  const paired = await open("paired.npz");
  assert.deepEqual([paired.samples, isMixedModal(paired)], [3, false], "the same labels row by row: pairs");
  writeNpz(join(folder, "apart.npz"), { ...both, text_labels: { data: Int32Array.of(2, 1, 1), shape: [3] } });
  assert.deepEqual([...modalities(await open("apart.npz"))], [0, 0, 0, 1, 1, 1]);
  const requested = await open("apart.npz", { views: parseViewSelection("a=image,b=text"), labels: "image_labels" });
  assert.deepEqual([requested.samples, isMixedModal(requested)], [3, false], "whoever names the labels means pairs");
});

test("what is no mixed-modal data, or contradicts itself, is named", async () => {
  const path = join(folder, "bad.mat");
  const refused = async (bytes: Uint8Array, message: RegExp) => {
    writeFileSync(path, bytes);
    await assert.rejects(loadMixedModal(path), message);
  };
  await refused(encodeMatlab5({ X: array([2, 2], [1, 2, 3, 4]) }), /bad\.mat is not mixed-modal: .*it holds X/);
  const rows = (...lengths: number[]) =>
    lengths.map((n) => [features(...new Array<number>(n).fill(1)), array([1, 1], [0])]);
  await refused(published(rows(2, 3), [1, 2]), /X\{2,1\} has 3 features, other samples of modality image have 2/);
  await refused(published(rows(2, 2), [1]), /y are 1 for 2 samples/);
  await refused(published(rows(2, 2), [1, 1.5]), /hold 1\.5 for sample 1/);
  const nan = published(
    [
      [features(1, Number.NaN), array([1, 1], [0])],
      [features(1, 2), array([1, 1], [0])],
    ],
    [1, 2],
  );
  await refused(nan, /image holds NaN/);
});
