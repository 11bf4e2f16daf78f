// Samples that are not complete: which are left out, and what is said.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MultiViewDataset } from "../dataset.js";
import { dense } from "../matrix.js";
import { countMissing, dropIncomplete } from "./missing-values.js";

const gap = Number.NaN;

function study(): MultiViewDataset {
  return new MultiViewDataset({
    name: "study",
    ids: ["a", "b", "c", "d"],
    labels: ["x", "y", "x", "y"],
    views: [
      {
        name: "rna",
        matrix: dense(4, 2, Float32Array.from([1, gap, 3, 4, 0, 0, gap, gap])),
        present: [1, 1, 0, 1],
        incomplete: true,
      },
      { name: "protein", matrix: [[1], [2], [3], [4]] },
    ],
  });
}

test("samples that lack a value or a view are left out, with the numbers", () => {
  const notes: string[] = [];
  const whole = dropIncomplete(study(), "values", (note) => notes.push(note));
  assert.deepEqual(whole.ids, ["b"]);
  assert.equal(whole.views[0]!.incomplete, undefined);
  assert.deepEqual(notes, [
    '3 of 4 samples are left out as incomplete: 1 lack view "rna", 2 lack values of view "rna"',
  ]);
});

test("values that are filled later are no reason to leave a sample out", () => {
  const whole = dropIncomplete(study(), "views");
  assert.deepEqual(whole.ids, ["a", "b", "d"]);
  assert.deepEqual(countMissing(whole.views[0]!), { values: 3, samples: 2 });
});

test("no sample that is complete is refused", () => {
  assert.throws(() => dropIncomplete(study().select([0, 2]), "values"), /no sample is complete/);
});
