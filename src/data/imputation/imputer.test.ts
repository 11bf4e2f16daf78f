// Filling missing values: against scikit-learn, and what is fitted on which rows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { UserError } from "../../errors.js";
import { MultiViewDataset } from "../dataset.js";
import { type DenseMatrix, dense } from "../matrix.js";
import { fitImputer, imputations, impute } from "./imputer.js";

type Listed = (number | null)[];

// Made by fixtures/imputation.py.
const fixture = JSON.parse(readFileSync(new URL("../../../fixtures/imputation.json", import.meta.url), "utf8"));

function dataOf(values: Listed, columns: number): MultiViewDataset {
  const data = Float32Array.from(values, (value) => value ?? Number.NaN);
  const matrix = dense(values.length / columns, columns, data);
  return new MultiViewDataset({ name: "genes", views: [{ name: "rna", matrix, incomplete: true }] });
}

const valuesOf = ({ views }: MultiViewDataset) => (views[0]!.matrix as DenseMatrix).data;
const allOf = ({ samples }: MultiViewDataset) => Int32Array.from({ length: samples }, (_, row) => row);

for (const kind of imputations) {
  test(`${kind} fills what scikit-learn fills`, () => {
    const train = dataOf(fixture.train, fixture.columns);
    const imputer = fitImputer(kind, train, allOf(train));
    for (const part of ["train", "new"] as const) {
      const { data } = impute(imputer, dataOf(fixture[part], fixture.columns));
      const expected: number[] = fixture[kind][part];
      for (const [i, value] of valuesOf(data).entries()) {
        const error = Math.abs(value - expected[i]!);
        assert.ok(
          error <= 1e-6 * Math.max(1, Math.abs(expected[i]!)),
          `${part} ${i}: ${value}, expected ${expected[i]}`,
        );
      }
    }
  });
}

test("only the rows that are named are learned from", () => {
  const data = dataOf([1, 10, null, 20, 100, null, 1000, 40], 2);
  const { data: filled, notes } = impute(fitImputer("mean", data, [0, 1]), data);
  assert.deepEqual([...valuesOf(filled)], [1, 10, 1, 20, 100, 15, 1000, 40]);
  assert.deepEqual(notes, ['view "rna": 2 missing values of 2 samples filled (mean, learned on the training samples)']);
  assert.equal(filled.views[0]!.incomplete, undefined);
});

test("what cannot be filled is refused with the name of its column", () => {
  const matrix = dense(2, 2, Float32Array.from([1, Number.NaN, 2, Number.NaN]));
  const view = { name: "rna", matrix, features: ["a", "b"], incomplete: true };
  const data = new MultiViewDataset({ name: "genes", views: [view] });
  assert.throws(() => fitImputer("mean", data, [0, 1]), /column "b" of view "rna" has no value.*--ignore b/);
  assert.throws(() => impute(undefined, data), /lacks 2 values, the first in column "b" of row 0.*--impute mean/);
});

test("infinity is no missing value", () => {
  const matrix = dense(1, 2, Float32Array.from([Number.NaN, Number.POSITIVE_INFINITY]));
  const views = [{ name: "rna", matrix, incomplete: true }];
  assert.throws(() => new MultiViewDataset({ name: "genes", views }), UserError);
});
