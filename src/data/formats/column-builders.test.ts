// Tests of columns put together part by part.
import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../errors.js";
import { Budget, ListColumn, NumberColumn, WordColumn } from "./column-builders.js";
import type { NumericColumn } from "./columns.js";

const budget = () => new Budget("file", 1000);

test("lists that would need more memory than the file can mean are refused before it is taken", () => {
  const column = new ListColumn("x", "double", 2 ** 20, budget());
  column.startRow();
  column.append(new Float64Array(4096), 0, 4096);
  assert.throws(
    () => column.nullRow(),
    /^UserError: file is corrupt: 1000 bytes claim to hold more than 16977216 values/,
  );
  assert.throws(() => new NumberColumn("x", "double", 2 ** 25, budget()), UserError);
  assert.throws(() => new WordColumn("x", false, 2 ** 25, budget()), UserError);
});

test("a row of lists in several parts, missing ones before and after", () => {
  const column = new ListColumn("x", "single", 4, budget());
  column.nullRow();
  column.startRow();
  column.append(Float32Array.of(9, 1, 2), 1, 3);
  column.append(Float32Array.of(0, 3), 0, 2, Uint8Array.of(0, 1));
  column.startRow();
  column.append(Float32Array.of(4, 5, 6, 7), 0, 4);
  column.nullRow();
  const { shape, values } = column.finish() as NumericColumn;
  const nan = Number.NaN;
  assert.deepEqual(shape, [4, 4]);
  assert.deepEqual([...values], [nan, nan, nan, nan, 1, 2, nan, 3, 4, 5, 6, 7, nan, nan, nan, nan]);
});

test("lists within lists must lie alike", () => {
  const column = new ListColumn("x", "double", 2, budget());
  column.startRow();
  column.append(Float64Array.of(1, 2, 3), 0, 3, undefined, Uint8Array.of(0, 2, 1));
  column.startRow();
  column.append(Float64Array.of(1, 2, 3), 0, 3, undefined, Uint8Array.of(0, 1, 2));
  assert.equal(column.reason, "lists of lists of different lengths");
});

test("integers become doubles where one is missing, 64-bit ones stay", () => {
  const small = new NumberColumn("x", "uint8", 3, budget());
  small.append(Uint8Array.of(1, 2));
  small.append(Uint8Array.of(7), Uint8Array.of(0));
  assert.deepEqual((small.finish() as NumericColumn).values, Float64Array.of(1, 2, Number.NaN));
  const large = new NumberColumn("x", "int64", 2, budget());
  large.append(BigInt64Array.of(2n ** 62n, 5n), Uint8Array.of(1, 0));
  const { values, missing } = large.finish() as NumericColumn;
  assert.deepEqual([values, missing], [BigInt64Array.of(2n ** 62n, 0n), Uint8Array.of(0, 1)]);
  assert.throws(() => small.append(Uint8Array.of(1)), RangeError);
});
