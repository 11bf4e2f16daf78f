// Tests of pandas' HDF5 files, as pandas writes them in both forms.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readVariables } from "../index.js";
import { fixture, numbers, testFolder } from "../readers.testing.js";
import type { NumericVariable, StructVariable } from "../variables.js";

const folder = testFolder();

for (const form of ["fixed", "table"]) {
  test(`one table in the form "${form}" is its columns`, async () => {
    const { variables, table, format, close } = await readVariables(fixture(folder, `pandas-${form}.h5`));
    assert.equal(format, "hdf5");
    assert.deepEqual(table, { index: ["id"], hasHeader: true });
    assert.deepEqual([...variables.keys()], ["id", "a", "b", "t", "c", "z", "d"]);
    assert.deepEqual(variables.get("id"), { kind: "text", lines: ["r1", "r2", "r3"] });
    assert.deepEqual(await numbers(variables.get("a")), [1.5, 2.5, 3.5]);
    assert.deepEqual(await (variables.get("b") as NumericVariable).written?.(), ["1", "2", "1152921504606846977"]);
    assert.deepEqual(variables.get("t"), { kind: "text", lines: ["x", "yé", ""], missing: Uint8Array.of(0, 0, 1) });
    const truth = variables.get("c") as NumericVariable;
    assert.deepEqual([truth.element, truth.shape, await numbers(truth)], ["logical", [3], [1, 0, 1]]);
    assert.deepEqual(await numbers(variables.get("z")), [4, 5, 6]);
    const dates = ["2024-01-01T00:00:00", "2024-01-02T03:04:00", ""];
    assert.deepEqual(variables.get("d"), { kind: "text", lines: dates, missing: Uint8Array.of(0, 0, 1) });
    close();
  });
}

test("several tables are structs of columns; categories, levels of an index, names that are numbers", async () => {
  const { variables, table, notes, close } = await readVariables(fixture(folder, "pandas-several.h5"));
  assert.equal(table, undefined);
  assert.deepEqual([...variables.keys()], ["deep/classes", "levels", "mixed", "series"]);
  assert.match(notes.join(), /it holds 4 tables of pandas \(deep\/classes, levels, mixed, series\), each a struct/);
  const columns = (name: string) => (variables.get(name) as StructVariable).elements[0]!;
  assert.deepEqual(columns("deep/classes").get("class"), {
    kind: "text",
    lines: ["cat", "dog", ""],
    missing: Uint8Array.of(0, 0, 1),
    categories: ["cat", "dog"],
  });
  assert.deepEqual([...columns("levels").keys()], ["g", "n", "v"]);
  assert.deepEqual(columns("levels").get("g"), { kind: "text", lines: ["a", "a", "b"] });
  assert.deepEqual([...columns("mixed").keys()], ["index", "10", "x"]);
  assert.deepEqual(await numbers(columns("mixed").get("10")), [0, 2]);
  assert.deepEqual(await numbers(columns("mixed").get("x")), [1, 3]);
  assert.deepEqual(await numbers(columns("series").get("s")), [1, 2]);
  close();
});
