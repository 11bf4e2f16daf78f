// Fuzzing of data sets: what readers found in a changed file becomes views and labels, or one line that says why not.
// VANTAGE_FUZZ sets how many inputs each gets.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type FuzzTarget, fuzz } from "../fuzz.testing.js";
import { readCard } from "./cards/card.js";
import { openDataset } from "./catalog.js";
import { describeDataset } from "./describe.js";
import { type NamedArrays, writeNpz } from "./formats/index.js";
import { array, encodeMatlab5, type MatlabValue } from "./formats/matlab/matlab5.testing.js";
import { loadMixedModal } from "./layout/mixed-modal-file.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-data-fuzz-"));
after(() => rmSync(folder, { recursive: true }));

const matrix = (rows: number, columns: number) => ({
  data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * i)),
  shape: [rows, columns],
});
const labels = { data: Int32Array.from({ length: 8 }, (_, i) => i % 2), shape: [8] };
const column = (count: number) => Array.from({ length: count }, (_, i) => (i % 3) + 1);

function npz(name: string, arrays: NamedArrays): Uint8Array {
  writeNpz(join(folder, name), arrays);
  return readFileSync(join(folder, name));
}

const cell: MatlabValue = {
  kind: "cell",
  shape: [1, 2],
  items: [array([8, 2], column(16)), array([8, 3], column(24))],
};
const samples: MatlabValue = {
  kind: "cell",
  shape: [4, 2],
  items: [
    ...[2, 3, 2, 3].map((width) => array([1, width], column(width))),
    ...[0, 1, 0, 1].map((m) => array([1, 1], [m])),
  ],
};
const names: MatlabValue = { kind: "text", lines: ["cat", "dog", "cat", "dog", "cat", "dog", "cat", "dog"] };
const struct: MatlabValue = { kind: "struct", shape: [1, 1], elements: [{ X: cell, gt: array([8, 1], column(8)) }] };
const sparse: MatlabValue = {
  kind: "sparse",
  shape: [8, 2],
  offsets: [0, 2, 4],
  rows: [0, 3, 1, 7],
  values: [1, 2, 3, 4],
};
const csv = `id,a,b,label\n${labels.data.map((label, i) => Number(`${i}${label}`)).join(",1,2,x\n")},1,3,y\n`;

const files = [
  encodeMatlab5({ X: cell, Y: array([8, 1], column(8)) }),
  encodeMatlab5({ data: struct, names }),
  encodeMatlab5({ X1: sparse, X2: array([8, 2], column(16)), Y: names }),
  encodeMatlab5({ X: samples, y: array([4, 1], [1, 2, 1, 2]) }),
  npz("paired.npz", { X1: matrix(8, 3), X2: matrix(8, 2), Y: labels }),
];

const part = { image_train: matrix(8, 3), image_train_labels: labels };
const mixed = [
  encodeMatlab5({ X: samples, y: array([4, 1], [1, 2, 1, 2]) }),
  npz("parts.npz", { ...part, text_test: matrix(8, 2), text_test_labels: labels }),
];

const card = `name: two-parts
title: two parts
parts:
  query: { file: a.npz, views: { image: X1, text: X2 }, labels: Y }
  database: { file: a.npz, views: { image: X1, text: X2 }, labels: Y }
classes: [cat, dog]
splits: { query: query, database: database, train: { part: database, from: 0, to: -2 } }
expect: { samples: 16, columns: { image: 3, text: 2 }, classes: 2 }
`;
mkdirSync(join(folder, "card"));
writeNpz(join(folder, "card/a.npz"), { X1: matrix(8, 3), X2: matrix(8, 2), Y: labels });

/** By way of the disk; the name plays no part. */
function file(name: string, open: (path: string) => unknown): FuzzTarget["read"] {
  return (bytes) => {
    const path = join(folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, bytes);
    return open(path);
  };
}

const targets: Record<string, FuzzTarget> = {
  "data sets": {
    seeds: [...files, csv],
    share: 0.2,
    read: file("set", async (path) => describeDataset(await openDataset(path), [])),
  },
  "mixed-modal data": { seeds: mixed, share: 0.2, read: file("mixed", loadMixedModal) },
  "dataset cards": { seeds: [card], share: 0.2, read: file("card/card.yaml", readCard) },
  "data sets opened by a card": {
    seeds: [card],
    share: 0.1,
    read: file("card/card.yaml", async (path) => describeDataset(await openDataset(path), [])),
  },
};
for (const [name, target] of Object.entries(targets)) {
  test(`fuzzing: ${name}`, { timeout: 2 ** 31 - 1 }, () => fuzz(name, target));
}
