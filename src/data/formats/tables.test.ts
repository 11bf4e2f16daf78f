// Tests of CSV, IDX and Parquet files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readVariables, writeParquet } from "./index.js";
import { numbers, readContent, refuseTruncations, surviveFlips, testFolder } from "./readers.testing.js";
import type { NumericVariable } from "./variables.js";

const folder = testFolder();
const csv = (text: string) => readContent(folder, "t.csv", text);

test("CSV: header, numbers, text, missing cells", async () => {
  const { variables, format } = await csv(
    '\ufeffid,a, b ,label\nx1,1,-2.5e1,"cat, big"\nx2,,NA,dog\n\nx3,+.5,inf,cat\n',
  );
  assert.equal(format, "csv");
  assert.deepEqual([...variables.keys()], ["id", "a", "b", "label"]);
  assert.deepEqual(await numbers(variables.get("a")), [1, Number.NaN, 0.5]);
  assert.deepEqual(await numbers(variables.get("b")), [-25, Number.NaN, Number.POSITIVE_INFINITY]);
  assert.deepEqual(variables.get("label"), { kind: "text", lines: ["cat, big", "dog", "cat"] });
});

test("CSV: delimiters, no header, decimal commas, numbered header", async () => {
  const plain = await csv("1,2,red\n3,4,blue\n");
  assert.deepEqual([...plain.variables.keys()], ["column0", "column1", "column2"]);
  assert.deepEqual(await numbers(plain.variables.get("column1")), [2, 4]);
  const decimal = await csv("a;b\r\n1,5;2\r\n-0,25;3\r\n");
  assert.deepEqual(await numbers(decimal.variables.get("a")), [1.5, -0.25]);
  const tabs = await csv("a\tb\n1\t2\n");
  assert.deepEqual(await numbers(tabs.variables.get("b")), [2]);
  const numbered = await csv(",0,1,label\n0,5,6,1\n1,7,8,2\n");
  assert.deepEqual([...numbered.variables.keys()], ["index", "0", "1", "label"]);
});

test("CSV: a word among numbers, rows of another length, a repeated name, no numbers", async () => {
  await assert.rejects(csv("a,b\n1,2\n3,oops\n5,6\n"), /column "b" holds "oops" in row 1, expected a number/);
  await assert.rejects(csv("a,b\n1,2\n3\n"), /cannot be read as a table: .*line 3/);
  assert.deepEqual([...(await csv("a,a\n1,2\n")).variables.keys()], ["a", "a.1"]);
  assert.equal((await csv("id,color\nx,red\n")).variables.size, 2, "ids and labels of a data set in several files");
  await assert.rejects(csv("color\nred\n"), /text without columns of numbers/);
  await assert.rejects(csv("a,b\n"), /text without columns of numbers/);
});

test("CSV: more rows than are sampled", async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => `${i},${i % 7}`);
  const { variables } = await csv(`x,y\n${rows.join("\n")}`);
  const x = await numbers(variables.get("x"));
  assert.equal(x.length, 5000);
  assert.equal(x[4999], 4999);
  await assert.rejects(csv(`x,y\n${rows.join("\n")}\n1,late\n`), /column "y" holds "late" in row 5000/);
});

/** An IDX file of this type and shape. */
function idx(type: number, shape: readonly number[], bytes: readonly number[]): Uint8Array {
  const head = Buffer.alloc(4 + shape.length * 4);
  head.set([0, 0, type, shape.length]);
  for (const [axis, length] of shape.entries()) head.writeUInt32BE(length, 4 + axis * 4);
  return Buffer.concat([head, Uint8Array.from(bytes)]);
}

test("IDX: images, labels, big-endian types, gzip", async () => {
  const images = idx(8, [2, 1, 3], [1, 2, 3, 4, 5, 255]);
  for (const bytes of [images, gzipSync(images)]) {
    const content = await readContent(folder, "train-images", bytes);
    const variable = content.variables.get("images") as NumericVariable;
    assert.equal(content.format, "idx");
    assert.deepEqual(variable.shape, [2, 1, 3]);
    assert.deepEqual([...(await variable.slice(1, 2))], [4, 5, 255]);
    content.close();
  }
  const shorts = await readContent(folder, "i", idx(11, [2], [0xff, 0xfe, 0, 5]));
  assert.deepEqual(await numbers(shorts.variables.get("labels")), [-2, 5]);
  shorts.close();
  const floats = await readContent(folder, "f", idx(13, [1, 1], [0xc0, 0x20, 0, 0]));
  assert.deepEqual(await numbers(floats.variables.get("images")), [-2.5]);
  floats.close();
  await assert.rejects(
    readContent(folder, "i", images.subarray(0, 20)),
    /truncated: 2×1×3 uint8 values need 6 bytes, it has 4/,
  );
});

test("gzip: a broken stream and a bomb are refused", async () => {
  const packed = gzipSync(idx(8, [4], [1, 2, 3, 4]));
  await refuseTruncations(folder, packed);
  const bomb = gzipSync(new Uint8Array(400 * 2 ** 20), { level: 9 });
  await assert.rejects(readContent(folder, "bomb.gz", bomb), /unpacks to more than 268435456 bytes/);
});

test("Parquet: columns, lists as matrices, and truncation", async () => {
  const path = join(folder, "t.parquet");
  const image = Float32Array.from({ length: 12 }, (_, i) => i + 0.5);
  writeParquet(path, [
    { name: "id", data: ["a", "b", "c", "d"] },
    { name: "image", data: image, width: 3 },
    { name: "weight", data: Float64Array.of(1e300, -1, 0, 2) },
    { name: "label", data: Int32Array.of(3, 1, 3, -1) },
    { name: "small", data: Uint32Array.of(2 ** 32 - 1, 0, 1, 2) },
  ]);
  const { variables, format } = await readVariables(path);
  assert.equal(format, "parquet");
  assert.deepEqual(variables.get("id"), { kind: "text", lines: ["a", "b", "c", "d"] });
  assert.deepEqual((variables.get("image") as NumericVariable).shape, [4, 3]);
  assert.deepEqual(await numbers(variables.get("image")), [...image]);
  assert.deepEqual(await numbers(variables.get("weight")), [1e300, -1, 0, 2]);
  assert.deepEqual(await numbers(variables.get("label")), [3, 1, 3, -1]);
  assert.deepEqual(await numbers(variables.get("small")), [2 ** 32 - 1, 0, 1, 2]);
  const whole = readFileSync(path);
  await refuseTruncations(folder, whole, 150);
  await assert.rejects(readContent(folder, "t.gz", gzipSync(whole)), /unpack it first/);
});

test("Parquet: a run longer than its page ends the decoding process, not this one", async () => {
  const path = join(folder, "runs.parquet");
  writeParquet(path, [{ name: "a", data: Int32Array.from({ length: 64 }, (_, i) => i % 2) }]);
  const whole = readFileSync(path);
  // every byte of the only data page becomes 0xff in turn, among them the length of its run
  for (let at = 30; at < 60; at += 6) {
    const bytes = new Uint8Array(whole);
    bytes.fill(0xff, at, at + 4);
    const content = await readContent(folder, "run", bytes).catch((error: Error) => error);
    assert.ok(!(content instanceof Error) || content.name === "UserError", String(content));
  }
});

test("flipped bytes in CSV and IDX give the content or a UserError", async () => {
  const text = Buffer.from("id,a1,a2,label\nx,1,2.5,red\ny,3,4,blue\nz,5,,red\n");
  await surviveFlips(
    folder,
    [text, idx(8, [2, 1, 3], [1, 2, 3, 4, 5, 6]), idx(14, [1], [1, 2, 3, 4, 5, 6, 7, 8])],
    300,
  );
});
