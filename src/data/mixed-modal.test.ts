// Mixed-modal data: one modality per sample, drawn by the seed; what is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../errors.js";
import { MultiViewDataset } from "./dataset.js";
import { dense } from "./matrix.js";
import { isMixedModal, mixedModal, modalities } from "./mixed-modal.js";

function paired(samples: number, masks: readonly (readonly number[] | undefined)[]): MultiViewDataset {
  return new MultiViewDataset({
    name: "set",
    views: masks.map((mask, v) => ({
      name: `view${v}`,
      matrix: dense(samples, v + 1),
      ...(mask && { present: Uint8Array.from(mask) }),
    })),
    labels: { kind: "single", values: new Int32Array(samples), names: ["one"] },
    splits: { train: Int32Array.of(0, 1) },
  });
}

test("a paired set gives each sample one view, all about equally often, and the same ones for the same seed", () => {
  const data = paired(3000, [undefined, undefined, undefined]);
  assert.equal(isMixedModal(data), false);
  const mixed = mixedModal(data, 7);
  assert.equal(isMixedModal(mixed), true);
  const places = modalities(mixed);
  const counts = [0, 1, 2].map((m) => places.filter((place) => place === m).length);
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 100, `${counts}`);
  assert.deepEqual(modalities(mixedModal(data, 7)), places);
  assert.notDeepEqual(modalities(mixedModal(data, 8)), places);
  assert.equal(mixed.views[1]!.matrix, data.views[1]!.matrix, "matrices are shared");
  assert.equal(mixed.labels, data.labels);
  assert.deepEqual(mixed.splits.train, Int32Array.of(0, 1));
  assert.equal(mixedModal(mixed, 99), mixed, "mixed-modal data stays as it is");
});

test("a sample keeps a view that it has", () => {
  const mixed = mixedModal(paired(4, [[1, 0, 1, 0], undefined]), 0);
  const places = modalities(mixed);
  assert.equal(places[1], 1);
  assert.equal(places[3], 1);
});

test("a sample without a view, or with several, is named", () => {
  const none = paired(3, [
    [1, 0, 0],
    [0, 0, 1],
  ]);
  assert.throws(
    () => mixedModal(none, 0),
    new UserError("set: sample 1 has no view, so no modality can be given to it"),
  );
  assert.throws(() => modalities(none), /sample 1 has no view;/);
  assert.throws(
    () =>
      modalities(
        paired(3, [
          [0, 1, 1],
          [1, 0, 1],
        ]),
      ),
    /sample 2 has 2 views;/,
  );
});
