// Tests of the MATLAB v4 reader: every precision, both byte orders, text, sparse; damaged files give a UserError.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredType } from "../decode.js";
import { numbers, readContent, refuseTruncations, surviveFlips, testFolder } from "../readers.testing.js";
import type { NumericVariable, SparseVariable } from "../variables.js";
import { encodeMatlab4, type Matlab4Matrix } from "./matlab4.testing.js";

const folder = testFolder();
const read = (matrices: readonly Matlab4Matrix[], little = true) =>
  readContent(folder, "x.mat", encodeMatlab4(matrices, little));

const matrices: Matlab4Matrix[] = [
  { name: "X1", rows: 3, columns: 2, values: [1, 2, 3, 4.5, Number.NaN, -6] },
  ...(["single", "int32", "int16", "uint16", "uint8"] as StoredType[]).map((type) => ({
    name: type,
    rows: 1,
    columns: 2,
    values: [3, 7],
    type,
  })),
  { name: "names", rows: 2, columns: 3, values: [99, 97, 0xc3, 98, 0xa9, 32], kind: "text" },
  { name: "S", rows: 4, columns: 3, values: [3, 1, 2, 4, 1, 1, 2, 3, 1.5, 2.5, -1, 0], kind: "sparse" },
  { name: "z", rows: 1, columns: 1, values: [1, 2], complex: true },
  { name: "none", rows: 0, columns: 3, values: [] },
];

test("every precision in both byte orders, text, sparse; complex matrices are skipped", async () => {
  for (const little of [true, false]) {
    const { format, variables, notes } = await read(matrices, little);
    assert.equal(format, "matlab4");
    assert.deepEqual(
      [...variables.keys()],
      matrices.map(({ name }) => name),
    );
    const x = variables.get("X1") as NumericVariable;
    assert.deepEqual([x.element, x.shape, x.order], ["double", [3, 2], "column"]);
    assert.deepEqual(await numbers(x), [1, 2, 3, 4.5, Number.NaN, -6]);
    for (const type of ["single", "int32", "int16", "uint16", "uint8"]) {
      assert.deepEqual(await numbers(variables.get(type)), [3, 7], type);
    }
    assert.deepEqual(variables.get("names"), { kind: "text", lines: ["cé", "ab"] });
    const sparse = variables.get("S") as SparseVariable;
    assert.deepEqual(sparse.shape, [4, 3]);
    const { columnOffsets, rowIndices, values } = await sparse.read();
    assert.deepEqual(
      [[...columnOffsets], [...rowIndices], [...values]],
      [
        [0, 2, 3, 3],
        [0, 2, 1],
        [2.5, 1.5, -1],
      ],
    );
    assert.deepEqual(notes, ["z is skipped: a 1×1 complex array; only real numbers are supported"]);
    assert.deepEqual((variables.get("none") as NumericVariable).shape, [0, 3]);
  }
});

test("sizes that are not there are refused before anything is allocated", async () => {
  const large = { name: "x", rows: 2 ** 30, columns: 2 ** 30, values: [1] };
  await assert.rejects(read([large]), /x is corrupt or truncated: 1073741824×1073741824 double values need \d+ bytes/);
  const sparse = { name: "s", rows: 2, columns: 3, values: [1, 1e9, 1, 1e9, 5, 0], kind: "sparse" } as const;
  await assert.rejects(read([sparse]), /a sparse matrix of 1000000000×1000000000 with 1 values/);
  const lines = await read([{ name: "t", rows: 2 ** 30, columns: 0, values: [], kind: "text" }]);
  assert.deepEqual(lines.notes, ["t is skipped: 1073741824 lines of no characters"]);
  const outside = { name: "s", rows: 2, columns: 3, values: [9, 2, 1, 2, 5, 0], kind: "sparse" } as const;
  const { variables } = await read([outside]);
  await assert.rejects((variables.get("s") as SparseVariable).read(), /out of range or order/);
});

test("truncated and damaged files give a UserError", async () => {
  await refuseTruncations(folder, encodeMatlab4(matrices.slice(0, 1)));
  await surviveFlips(folder, [encodeMatlab4(matrices), encodeMatlab4(matrices, false)], 300);
});
