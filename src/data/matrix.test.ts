// Lazy matrices: gathered, selected, padded, scaled, corrupted and measured like dense ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkDataset } from "./check.js";
import { corrupt } from "./corruption.js";
import { MultiViewDataset } from "./dataset.js";
import { dense, denseParts, gatherRows, type LazyMatrix, padRows, selectRows, toDense } from "./matrix.js";
import { applyScaler, fitScaler, scalingKinds } from "./scaling.js";
import { columnStatistics, columnVariance } from "./statistics.js";

const columns = 5;
const full = dense(
  40,
  columns,
  Float32Array.from({ length: 40 * columns }, (_, e) => Math.fround(Math.sin(e * e) * (e % 7))),
);
const lazy: LazyMatrix = { kind: "lazy", rows: 40, columns, gather: (rows, target) => gatherRows(full, rows, target) };

test("gathered, selected twice and made dense", () => {
  assert.deepEqual(toDense(lazy), full);
  const rows = [7, 7, 39, 0];
  assert.deepEqual(toDense(selectRows(lazy, rows)), selectRows(full, rows));
  assert.deepEqual(toDense(selectRows(selectRows(lazy, rows), [3, 1])), selectRows(full, [0, 7]));
});

test("statistics of all rows and of some", () => {
  for (const rows of [undefined, [3, 9, 12]]) {
    const expected = columnStatistics(full, rows);
    assert.deepEqual(columnStatistics(lazy, rows), expected);
    assert.deepEqual(columnVariance(lazy, expected.mean, rows), columnVariance(full, expected.mean, rows));
  }
});

test("gone through in parts that share their memory", () => {
  const wide: LazyMatrix = { kind: "lazy", rows: 5, columns: 2 ** 21, gather: (rows, to) => to.fill(rows[0]!) };
  const parts = Array.from(denseParts(wide), ({ part }) => [part.rows, part.data[0], part.data.buffer] as const);
  assert.deepEqual(
    parts.map(([rows, first]) => [rows, first]),
    [
      [2, 0],
      [2, 2],
      [1, 4],
    ],
  );
  assert.equal(new Set(parts.map(([, , buffer]) => buffer)).size, 1);
});

test("padded: rows of zeros around, in any order of asking", () => {
  const padded = padRows(full, 3, 50);
  assert.equal(padded.kind, "lazy");
  const requested = [2, 3, 4, 43, 42, 0, 3, 49];
  const target = new Float32Array(requested.length * columns).fill(Number.NaN);
  gatherRows(padded, requested, target);
  for (const [i, row] of requested.entries()) {
    const expected =
      row >= 3 && row < 43 ? full.data.slice((row - 3) * columns, (row - 2) * columns) : new Array(5).fill(0);
    assert.deepEqual([...target.subarray(i * columns, (i + 1) * columns)], [...expected], `row ${row}`);
  }
  assert.throws(() => padRows(full, 11, 50), RangeError);
});

for (const kind of scalingKinds) {
  test(`scaled: ${kind}`, () => {
    const scaler = fitScaler(kind, lazy, [1, 5, 8]);
    assert.deepEqual(scaler, fitScaler(kind, full, [1, 5, 8]));
    const scaled = applyScaler(scaler, lazy);
    assert.equal(scaled.kind, "lazy");
    assert.deepEqual(toDense(scaled), applyScaler(scaler, full));
    assert.deepEqual(toDense(applyScaler(scaler, lazy, [9, 2])), applyScaler(scaler, full, [9, 2]));
  });
}

test("corrupted alike", () => {
  const labels = {
    kind: "single",
    values: Int32Array.from({ length: 40 }, (_, i) => i % 2),
    names: ["a", "b"],
  } as const;
  const set = (matrix: typeof full | LazyMatrix) =>
    new MultiViewDataset({ name: "toy", labels, views: ["x", "y"].map((name) => ({ name, matrix })) });
  for (const kind of ["missing", "conflict", "noise"] as const) {
    const [one, other] = [full, lazy].map((matrix) => corrupt(set(matrix), { kind, rate: 0.5 }, 3));
    for (const [v, { matrix }] of one!.views.entries()) {
      assert.notDeepEqual(toDense(matrix).data, full.data, kind);
      assert.deepEqual(toDense(other!.views[v]!.matrix).data, toDense(matrix).data, kind);
    }
  }
});

test("a value that is not finite is found where it is", () => {
  const broken: LazyMatrix = {
    ...lazy,
    gather: (rows, to) => to.set(Array.from(rows, (row) => [1, 2, 3, 4, row === 31 ? Number.NaN : 5]).flat()),
  };
  const data = new MultiViewDataset({ name: "toy", views: [{ name: "x", matrix: broken }] });
  assert.throws(() => checkDataset(data), { name: "UserError", message: /holds NaN at row 31, column 4 / });
});

test("what does not fit into memory is not tried", () => {
  const huge: LazyMatrix = { kind: "lazy", rows: 2 ** 31, columns: 2 ** 12, gather: () => assert.fail("gathered") };
  assert.throws(() => toDense(huge), { name: "UserError", message: /need 32768\.0 GiB, this machine has/ });
});
