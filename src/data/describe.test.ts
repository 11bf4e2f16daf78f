// The description of a data set, as object and as text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MultiViewDataset } from "./dataset.js";
import { describeDataset, formatDescription } from "./describe.js";
import { dense, type SparseMatrix } from "./matrix.js";

const b: SparseMatrix = {
  kind: "sparse",
  rows: 4,
  columns: 5,
  offsets: Uint32Array.of(0, 1, 1, 2, 2),
  indices: Uint32Array.of(2, 0),
  values: Float32Array.of(7, -1),
};
const data = new MultiViewDataset({
  name: "toy",
  views: [
    {
      name: "a",
      matrix: dense(4, 2, Float32Array.of(1, 0.5, 3, 0.5, 0, 0.5, 9, 9)),
      present: Uint8Array.of(1, 1, 1, 0),
    },
    { name: "b", matrix: b },
  ],
  labels: { kind: "single", values: Int32Array.of(0, 1, 1, 1), names: ["cat", "dog"] },
  splits: { train: Int32Array.of(0, 1, 2), test: Int32Array.of(3) },
  source: "toy.mat",
});

test("as an object of JSON", () => {
  const found = describeDataset(data, ["X transposed"]);
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found);
  assert.deepEqual(found, {
    name: "toy",
    source: "toy.mat",
    samples: 4,
    views: [
      {
        name: "a",
        columns: 2,
        storage: "dense",
        missing: 1,
        density: 5 / 6,
        min: 0,
        max: 3,
        mean: (4 / 3 + 0.5) / 2,
        constant: 1,
      },
      { name: "b", columns: 5, storage: "sparse", missing: 0, density: 0.1, min: -1, max: 7, mean: 0.3, constant: 3 },
    ],
    labels: {
      kind: "single",
      classes: [
        { name: "cat", samples: 1 },
        { name: "dog", samples: 3 },
      ],
    },
    splits: { train: 3, test: 1 },
    notes: ["X transposed"],
  });
});

test("as text", () => {
  assert.equal(
    formatDescription(describeDataset(data, ["X transposed"])),
    `toy: 4 samples, 2 views
from toy.mat

view  columns  storage  non-zero  min  max    mean  constant  missing
a           2    dense     83.3%    0    3  0.9167         1        1
b           5   sparse     10.0%   -1    7     0.3         3        0

2 classes: cat (1), dog (3)
splits: train (3), test (1)
note: X transposed
`,
  );
});

test("without labels, source, splits; a view nobody has", () => {
  const bare = new MultiViewDataset({
    name: "bare",
    views: [{ name: "a", matrix: dense(1, 2), present: Uint8Array.of(0) }],
  });
  const found = describeDataset(bare);
  assert.equal(found.views[0]!.missing, 1);
  assert.equal(found.views[0]!.mean, 0);
  const text = formatDescription(found);
  assert.match(text, /^bare: 1 sample, 1 view\n\nview/);
  assert.match(text, /\nno labels\n$/);
});

test("many classes are counted, not listed", () => {
  const names = Array.from({ length: 25 }, (_, i) => `c${i}`);
  const labels = { kind: "multi", matrix: new Uint8Array(100), names } as const;
  const text = formatDescription(describeDataset(new MultiViewDataset({ ...data, labels })));
  assert.match(text, /25 classes, any number per sample: c0 \(0\), .*c19 \(0\), and 5 more\n/);
  assert.doesNotMatch(text, /c20/);
});
