// Tests of AnnData and MuData, as their packages write them today and did before.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { File, ready } from "h5wasm/node";
import { readVariables } from "../index.js";
import { fixture, numbers, testFolder } from "../readers.testing.js";
import type { NumericVariable, SparseVariable } from "../variables.js";

const folder = testFolder();
await ready;

async function dense(variable: unknown): Promise<number[][]> {
  const { shape, read } = variable as SparseVariable;
  const { columnOffsets, rowIndices, values } = await read();
  const rows = Array.from({ length: shape[0] }, () => Array.from({ length: shape[1] }, () => 0));
  for (let j = 0; j < shape[1]; j++) {
    for (let e = columnOffsets[j]!; e < columnOffsets[j + 1]!; e++) rows[rowIndices[e]!]![j] = values[e]!;
  }
  return rows;
}

const counts = [
  [1, 0],
  [0, 3],
  [3, 1],
];

test("AnnData: a matrix of compressed rows, layers, columns of every kind", async () => {
  const { variables, format, notes, close } = await readVariables(fixture(folder, "anndata.h5ad"));
  assert.equal(format, "anndata");
  const names = { rows: ["c0", "c1", "c2"], columns: ["g0", "g1"] };
  for (const name of ["X", "layers.counts"]) {
    const matrix = variables.get(name) as SparseVariable;
    assert.deepEqual([matrix.shape, matrix.element, matrix.names], [[3, 2], "single", names]);
    assert.deepEqual(await dense(matrix), counts, name);
  }
  assert.deepEqual(variables.get("obs._index"), { kind: "text", lines: names.rows });
  assert.deepEqual(await numbers(variables.get("obs.size")), [0, 1.5, 3]);
  assert.deepEqual(variables.get("obs.class"), {
    kind: "text",
    lines: ["a", "bé", ""],
    missing: Uint8Array.of(0, 0, 1),
    categories: ["a", "bé"],
  });
  assert.deepEqual(variables.get("obs.code"), { kind: "text", lines: ["3", "1", "3"], categories: ["1", "3"] });
  assert.deepEqual(variables.get("obs.word"), { kind: "text", lines: ["t0", "t1", "t2"] });
  assert.equal((variables.get("obs.flag") as NumericVariable).element, "logical");
  assert.deepEqual(await numbers(variables.get("obs.count")), [1, Number.NaN, 3]);
  const pca = variables.get("obsm.pca") as NumericVariable;
  assert.deepEqual([pca.shape, pca.names], [[3, 2], { rows: names.rows }]);
  const frame = variables.get("obsm.frame") as NumericVariable;
  assert.deepEqual(
    [frame.names?.columns, await numbers(frame)],
    [
      ["u", "v"],
      [0, 2, 1, 2, 2, 2],
    ],
  );
  assert.match(notes.join(), /uns is left out, it is no table or matrix \(settings\)/);
  close();
});

test("MuData: each modality with the names of its own samples, and columns of all", async () => {
  const { variables, format, notes, close } = await readVariables(fixture(folder, "mudata.h5mu"));
  assert.equal(format, "anndata");
  const rna = variables.get("rna") as SparseVariable;
  const protein = variables.get("prot") as NumericVariable;
  assert.deepEqual([rna.kind, rna.names], ["sparse", { rows: ["c0", "c1", "c2"], columns: ["g0", "g1"] }]);
  assert.deepEqual(protein.names, { rows: ["c1", "c2", "c3"], columns: ["p0", "p1"] });
  assert.deepEqual(await numbers(protein), counts.flat());
  assert.deepEqual(variables.get("obs._index"), { kind: "text", lines: ["c0", "c1", "c2", "c3"] });
  assert.deepEqual(variables.get("obs.batch"), { kind: "text", lines: ["x", "y", "x", "y"], categories: ["x", "y"] });
  assert.deepEqual(await numbers(variables.get("prot.obs.size")), [0, 1.5, 3]);
  assert.equal(variables.has("obsm.rna"), false, "masks of the modalities are no data");
  assert.match(notes.join(), /obsmap and varmap are left out/);
  close();
});

test("before version 0.8: categories beside the columns; unsorted and repeated places of a sparse matrix", async () => {
  const path = join(folder, "old.h5ad");
  const file = new File(path, "w");
  const x = file.create_group("X");
  x.create_attribute("encoding-type", "csc_matrix");
  x.create_attribute("shape", BigInt64Array.of(3n, 2n));
  x.create_dataset({ name: "data", data: Float32Array.of(3, 1, 2, 5) });
  x.create_dataset({ name: "indices", data: Int32Array.of(2, 0, 1, 1) });
  x.create_dataset({ name: "indptr", data: Int32Array.of(0, 2, 4) });
  for (const [name, index] of [
    ["obs", ["a", "b", "c"]],
    ["var", ["g", "h"]],
  ] as const) {
    const frame = file.create_group(name);
    frame.create_attribute("_index", "names");
    frame.create_attribute("encoding-type", "dataframe");
    frame.create_dataset({ name: "names", data: [...index] });
  }
  const obs = file.get("obs") as ReturnType<File["create_group"]>;
  const categories = obs.create_group("__categories").create_dataset({ name: "cell", data: ["T", "B"] });
  const codes = obs.create_dataset({ name: "cell", data: Int8Array.of(1, -1, 0) });
  codes.create_attribute("categories", categories.create_reference());
  file.create_group("uns");
  file.close();
  const { variables, close } = await readVariables(path);
  assert.deepEqual(await dense(variables.get("X")), [
    [1, 0],
    [0, 7],
    [3, 0],
  ]);
  const expected = { kind: "text", lines: ["B", "", "T"], missing: Uint8Array.of(0, 1, 0), categories: ["T", "B"] };
  assert.deepEqual(variables.get("obs.cell"), expected);
  close();
});

test("a sparse matrix that contradicts itself, or claims rows without end, is refused", async () => {
  const write = (shape: bigint[], indices: number[], offsets: number[]) => {
    const path = join(folder, "bad.h5ad");
    const file = new File(path, "w");
    file.create_attribute("encoding-type", "anndata");
    const x = file.create_group("X");
    x.create_attribute("encoding-type", "csr_matrix");
    x.create_attribute("shape", BigInt64Array.from(shape));
    x.create_dataset({ name: "data", data: new Float32Array(indices.length) });
    x.create_dataset({ name: "indices", data: Int32Array.from(indices) });
    x.create_dataset({ name: "indptr", data: Int32Array.from(offsets) });
    file.close();
    return readVariables(path);
  };
  await assert.rejects(write([2n, 2n ** 40n], [0], [0, 1, 1]), /X is a sparse matrix of 2×1099511627776/);
  await assert.rejects(write([5n, 2n], [0], [0, 1, 1]), /a sparse matrix of 5×2 with 3 offsets/);
  for (const [indices, offsets] of [
    [[9], [0, 1, 1]],
    [[0], [0, 7, 1]],
    [[-1], [0, 1, 1]],
    [
      [0, 1],
      [0, 2, 1],
    ],
  ] as const) {
    const { variables, close } = await write([2n, 2n], [...indices], [...offsets]);
    await assert.rejects((variables.get("X") as SparseVariable).read(), /X is corrupt or truncated: a sparse matrix/);
    close();
  }
});
