// Tests of the MATLAB v5 reader: every class, both byte orders, compressed or not; damaged files give a UserError in time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, gunzipSync } from "node:zlib";
import { numbers, readContent, refuseTruncations, surviveFlips, testFolder } from "../readers.testing.js";
import type { CellVariable, NumericVariable, SparseVariable, StructVariable } from "../variables.js";
import { array, encodeMatlab5, type MatlabFileOptions, type MatlabValue } from "./matlab5.testing.js";

const folder = testFolder();
const readBytes = (bytes: Uint8Array) => readContent(folder, "x.mat", bytes);
const roundTrip = (variables: Record<string, MatlabValue>, options?: MatlabFileOptions) =>
  readBytes(encodeMatlab5(variables, options));

const octave =
  "H4sIAAAAAAACA/N1DPFxdFIw1TNQ8HUM0U3LzEnVUSgvyiwpSc1TSKpU8E8uSSxLVTDXM9Yz0FEwMjAy0zU01DUyVzAwszIwsjI0VAgNcVYgDzAwevryMTAwWAAxGxBzADELEDMCMSuUzwTEzGAxRoYSIC0AVZt4OGllsgIDA0h/A5J+TiaIGTD9zFAzQPqLoeIgMxjg4hAaJM6DJM4CZXMCsQIDDHywx0WD3LEEyR2MaP5gRHJHMgPE3SYE/A1zHwPYzSwMiclJKejhxYbFHkYkfZxQcQjgcADpDyCgnxlJLDGtJLUIao4ERjgwOMDMBQBJWzdSSAIAAA==";

const layouts: MatlabFileOptions[] = [
  { little: true, compressed: false },
  { little: false, compressed: false },
  { little: true, compressed: true },
  { little: false, compressed: true },
];

const everything: Record<string, MatlabValue> = {
  d: array([2, 3], [1, -2, 3.5, 4, 1e300, Number.NaN]),
  s: array([1, 2], [0.5, -3.25], { class: "single" }),
  small: array([3, 1], [0, 7, 255], { stored: "uint8" }),
  i16: array([1, 3], [-300, 0, 300], { class: "int16" }),
  u32: array([1, 2], [4294967295, 1], { class: "uint32" }),
  i64: { kind: "numeric", shape: [1, 2], values: [-9007199254740991n, 5n], class: "int64" },
  flag: { kind: "numeric", shape: [1, 3], values: [1, 0, 1], class: "uint8", logical: true },
  empty: array([0, 4], []),
  cube: array([2, 1, 2], [1, 2, 3, 4]),
  word: { kind: "text", lines: ["grüße"] },
  wide: { kind: "text", lines: ["日本", "ab"], encoding: "utf16" },
  c: { kind: "cell", shape: [2, 1], items: [array([1, 1], [9]), null] },
  st: {
    kind: "struct",
    shape: [1, 2],
    elements: [
      { a: array([1, 1], [1]), b: { kind: "text", lines: ["x"] } },
      { a: array([1, 1], [2]), b: array([1, 1], [3]) },
    ],
  },
  sp: { kind: "sparse", shape: [3, 2], offsets: [0, 2, 3], rows: [0, 2, 1], values: [1.5, 2.5, -1] },
  lsp: { kind: "sparse", shape: [2, 2], offsets: [0, 1, 1], rows: [1], values: [1], logical: true },
  onehot: {
    kind: "sparse",
    shape: [3, 9],
    offsets: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    rows: [0, 1, 2, 0, 1, 2, 0, 1, 2],
    values: [1, 1, 1, 1, 1, 1, 1, 1, 1],
    logical: true,
  },
  größe: array([1, 1], [3]),
};

for (const options of layouts) {
  test(`every class is read (${options.little ? "little" : "big"}-endian, ${options.compressed ? "compressed" : "plain"})`, async () => {
    const { variables, format } = await roundTrip(everything, options);
    assert.equal(format, "matlab5");
    assert.deepEqual([...variables.keys()], Object.keys(everything));
    assert.deepEqual(await numbers(variables.get("d")), [1, -2, 3.5, 4, 1e300, Number.NaN]);
    assert.deepEqual(await numbers(variables.get("s")), [0.5, -3.25]);
    assert.deepEqual(await numbers(variables.get("small")), [0, 7, 255]);
    assert.deepEqual(await numbers(variables.get("i16")), [-300, 0, 300]);
    assert.deepEqual(await numbers(variables.get("u32")), [4294967295, 1]);
    assert.deepEqual(await numbers(variables.get("i64")), [-9007199254740991, 5]);
    assert.deepEqual(await numbers(variables.get("flag")), [1, 0, 1]);
    assert.equal((variables.get("flag") as NumericVariable).element, "logical");
    assert.equal((variables.get("small") as NumericVariable).element, "double");
    assert.deepEqual((variables.get("empty") as NumericVariable).shape, [0, 4]);
    assert.deepEqual((variables.get("cube") as NumericVariable).shape, [2, 1, 2]);
    assert.deepEqual(variables.get("word"), { kind: "text", lines: ["grüße"] });
    assert.deepEqual(variables.get("wide"), { kind: "text", lines: ["日本", "ab"] });
    const cell = variables.get("c") as CellVariable;
    assert.deepEqual(await numbers(cell.items[0]), [9]);
    assert.deepEqual((cell.items[1] as NumericVariable).shape, [0, 0]);
    const struct = variables.get("st") as StructVariable;
    assert.deepEqual(await numbers(struct.elements[1]!.get("a")), [2]);
    assert.deepEqual(struct.elements[0]!.get("b"), { kind: "text", lines: ["x"] });
    const columns = await (variables.get("sp") as SparseVariable).read();
    assert.deepEqual([...columns.columnOffsets], [0, 2, 3]);
    assert.deepEqual([...columns.rowIndices], [0, 2, 1]);
    assert.deepEqual([...columns.values], [1.5, 2.5, -1]);
    const logical = await (variables.get("lsp") as SparseVariable).read();
    assert.deepEqual([...logical.values], [1]);
    const onehot = await (variables.get("onehot") as SparseVariable).read();
    assert.deepEqual([...onehot.values], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert.deepEqual(await (variables.get("i64") as NumericVariable).written?.(), ["-9007199254740991", "5"]);
  });
}

test("slices of a column-major array come out row-major", async () => {
  const { variables } = await roundTrip({
    d: array([3, 2], [1, 2, 3, 4, 5, 6]),
    e: array([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  });
  const d = variables.get("d") as NumericVariable;
  assert.deepEqual([...(await d.slice(1, 3))], [2, 5, 3, 6]);
  assert.deepEqual([...(await d.read(1, 2))], [4, 5, 6]);
  assert.deepEqual([...(await (variables.get("e") as NumericVariable).slice(0, 2))], [1, 5, 3, 7, 2, 6, 4, 8]);
});

test("what is no data is skipped with a note", async () => {
  const { variables, notes } = await roundTrip({
    f: { kind: "functionHandle" },
    o: { kind: "opaque", class: "string" },
    c: { kind: "cell", shape: [1, 1], items: [{ kind: "opaque", class: "table" }] },
    z: { kind: "numeric", shape: [1, 1], values: [1], complex: true },
    x: array([1, 1], [1]),
  });
  assert.deepEqual(notes, [
    "f is skipped: a function handle",
    "o is skipped: an object of class string, whose content only MATLAB can read; in MATLAB, save cellstr(o) instead",
    "c{1} is skipped: an object of class table, whose content only MATLAB can read; in MATLAB, save table2array(c), or with its names by writetable(c, 'x.csv') instead",
    "z is skipped: a 1×1 complex array; only real numbers are supported",
  ]);
  assert.deepEqual(await numbers(variables.get("x")), [1]);
});

test("64-bit integers beyond 2^53 are refused when they are requested", async () => {
  const { variables } = await roundTrip({
    big: { kind: "numeric", shape: [1, 1], values: [2n ** 53n], class: "uint64" },
  });
  await assert.rejects(
    numbers(variables.get("big")),
    /big holds the 64-bit integer 9007199254740992, expected at most 2\^53/,
  );
  assert.deepEqual(await (variables.get("big") as NumericVariable).written?.(), ["9007199254740992"]);
});

test("every truncation of a file with one variable is named", async () => {
  const items = [array([2, 2], [1, 2, 3, 4]), everything.st!];
  for (const compressed of [false, true]) {
    const whole = encodeMatlab5({ X: { kind: "cell", shape: [1, 2], items } }, { compressed });
    await refuseTruncations(folder, whole);
  }
});

test("column offsets that rise above the end and fall again are refused at once", async () => {
  const offsets = { kind: "sparse", shape: [2, 2], offsets: [0, 2e9, 1], rows: [1], values: [1] } as const;
  const { variables } = await readBytes(encodeMatlab5({ x: offsets }));
  await assert.rejects(
    (variables.get("x") as SparseVariable).read(),
    /a sparse matrix whose column offsets fall at column 0/,
  );
});

test("lengths that are not there are refused before anything is allocated", async () => {
  const bytes = (change: (view: DataView) => void, variables: Record<string, MatlabValue>) => {
    const copy = new Uint8Array(encodeMatlab5(variables));
    change(new DataView(copy.buffer));
    return readBytes(copy);
  };
  // the dimensions of the first variable lie at byte 160
  await assert.rejects(
    bytes((view) => view.setInt32(160, 2e9, true), { x: array([2, 2], [1, 2, 3, 4]) }),
    /corrupt or truncated: 2000000000×2 double values in 32 bytes/,
  );
  await assert.rejects(
    bytes((view) => view.setInt32(160, 2e9, true), { x: { kind: "cell", shape: [1, 1], items: [null] } }),
    /2000000000 cells in 8 bytes/,
  );
  await assert.rejects(
    bytes((view) => view.setInt32(160, -1, true), { x: array([2, 2], [1, 2, 3, 4]) }),
    /dimensions -1×2/,
  );
  const rows = bytes((view) => view.setInt32(160, 2e9, true), {
    x: { kind: "sparse", shape: [2, 1], offsets: [0, 1], rows: [1], values: [1] },
  });
  await assert.rejects(rows, /a sparse matrix of 2000000000 rows with room for 1 values/);
});

test("a decompression bomb is refused", async () => {
  const header = encodeMatlab5({}).subarray(0, 128);
  const bomb = (claim: number, content: Uint8Array) => {
    const plain = Buffer.alloc(8);
    plain.writeUInt32LE(14, 0);
    plain.writeUInt32LE(claim, 4);
    const packed = deflateSync(Buffer.concat([plain, content]));
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(packed.length, 4);
    return readBytes(Buffer.concat([header, tag, packed]));
  };
  await assert.rejects(bomb(4e9, new Uint8Array(64)), /compressed bytes claim to hold 4000000008/);
  await assert.rejects(bomb(64, new Uint8Array(10_000_000)), /more bytes than claimed/);
  await assert.rejects(bomb(200, new Uint8Array(64)), /compressed data/);
});

test("cells nested too deep are refused", async () => {
  let value: MatlabValue = array([1, 1], [1]);
  for (let i = 0; i < 60; i++) value = { kind: "cell", shape: [1, 1], items: [value] };
  await assert.rejects(roundTrip({ X: value }), /nested more than 40 deep/);
});

test("text of every encoding, one row or several", async () => {
  const lines = ["café", "jalapeño", "ab"];
  for (const encoding of ["utf8", "utf16", "packed", "latin1"] as const) {
    for (const little of [true, false]) {
      const { variables } = await roundTrip(
        { rows: { kind: "text", lines, encoding }, row: { kind: "text", lines: ["ñandú"], encoding } },
        { little },
      );
      assert.deepEqual(variables.get("rows"), { kind: "text", lines }, encoding);
      assert.deepEqual(variables.get("row"), { kind: "text", lines: ["ñandú"] }, encoding);
    }
  }
  const { variables } = await roundTrip({
    blank: { kind: "text", lines: ["", "", ""] },
    pairs: { kind: "text", lines: ["😀b", "abc"], encoding: "utf16" },
    korean: { kind: "text", lines: ["가나", "다라"], encoding: "utf16" },
  });
  assert.deepEqual(variables.get("blank"), { kind: "text", lines: ["", "", ""] });
  assert.deepEqual(variables.get("pairs"), { kind: "text", lines: ["😀b", "abc"] });
  assert.deepEqual(variables.get("korean"), { kind: "text", lines: ["가나", "다라"] });
});

test("characters that do not fill their array are skipped, not called corrupt", async () => {
  const bytes = new Uint8Array(encodeMatlab5({ t: { kind: "text", lines: ["abc", "def"] }, x: array([1, 1], [1]) }));
  new DataView(bytes.buffer).setInt32(160, 4, true);
  const { variables, notes } = await readBytes(bytes);
  assert.deepEqual(notes, ["t is skipped: a 4×3 char array with 6 characters"]);
  assert.deepEqual(await numbers(variables.get("x")), [1]);
});

test("Octave's arrays that claim more bytes than they have, and its sparse logical class", async () => {
  // save -v6 of Octave 7.3: t = ['abc'; 'é ']; s = sparse([1 0; 0 1; 1 1]) > 0; c = {['ab'; 'cd'], 3}; after = [1 2 3]
  const content = await readBytes(gunzipSync(Buffer.from(octave, "base64")));
  assert.deepEqual(content.variables.get("t"), { kind: "text", lines: ["abc", "é"] });
  const { columnOffsets, rowIndices, values } = await (content.variables.get("s") as SparseVariable).read();
  assert.deepEqual(
    [[...columnOffsets], [...rowIndices], [...values]],
    [
      [0, 2, 4],
      [0, 2, 1, 2],
      [1, 1, 1, 1],
    ],
  );
  const { items } = content.variables.get("c") as CellVariable;
  assert.deepEqual(items[0], { kind: "text", lines: ["ab", "cd"] });
  assert.deepEqual(await numbers(items[1]), [3]);
  assert.deepEqual(await numbers(content.variables.get("after")), [1, 2, 3]);
});

test("a file without variables says so", async () => {
  await assert.rejects(roundTrip({}), /without any variable/);
});

test("flipped bytes give the content or a UserError, quickly", async () => {
  const files = [encodeMatlab5(everything), encodeMatlab5(everything, { compressed: true })];
  await surviveFlips(folder, files, 500);
});
