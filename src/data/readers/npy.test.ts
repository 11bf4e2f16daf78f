// Tests of .npy and .npz: every dtype in both byte orders, Fortran order, text, what is refused, and writing.
import assert from "node:assert/strict";
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { strToU8, zipSync } from "fflate";
import { readVariables, writeNpy, writeNpz } from "./index.js";
import { npyPieces } from "./npy.js";
import { numbers, readContent, refuseTruncations, surviveFlips, testFolder } from "./readers.testing.js";
import type { NumericVariable } from "./variables.js";

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

test("text is read, objects and complex numbers are refused", async () => {
  const unicode = Buffer.alloc(16);
  unicode.writeUInt32LE("é".codePointAt(0)!, 0);
  unicode.writeUInt32LE(0x1f600, 8);
  unicode.writeUInt32LE(0x62, 12);
  const text = await readContent(folder, "u.npy", npy(header("<U2", "(2,)"), unicode));
  assert.deepEqual(text.variables.get("u"), { kind: "text", lines: ["é", "😀b"] });
  text.close();
  await assert.rejects(readContent(folder, "o.npy", npy(header("|O", "(1,)"), new Uint8Array(9))), /Python objects/);
  await assert.rejects(readContent(folder, "z.npy", npy(header("<c16", "(1,)"), new Uint8Array(16))), /complex/);
  const record = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }";
  await assert.rejects(readContent(folder, "r.npy", npy(record, new Uint8Array(4))), /structured dtype/);
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
  // the values are read when they are asked for, so a file that shrinks meanwhile is noticed
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
