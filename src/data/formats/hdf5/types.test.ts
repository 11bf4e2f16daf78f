// Tests of HDF5's data types, as h5py writes them, of filters, and of files that name other files.
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { File, ready } from "h5wasm/node";
import { readVariables } from "../index.js";
import { fixture, numbers, testFolder } from "../readers.testing.js";
import type { CellVariable, NumericVariable, SparseVariable, StructVariable, Variable } from "../variables.js";

const folder = testFolder();
await ready;

const fields = (variable: Variable | undefined) => (variable as StructVariable).elements[0]!;
const written = (variable: Variable | undefined) => (variable as NumericVariable).written?.();
const reason = (variable: Variable | undefined) => (variable?.kind === "skipped" ? variable.reason : variable?.kind);

test("numbers of every kind: few bits, odd sizes, both byte orders, 64 bits as they are written", async () => {
  const { variables, close } = await readVariables(fixture(folder, "types.h5"));
  const small = [-2048, -18, 0, 17, 2047];
  for (const name of ["signed12", "offset7", "big12"]) {
    assert.deepEqual(await numbers(variables.get(name)), small, name);
  }
  assert.deepEqual(await numbers(variables.get("unsigned10")), [0, 1, 1023]);
  assert.deepEqual(await numbers(variables.get("nbit")), [-500000, 3, 4, 5]);
  assert.deepEqual([...(await (variables.get("nbit") as NumericVariable).slice(1, 2))], [4, 5]);
  assert.deepEqual(await numbers(variables.get("bytes3")), [-8388608, -1, 5]);
  assert.deepEqual(await written(variables.get("bits60")), ["-576460752303423488", "-1", "288230376151711745"]);
  assert.deepEqual(await written(variables.get("int64")), ["1152921504606846977", "-3"]);
  assert.deepEqual(await written(variables.get("big64")), ["1152921504606846977"]);
  await assert.rejects(numbers(variables.get("int64")), /int64 holds the 64-bit integer 1152921504606846977/);
  assert.deepEqual(await numbers(variables.get("half")), [1.5, -2]);
  assert.deepEqual(await numbers(variables.get("scalar")), [3.5]);
  assert.equal(reason(variables.get("bfloat16")), "bfloat16 numbers; save them as float32 or float64");
  assert.match(String(reason(variables.get("longdouble"))), /floating-point numbers of 80 bits in 16 bytes/);
  close();
});

test("truth values, text, categories, records, lists, references, links", async () => {
  const { variables, close } = await readVariables(fixture(folder, "types.h5"));
  assert.equal((variables.get("truth") as NumericVariable).element, "logical");
  assert.deepEqual(variables.get("text"), { kind: "text", lines: ["a", "é日", ""] });
  assert.deepEqual(variables.get("latin1"), { kind: "text", lines: ["ab", "cé"] });
  const colors = { kind: "text", lines: ["red", "blue", "green"], categories: ["red", "green", "blue"] };
  assert.deepEqual(variables.get("colours"), colors);
  const records = fields(variables.get("records"));
  assert.deepEqual(await written(records.get("id")), ["1", "1152921504606846977"]);
  assert.deepEqual(await numbers(records.get("f")), [2.5, 3.5]);
  assert.deepEqual(records.get("n"), { kind: "text", lines: ["x", "yy"] });
  const vectors = records.get("vec") as NumericVariable;
  assert.deepEqual(
    [vectors.shape, [...(await vectors.slice(1, 2))]],
    [
      [2, 2],
      [3, 4],
    ],
  );
  assert.equal((records.get("b") as NumericVariable).element, "logical");
  const words = fields(variables.get("words"));
  assert.deepEqual([await numbers(words.get("a")), words.get("s")], [[1, 2], { kind: "text", lines: ["héy", "b"] }]);
  const lists = variables.get("lists") as CellVariable;
  assert.deepEqual(await Promise.all(lists.items.map(numbers)), [[1, 2, 3], [4]]);
  const references = variables.get("references") as CellVariable;
  assert.deepEqual(await Promise.all(references.items.map(numbers)), [[1, 0], [3.5]]);
  assert.deepEqual(await numbers(variables.get("soft")), [0, 1, 2, 3]);
  assert.match(String(reason(variables.get("nowhere"))), /a link that leads nowhere/);
  assert.match(String(reason(variables.get("complex"))), /complex array/);
  close();
});

test("values behind the usual filters are read, others are named", async () => {
  const { variables, notes, close } = await readVariables(fixture(folder, "types.h5"));
  const expected = Array.from({ length: 64 }, (_, i) => i);
  const filters = fields(variables.get("filters"));
  assert.deepEqual([...filters.keys()], ["bitshuffle", "blosc", "bzip2", "checked", "lz4", "lzf", "szip", "zstd"]);
  for (const [name, variable] of filters) assert.deepEqual(await numbers(variable), expected, name);
  assert.ok(
    notes.some((note) => /^sz3 is skipped: .* filter SZ3 \(32024\), which is not available; write it again/.test(note)),
  );
  close();
});

test("Octave's HDF5: arrays the right way round, text, cells, structs, sparse matrices", async () => {
  const { variables, format, close } = await readVariables(fixture(folder, "octave.h5"));
  assert.equal(format, "hdf5");
  const x = variables.get("X") as NumericVariable;
  assert.deepEqual(
    [x.shape, [...(await x.slice(1, 2))]],
    [
      [2, 3],
      [4, 5, 6],
    ],
  );
  assert.deepEqual((variables.get("y") as NumericVariable).shape, [2, 1]);
  assert.deepEqual(variables.get("t"), { kind: "text", lines: ["ab", "é"] });
  const cell = variables.get("c") as CellVariable;
  assert.deepEqual(
    [cell.shape, await numbers(cell.items[0]), cell.items[1]],
    [[1, 2], [1, 2], { kind: "text", lines: ["x"] }],
  );
  assert.deepEqual(await numbers(fields(variables.get("s")).get("a")), [1]);
  assert.equal((variables.get("b") as NumericVariable).element, "logical");
  const sparse = variables.get("sp") as SparseVariable;
  const { columnOffsets, rowIndices, values } = await sparse.read();
  assert.deepEqual(
    [sparse.shape, [...columnOffsets], [...rowIndices], [...values]],
    [
      [3, 2],
      [0, 1, 3],
      [0, 1, 2],
      [1, 2, 3],
    ],
  );
  assert.deepEqual((variables.get("none") as NumericVariable).shape, [0, 3]);
  close();
});

test("a file cannot have other files read: links, external and virtual storage", async () => {
  const path = fixture(folder, "outside.h5");
  const secret = new File(join(folder, "secret.h5"), "w");
  secret.create_dataset({ name: "secret", data: Float64Array.of(7777, 7778, 7779) });
  secret.close();
  writeFileSync(join(folder, "secret.txt"), "SECRET");
  // HDF5 looks for such files in the folder of the file, and in the working directory
  const before = process.cwd();
  process.chdir(folder);
  try {
    const { variables, notes, close } = await readVariables(path);
    assert.deepEqual(await numbers(variables.get("inside")), [0, 1, 2]);
    assert.equal(reason(variables.get("link")), "a link to another file (secret.h5), which is not read");
    assert.match(String(reason(variables.get("through"))), /a link that leads nowhere, or into another file/);
    assert.match(String(reason(fields(variables.get("group")).get("inner"))), /a link to another file \(secret\.h5\)/);
    assert.equal(reason(variables.get("raw")), "its values lie in another file, which is not read");
    assert.match(String(reason(variables.get("virtual"))), /a virtual dataset/);
    for (const name of ["link", "through", "group.inner", "raw", "virtual"]) {
      assert.ok(
        notes.some((note) => note.startsWith(`${name} is skipped`)),
        name,
      );
    }
    close();
  } finally {
    process.chdir(before);
    rmSync(join(folder, "secret.h5"));
  }
});

test("HDF5 itself is kept from other files, whatever the headers say", async () => {
  const { confine } = await import("./files.js");
  const module = await ready;
  const path = join(folder, "allowed.h5");
  const file = new File(path, "w");
  file.create_external_link(join(folder, "other.h5"), "/x", "link");
  file.close();
  const other = new File(join(folder, "other.h5"), "w");
  other.create_dataset({ name: "x", data: Float64Array.of(1) });
  other.close();
  confine(module, path, () => {});
  assert.ok(new File(path, "r").file_id >= 0n);
  assert.ok(new File(join(folder, "other.h5"), "r").file_id < 0n);
  assert.equal(new File(path, "r").get("link")?.constructor.name, "ExternalLink");
  assert.ok(new File(path, "a").file_id < 0n, "not even the file itself for writing");
});
