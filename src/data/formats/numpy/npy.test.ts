// Tests of .npy and .npz: every dtype in both byte orders, Fortran order, text, what is refused, and writing.
import assert from "node:assert/strict";
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { strToU8, zipSync } from "fflate";
import { readVariables, writeNpy, writeNpz } from "../index.js";
import { numbers, readContent, refuseTruncations, surviveFlips, testFolder } from "../readers.testing.js";
import type { CellVariable, NumericVariable, StructVariable } from "../variables.js";
import { npyPieces } from "./npy.js";
import { objectsNpz } from "./numpy.testing.js";

const folder = testFolder();

/** A .npy file from its header and bytes. */
function npy(header: string, bytes: Uint8Array, version = 1): Uint8Array {
  const text = Buffer.from(`${header}\n`, version === 3 ? "utf8" : "latin1");
  const head = Buffer.alloc(version === 1 ? 10 : 12);
  head.set([0x93, ...Buffer.from("NUMPY"), version, 0]);
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, text, bytes]);
}

const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

const values: Record<string, readonly [bytes: number[], value: number]> = {
  "|b1": [[1], 1],
  "|i1": [[0xfe], -2],
  "|u1": [[0xfe], 254],
  "<i2": [[0xfe, 0xff], -2],
  "<u2": [[0x01, 0x80], 32769],
  "<i4": [[0xfe, 0xff, 0xff, 0xff], -2],
  "<u4": [[0, 0, 0, 0x80], 2 ** 31],
  "<i8": [[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], -2],
  "<u8": [[0, 0, 0, 0, 1, 0, 0, 0], 2 ** 32],
  "<f2": [[0x00, 0xc1], -2.5],
  "<f4": [[0, 0, 0x20, 0xc0], -2.5],
  "<f8": [[0, 0, 0, 0, 0, 0, 4, 0xc0], -2.5],
};

test("every dtype in both byte orders, versions 1 to 3", async () => {
  for (const [descr, [bytes, value]] of Object.entries(values)) {
    for (const version of [1, 2, 3]) {
      const little = await readContent(folder, "a.npy", npy(header(descr, "(1,)"), Uint8Array.from(bytes), version));
      assert.deepEqual(await numbers(little.variables.get("a")), [value], descr);
      little.close();
    }
    const reversed = Uint8Array.from(bytes).reverse();
    const big = await readContent(folder, "a.npy", npy(header(descr.replace("<", ">"), "(1,)"), reversed));
    assert.deepEqual(await numbers(big.variables.get("a")), [value], `big-endian ${descr}`);
    big.close();
  }
});

test("half precision: subnormal, infinity, NaN", async () => {
  const bits = Uint16Array.of(0x0001, 0x7c00, 0xfc00, 0x7e00, 0x3c01, 0x8000);
  const content = await readContent(folder, "h.npy", npy(header("<f2", "(6,)"), new Uint8Array(bits.buffer)));
  const read = await numbers(content.variables.get("h"));
  content.close();
  assert.deepEqual(read, [2 ** -24, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1 + 2 ** -10, -0]);
});

test("rows of C and Fortran order are the same; shape () is one value", async () => {
  const c = new Uint8Array([1, 2, 3, 4, 5, 6]);
  const f = new Uint8Array([1, 4, 2, 5, 3, 6]);
  const rows = await readContent(folder, "c.npy", npy(header("|u1", "(2, 3)"), c));
  const columns = await readContent(folder, "f.npy", npy(header("|u1", "(2, 3)", "True"), f));
  for (const content of [rows, columns]) {
    const [variable] = content.variables.values();
    assert.deepEqual([...(await (variable as NumericVariable).slice(1, 2))], [4, 5, 6]);
    assert.deepEqual([...(await (variable as NumericVariable).slice(0, 2))], [1, 2, 3, 4, 5, 6]);
    content.close();
  }
  const scalar = await readContent(folder, "s.npy", npy(header("|u1", "()"), new Uint8Array([7])));
  assert.deepEqual((scalar.variables.get("s") as NumericVariable).shape, [1]);
  scalar.close();
});

test("text in both byte orders; bytes are UTF-8 or Latin-1", async () => {
  for (const order of ["<", ">"]) {
    const unicode = Buffer.alloc(16);
    const points = ["é", "\0", "😀", "b"].map((c) => c.codePointAt(0)!);
    for (const [i, point] of points.entries()) {
      if (order === "<") unicode.writeUInt32LE(point, i * 4);
      else unicode.writeUInt32BE(point, i * 4);
    }
    const text = await readContent(folder, "u.npy", npy(header(`${order}U2`, "(2,)"), unicode));
    assert.deepEqual(text.variables.get("u"), { kind: "text", lines: ["é", "😀b"] });
    text.close();
  }
  const bytes = Buffer.from("ab\0\0caf\xe9\xc3\xa9\0\0", "latin1");
  const content = await readContent(folder, "s.npy", npy(header("|S4", "(3,)"), bytes));
  assert.deepEqual(content.variables.get("s"), { kind: "text", lines: ["ab", "café", "é"] });
  content.close();
});

test("64-bit integers are there as they are written, in both byte orders", async () => {
  for (const [descr, value, text] of [
    ["<i8", -(2n ** 62n) - 1n, "-4611686018427387905"],
    ["<u8", 2n ** 64n - 1n, "18446744073709551615"],
    [">u8", 740245381351497730n, "740245381351497730"],
  ] as const) {
    const bytes = Buffer.alloc(8);
    if (descr === ">u8") bytes.writeBigUInt64BE(value);
    else if (descr === "<u8") bytes.writeBigUInt64LE(value);
    else bytes.writeBigInt64LE(value);
    const content = await readContent(folder, "id.npy", npy(header(descr, "(1,)"), bytes));
    const variable = content.variables.get("id") as NumericVariable;
    assert.deepEqual(await variable.written?.(), [text]);
    await assert.rejects(numbers(variable), new RegExp(`id holds the 64-bit integer ${text}`));
    content.close();
  }
});

test("dates are ISO text, what is none is missing", async () => {
  const dates: [string, bigint[], string[]][] = [
    ["ns", [1704153600000000000n, -500000000n, -(2n ** 63n)], ["2024-01-02T00:00:00", "1969-12-31T23:59:59.500", ""]],
    ["D", [19724n, -1n], ["2024-01-02", "1969-12-31"]],
    ["M", [649n, -2n], ["2024-02", "1969-11"]],
    ["Y", [54n], ["2024"]],
    ["15m", [1n], ["1970-01-01T00:15:00"]],
  ];
  for (const [unit, values, lines] of dates) {
    const bytes = new Uint8Array(BigInt64Array.from(values).buffer);
    const content = await readContent(folder, "d.npy", npy(header(`<M8[${unit}]`, `(${values.length},)`), bytes));
    const missing = lines.includes("") ? { missing: Uint8Array.of(0, 0, 1) } : {};
    assert.deepEqual(content.variables.get("d"), { kind: "text", lines, ...missing });
    content.close();
  }
});

test("records are the columns of a table; complex numbers, durations and long doubles are refused", async () => {
  const record =
    "{'descr': [('id', '<i8'), ('in', [('p', '>f4'), ('', '|V4'), ('n', '|S3')]), ('vec', '|u1', (2,))], 'fortran_order': False, 'shape': (2,), }";
  const one = (id: bigint, p: number, name: string, vec: number[]) => {
    const bytes = Buffer.alloc(21);
    bytes.writeBigInt64LE(id, 0);
    bytes.writeFloatBE(p, 8);
    bytes.write(name, 16);
    bytes.set(vec, 19);
    return bytes;
  };
  const bytes = Buffer.concat([one(2n ** 60n, 1.5, "ab", [1, 2]), one(-1n, -2.5, "c", [3, 4])]);
  const content = await readContent(folder, "r.npy", npy(record, bytes));
  assert.deepEqual(content.table, { index: [], hasHeader: true });
  assert.deepEqual([...content.variables.keys()], ["id", "in.p", "in.n", "vec"]);
  assert.deepEqual(await (content.variables.get("id") as NumericVariable).written?.(), ["1152921504606846976", "-1"]);
  assert.deepEqual(await numbers(content.variables.get("in.p")), [1.5, -2.5]);
  assert.deepEqual(content.variables.get("in.n"), { kind: "text", lines: ["ab", "c"] });
  const vectors = content.variables.get("vec") as NumericVariable;
  assert.deepEqual(
    [vectors.shape, [...(await vectors.slice(1, 2))]],
    [
      [2, 2],
      [3, 4],
    ],
  );
  content.close();
  await assert.rejects(readContent(folder, "r.npy", npy(record, bytes.subarray(1))), /2 records of 21 bytes need 42/);
  const nothing = "{'descr': [('a', '|S0')], 'fortran_order': False, 'shape': (1000000000000,), }";
  await assert.rejects(readContent(folder, "n.npy", npy(nothing, new Uint8Array(0))), /records of 0 bytes/);
  await assert.rejects(readContent(folder, "z.npy", npy(header("<c16", "(1,)"), new Uint8Array(16))), /complex/);
  await assert.rejects(readContent(folder, "m.npy", npy(header("<m8[s]", "(1,)"), new Uint8Array(8))), /durations/);
  await assert.rejects(readContent(folder, "l.npy", npy(header("<f16", "(1,)"), new Uint8Array(16))), /longdouble/);
});

test("arrays of objects: arrays, text, numbers, lists, dictionaries", async () => {
  const { variables, notes } = await readContent(folder, "o.npz", objectsNpz());
  const cell = variables.get("X") as CellVariable;
  assert.deepEqual(
    [cell.shape, cell.items.map((item) => [(item as NumericVariable).shape, (item as NumericVariable).element])],
    [
      [2],
      [
        [[2, 3], "double"],
        [[2, 2], "single"],
      ],
    ],
  );
  assert.deepEqual(await numbers(cell.items[1]), [0, 1, 2, 3]);
  const equal = variables.get("E") as CellVariable;
  assert.deepEqual(await Promise.all(equal.items.map(numbers)), [
    [0, 1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5, 6],
  ]);
  assert.match(notes.join(), /E is an object array of 2×2×3 numbers; it is read as 2 arrays of 2×3/);
  const labels = { kind: "text", lines: ["cat", "dög", "", "s"], missing: Uint8Array.of(0, 0, 1, 0) };
  assert.deepEqual(variables.get("labels"), labels);
  assert.deepEqual(await numbers(variables.get("nums")), [1, 2.5, Number.NaN]);
  assert.deepEqual(await (variables.get("big") as NumericVariable).written?.(), ["1152921504606846977", "3"]);
  assert.equal((variables.get("bools") as NumericVariable).element, "logical");
  assert.deepEqual((variables.get("mixed") as CellVariable).items[0], { kind: "text", lines: ["a"] });
  assert.deepEqual(await numbers((variables.get("lists") as CellVariable).items[0]), [1, 2]);
  const records = (variables.get("records") as StructVariable).elements[0]!;
  assert.deepEqual([...records.keys()], ["index", "a", "b"]);
  assert.deepEqual(records.get("b"), { kind: "text", lines: ["x", "y"] });
  const dictionary = (variables.get("d") as StructVariable).elements[0]!;
  assert.deepEqual(await numbers(dictionary.get("X1")), [0, 1, 2, 3, 4, 5]);
});

test("the entries of a dictionary alone in a file are variables", async () => {
  const pickle = Buffer.from("(dp0\nVX1\n(lp1\nF1.5\naI2\nasVy\n(lp2\nV\\u00e9\naNas.", "latin1");
  const { variables } = await readContent(folder, "d.npy", npy(header("|O", "()"), pickledArray(pickle)));
  assert.deepEqual(await numbers(variables.get("X1")), [1.5, 2]);
  assert.deepEqual(variables.get("y"), { kind: "text", lines: ["é", ""], missing: Uint8Array.of(0, 1) });
});

/** An array of shape () and dtype object around one pickled value (protocol 0). */
function pickledArray(value: Buffer): Buffer {
  const array =
    "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntVb\ntR(I1\n(tcnumpy\ndtype\n(VO8\nI0\nI1\ntRI00\n(l";
  return Buffer.concat([Buffer.from(array, "latin1"), value.subarray(0, -1), Buffer.from("atb.", "latin1")]);
}

test("pickles can name nothing else, nest, share and claim without end in vain", async () => {
  const hostile: [string, RegExp][] = [
    ["cos\nsystem\n(Vtouch x\ntR.", /an object of class os\.system/],
    ["cnumpy\nload\n(Vx\ntR.", /an object of class numpy\.load/],
    ["c__builtin__\neval\n(V1\ntR.", /an object of class __builtin__\.eval/],
    [`${"(l".repeat(100)}${"a".repeat(99)}.`, /nested more than 40 deep/],
    ["(lp0\ng0\na.", /nested more than 40 deep/],
    [
      `(lp0\n${"Na".repeat(99)}(l${"g0\na".repeat(99)}p1\n(l${"g1\na".repeat(99)}p2\n(l${"g2\na".repeat(99)}.`,
      /more values than its size allows/,
    ],
    ["X\xff\xff\xff\x7fab.", /damaged pickle/],
    ["\x8b\xff\xff\xff\x7fab.", /damaged pickle/],
    ["Q.", /damaged pickle, or one with objects of other classes/],
    ["cnumpy\nndarray\n.", /a class or type of NumPy/],
    ["", /damaged pickle/],
  ];
  for (const [pickle, pattern] of hostile) {
    const bytes = Buffer.from(pickle, "latin1");
    await assert.rejects(readContent(folder, "h.npy", npy(header("|O", "()"), bytes)), pattern, pickle.slice(0, 40));
  }
});

test("several arrays one after the other are refused", async () => {
  const one = npy(header("|u1", "(2,)"), Uint8Array.of(1, 2));
  await assert.rejects(readContent(folder, "two.npy", Buffer.concat([one, one])), /holds several arrays/);
});

test("sizes that do not fit are refused", async () => {
  await assert.rejects(
    readContent(folder, "t.npy", npy(header("<f4", "(1000000000, 1000000)"), new Uint8Array(8))),
    /t\.npy is truncated: 1000000000×1000000 single values need 4000000000000000 bytes, it has 8/,
  );
  await assert.rejects(readContent(folder, "t.npy", npy(header("|u1", "(2,)"), new Uint8Array(3))), /corrupt/);
  await assert.rejects(readContent(folder, "t.npy", npy(header("|u1", "(-2,)"), new Uint8Array(2))), /corrupt/);
});

test("what is written is read back, and begins as NumPy writes it", async () => {
  const path = join(folder, "w.npy");
  const data = Float32Array.of(1, 2, 3, 4, 5, -6.5);
  writeNpy(path, data, [2, 3]);
  const bytes = readFileSync(path);
  assert.equal((bytes.length - data.byteLength) % 64, 0);
  assert.match(
    bytes.toString("latin1"),
    /^\x93NUMPY.{4}\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n/s,
  );
  const content = await readVariables(path);
  assert.deepEqual(await numbers(content.variables.get("w")), [...data]);
  // the values are read when they are requested, so a file that shrinks meanwhile is noticed
  truncateSync(path, bytes.length - 4);
  await assert.rejects(numbers(content.variables.get("w")), /became shorter/);
  content.close();
  assert.throws(() => npyPieces(data, [7]), RangeError);
});

test(".npz: stored and deflated arrays are written and read", async () => {
  for (const level of [0, 6] as const) {
    const path = join(folder, `a${level}.npz`);
    const x = Float64Array.from({ length: 200 }, (_, i) => i / 7);
    writeNpz(path, { x: { data: x, shape: [100, 2] }, y: { data: Int32Array.of(-1, 2), shape: [2] } }, level);
    const content = await readVariables(path);
    assert.equal(content.format, "npz");
    assert.deepEqual(await numbers(content.variables.get("x")), [...x]);
    assert.deepEqual([...(await (content.variables.get("x") as NumericVariable).slice(99, 100))], [198 / 7, 199 / 7]);
    assert.deepEqual(await numbers(content.variables.get("y")), [-1, 2]);
    content.close();
  }
});

test(".npz: other archives, bombs and wrong checksums are refused", async () => {
  await assert.rejects(
    readContent(folder, "z.npz", zipSync({ "word/document.xml": strToU8("x") })),
    /without \.npy files \(word/,
  );
  const zeros = Buffer.concat(npyPieces(new Uint8Array(10_000_000), [10_000_000]));
  const whole = zipSync({ "x.npy": [zeros, { level: 9 }] });
  const content = await readContent(folder, "zeros.npz", whole);
  assert.equal((await numbers(content.variables.get("x"))).length, 10_000_000);
  content.close();
  const claim = Buffer.from(whole);
  const directory = claim.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  claim.writeUInt32LE(4_000_000_000, directory + 24);
  await assert.rejects(readContent(folder, "claim.npz", claim), /compressed bytes claim to hold 4000000000/);
  claim.writeUInt32LE(1000, directory + 24);
  await assert.rejects(readContent(folder, "claim.npz", claim), /more bytes than claimed/);
  claim.writeUInt32LE(zeros.length, directory + 24);
  claim.writeUInt32LE(12345, directory + 16);
  await assert.rejects(readContent(folder, "crc.npz", claim), /checksum/);
});

test("truncated and damaged files give a UserError", async () => {
  const plain = Buffer.concat(npyPieces(Float32Array.of(1, 2, 3, 4), [2, 2]));
  await refuseTruncations(folder, plain);
  const stored = zipSync({ "x.npy": [plain, { level: 0 }] });
  const packed = zipSync({ "x.npy": [plain, { level: 9 }], "y.npy": [plain, { level: 9 }] });
  await refuseTruncations(folder, stored, 3);
  await refuseTruncations(folder, packed, 3);
  await surviveFlips(folder, [plain, stored, packed], 400);
});
