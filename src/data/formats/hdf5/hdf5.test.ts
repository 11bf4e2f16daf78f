// Tests of HDF5 and MATLAB v7.3 files, written here through the same library.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Dataset, File, type Group, ready } from "h5wasm/node";
import { UserError } from "../../../errors.js";
import { readVariables } from "../index.js";
import { numbers, readAll, testFolder } from "../readers.testing.js";
import type { CellVariable, NumericVariable, SparseVariable, StructVariable } from "../variables.js";
import { openHdf5 } from "./hdf5.js";

const folder = testFolder();
await ready;

type Create = Parameters<Group["create_dataset"]>[0];

/** A dataset as MATLAB writes it: marked with its class, its axes reversed by the caller. */
function matlab(group: Group, matlabClass: string, dataset: Create): Dataset {
  const made = group.create_dataset(dataset);
  made.create_attribute("MATLAB_class", matlabClass);
  return made;
}

function writeMatlab73(path: string): void {
  const file = new File(path, "w");
  const refs = file.create_group("#refs#");
  const a = matlab(refs, "single", {
    name: "a",
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
    shape: [2, 3],
    chunks: [1, 3],
    compression: 4,
  });
  const b = matlab(refs, "double", { name: "b", data: Float64Array.of(7, 8, 9), shape: [1, 3] });
  matlab(file, "cell", { name: "X", data: [a.create_reference(), b.create_reference()], shape: [1, 2] });
  matlab(file, "uint8", { name: "Y", data: Uint8Array.of(1, 2, 1), shape: [1, 3] });
  matlab(file, "int64", { name: "long", data: BigInt64Array.of(-5n, 2n ** 53n), shape: [2, 1] });
  matlab(file, "logical", { name: "flag", data: Uint8Array.of(1, 0), shape: [2, 1] });
  matlab(file, "char", { name: "text", data: Uint16Array.from("hé", (c) => c.charCodeAt(0)), shape: [2, 1] });
  matlab(file, "char", { name: "lines", data: Uint16Array.from("acb ", (c) => c.charCodeAt(0)), shape: [2, 2] });
  matlab(file, "double", { name: "none", data: BigUint64Array.of(0n, 4n), shape: [2] }).create_attribute(
    "MATLAB_empty",
    1,
  );
  const sparse = file.create_group("S");
  sparse.create_attribute("MATLAB_class", "double");
  sparse.create_attribute("MATLAB_sparse", 3);
  sparse.create_dataset({ name: "jc", data: BigUint64Array.of(0n, 2n, 3n) });
  sparse.create_dataset({ name: "ir", data: BigUint64Array.of(0n, 2n, 1n) });
  sparse.create_dataset({ name: "data", data: Float64Array.of(1.5, 2.5, -1) });
  const struct = file.create_group("st");
  struct.create_attribute("MATLAB_class", "struct");
  matlab(struct, "double", { name: "field", data: Float64Array.of(4), shape: [1, 1] });
  const structs = file.create_group("many");
  structs.create_attribute("MATLAB_class", "struct");
  structs.create_dataset({ name: "v", data: [b.create_reference(), a.create_reference()], shape: [2, 1] });
  file.close();
  // MATLAB puts a block of 512 bytes before the file proper
  const block = Buffer.alloc(512, " ");
  block.write("MATLAB 7.3 MAT-file, Platform: test HDF5 schema 1.00 .");
  writeFileSync(path, Buffer.concat([block, readFileSync(path)]));
}

test("MATLAB v7.3: arrays, cells, text, sparse, structs", async () => {
  const path = join(folder, "a.mat");
  writeMatlab73(path);
  const content = await readVariables(path);
  const { variables, format } = content;
  assert.equal(format, "matlab7.3");
  const [first, second] = (variables.get("X") as CellVariable).items as NumericVariable[];
  assert.deepEqual((variables.get("X") as CellVariable).shape, [2, 1]);
  assert.deepEqual(first!.shape, [3, 2]);
  assert.deepEqual([first!.element, first!.order], ["single", "column"]);
  assert.deepEqual(await numbers(first), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...(await first!.slice(1, 3))], [2, 5, 3, 6]);
  assert.deepEqual([...(await first!.read(1, 2))], [4, 5, 6]);
  assert.deepEqual(await numbers(second), [7, 8, 9]);
  assert.deepEqual((variables.get("Y") as NumericVariable).shape, [3, 1]);
  await assert.rejects(numbers(variables.get("long")), /64-bit integer 9007199254740992/);
  assert.equal((variables.get("flag") as NumericVariable).element, "logical");
  assert.deepEqual(variables.get("text"), { kind: "text", lines: ["hé"] });
  assert.deepEqual(variables.get("lines"), { kind: "text", lines: ["ab", "c"] });
  assert.deepEqual((variables.get("none") as NumericVariable).shape, [0, 4]);
  const sparse = variables.get("S") as SparseVariable;
  assert.deepEqual(sparse.shape, [3, 2]);
  const columns = await sparse.read();
  assert.deepEqual(
    [[...columns.columnOffsets], [...columns.rowIndices], [...columns.values]],
    [
      [0, 2, 3],
      [0, 2, 1],
      [1.5, 2.5, -1],
    ],
  );
  assert.deepEqual(await numbers((variables.get("st") as StructVariable).elements[0]!.get("field")), [4]);
  const many = variables.get("many") as StructVariable;
  assert.deepEqual(many.shape, [1, 2]);
  assert.deepEqual(await numbers(many.elements[0]!.get("v")), [7, 8, 9]);
  content.close();
  await assert.rejects(numbers(first), /was closed before it was read/);
});

test("plain HDF5: datasets, groups, text, truth values, slices", async () => {
  const path = join(folder, "plain.h5");
  const file = new File(path, "w");
  const values = Float32Array.from({ length: 3000 }, (_, i) => i);
  file.create_dataset({ name: "image", data: values, shape: [1000, 3], chunks: [100, 3], compression: 4 });
  file.create_dataset({ name: "names", data: ["a", "bcd"] });
  const group = file.create_group("train");
  group.create_dataset({ name: "labels", data: Int32Array.of(3, -1) });
  file.create_dataset({ name: "one", data: 5 });
  file.close();
  const content = await readVariables(path);
  const image = content.variables.get("image") as NumericVariable;
  assert.equal(content.format, "hdf5");
  assert.deepEqual([image.shape, image.order, image.element], [[1000, 3], "row", "single"]);
  assert.deepEqual([...(await image.slice(998, 1000))], [2994, 2995, 2996, 2997, 2998, 2999]);
  assert.deepEqual(await image.read(), values);
  assert.deepEqual(content.variables.get("names"), { kind: "text", lines: ["a", "bcd"] });
  assert.deepEqual(
    await numbers((content.variables.get("train") as StructVariable).elements[0]!.get("labels")),
    [3, -1],
  );
  assert.deepEqual(await numbers(content.variables.get("one")), [5]);
  content.close();
});

test("damaged files give a UserError, and a loop inside HDF5 ends", async () => {
  const path = join(folder, "b.mat");
  writeMatlab73(path);
  const whole = readFileSync(path);
  for (const length of [600, 1000, 2000, whole.length - 100]) {
    writeFileSync(path, whole.subarray(0, length));
    await assert.rejects(readVariables(path), UserError, `${length} of ${whole.length} bytes`);
  }
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let run = 0; run < 12; run++) {
    const bytes = new Uint8Array(whole);
    for (let i = 0; i < 4; i++) bytes[random(bytes.length)]! ^= 1 << random(8);
    writeFileSync(path, bytes);
    try {
      const content = await openHdf5(path, bytes.length, 1000);
      try {
        for (const variable of content.variables.values()) await readAll(variable);
      } finally {
        content.close();
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      assert.ok(!error.message.includes("\n"), error.message);
    }
  }
});

test("a dataset that claims more than the file can hold is refused", async () => {
  const path = join(folder, "claim.h5");
  const file = new File(path, "w");
  file.create_dataset({ name: "x", data: Float64Array.of(1, 2), shape: [2], maxshape: [null], chunks: [1000] });
  (file.get("x") as Dataset).resize([1e12]);
  file.close();
  await assert.rejects(readVariables(path), /\/x claims 1000000000000 values, more than \d+ bytes can hold/);
});
