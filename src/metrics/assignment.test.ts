// Optimal assignment against trying every permutation.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { assign } from "./assignment.js";

/** Greatest profit by brute force, rows ≤ columns. */
function best(
  profit: (row: number, column: number) => number,
  rows: number,
  columns: number,
  row = 0,
  taken = 0,
): number {
  if (row === rows) return 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < columns; j++) {
    if (taken & (1 << j)) continue;
    most = Math.max(most, profit(row, j) + best(profit, rows, columns, row + 1, taken | (1 << j)));
  }
  return most;
}

test("a greedy choice is given up where it costs more later", () => {
  assert.deepEqual([...assign([9, 8, 8, 1], 2, 2)], [1, 0]);
  assert.deepEqual([...assign([9, 8, 8, 8, 1, 0], 2, 3)], [1, 0]);
  assert.deepEqual([...assign([9, 8, 8, 1, 8.5, 7], 3, 2)], [1, -1, 0]);
});

test("profit is that of the best permutation, on any shape", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 36, maxLength: 36 }),
      (rows, columns, values) => {
        const profits = values.slice(0, rows * columns);
        const columnOf = assign(profits, rows, columns);
        const chosen = [...columnOf].filter((j) => j >= 0);
        assert.equal(chosen.length, Math.min(rows, columns));
        assert.equal(new Set(chosen).size, chosen.length);
        const profit = [...columnOf].reduce((sum, j, i) => sum + (j < 0 ? 0 : profits[i * columns + j]!), 0);
        const expected =
          rows <= columns
            ? best((i, j) => profits[i * columns + j]!, rows, columns)
            : best((j, i) => profits[i * columns + j]!, columns, rows);
        assert.equal(profit, expected);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

test("a table of another size is refused", () => {
  assert.throws(() => assign([1, 2, 3], 2, 2), /3 profits for 2 × 2/);
});
