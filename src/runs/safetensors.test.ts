// Tests of the safetensors files: bytes as the format has them, round trips, and everything that can be wrong with a file.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { UserError } from "../errors.js";
import { readTensors, type StoredTensor, writeTensors } from "./safetensors.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-safetensors-"));
const path = join(folder, "a.safetensors");
after(() => rmSync(folder, { recursive: true }));

const sample = new Map<string, StoredTensor>([
  ["bytes", { shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ["weight", { shape: [2, 3], data: Float32Array.of(1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-40) }],
  ["count", { shape: [], data: BigInt64Array.of(-9007199254740993n) }],
  ["10", { shape: [1], data: Int32Array.of(-7) }],
  ["none", { shape: [0, 4], data: new Float64Array(0) }],
  ["exact", { shape: [1, 1], data: Float64Array.of(Math.PI) }],
]);

function raw(header: unknown, data = new Uint8Array(0)): string {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, data]));
  return path;
}

function refuses(pattern: RegExp): void {
  assert.throws(
    () => readTensors(path),
    (error: Error) => {
      assert(error instanceof UserError, `${error}`);
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}

test("every type comes back bit for bit, with shapes and metadata", () => {
  writeTensors(path, sample, { epoch: "3", note: 'ü "quoted"' });
  const { tensors, metadata } = readTensors(path);
  assert.deepEqual(metadata, { epoch: "3", note: 'ü "quoted"' });
  assert.equal(tensors.size, sample.size);
  for (const [name, { shape, data }] of sample) {
    const read = tensors.get(name)!;
    assert.deepEqual(read.shape, shape);
    assert.equal(read.data.constructor, data.constructor);
    assert.deepEqual(Buffer.from(read.data.buffer), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }
});

test("the bytes are safetensors': little-endian header length, JSON padded to 8, wider types first", () => {
  writeTensors(path, sample);
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  assert.equal(length % 8, 0);
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  assert.deepEqual(header.weight, { dtype: "F32", shape: [2, 3], data_offsets: [16, 40] });
  assert.deepEqual(header.bytes, { dtype: "U8", shape: [3], data_offsets: [44, 47] });
  assert.equal(bytes.length, 8 + length + 47);
  assert.equal(bytes.readFloatLE(8 + length + 20), -2.5);
});

test("views into shared memory are written as they are", () => {
  const memory = new Float32Array(new SharedArrayBuffer(64), 16, 4);
  memory.set([1, 2, 3, 4]);
  writeTensors(path, new Map([["p", { shape: [4], data: memory }]]));
  assert.deepEqual(readTensors(path).tensors.get("p")!.data, Float32Array.of(1, 2, 3, 4));
});

test("a file cut anywhere, or with any one bit turned, is refused", () => {
  writeTensors(path, sample, { state: "12" });
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    refuses(/not a whole safetensors file/);
  }
  const header = 8 + Number(whole.readBigUInt64LE());
  for (let at = header; at < whole.length; at++) {
    const turned = Buffer.from(whole);
    turned[at]! ^= 1 << (at % 8);
    writeFileSync(path, turned);
    refuses(/checksum/);
  }
  writeFileSync(path, Buffer.from(whole.toString("latin1").replace('"state":"12"', '"state":"13"'), "latin1"));
  refuses(/checksum/);
  writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]));
  refuses(/tensors claim 47 bytes, 48 follow/);
});

test("lies in a header are refused before anything is allocated", () => {
  const data = new Uint8Array(8);
  const entry = (shape: unknown, data_offsets: unknown, dtype: unknown = "F32") => ({
    a: { dtype, shape, data_offsets },
  });
  raw(entry([1e15], [0, 4e15]), data);
  refuses(/claim/);
  raw(entry([1e15], [0, 8]), data);
  refuses(/"a" of shape \[1000000000000000\] has 8 bytes, not 4000000000000000/);
  raw(entry([-2, -1], [0, 8]), data);
  refuses(/not whole numbers/);
  raw(entry([2], [4, 12]), data);
  refuses(/starts at 4, not 0/);
  raw(entry([1], [0, 4]), data);
  refuses(/claim 4 bytes, 8 follow/);
  raw({ ...entry([2], [0, 8]), b: { dtype: "F32", shape: [2], data_offsets: [0, 8] } }, data);
  refuses(/"b" starts at 0, not 8/);
  raw(entry([4], [0, 8], "BF16"), data);
  refuses(/type BF16, only F32 F64 I32 I64 U8/);
  raw(entry([2], [0, 8], "constructor"), data);
  refuses(/type constructor/);
  raw({ a: 3 }, data);
  refuses(/no description/);
  raw({ __metadata__: { a: 1 } });
  refuses(/object of strings/);
  raw("[]");
  refuses(/not a JSON object/);
  raw("{");
  refuses(/not JSON/);
  writeFileSync(path, Buffer.from("ffffffffffffffff00", "hex"));
  refuses(/header claims 18446744073709552000 bytes, 1 follow/);
});

test("one wrong bit anywhere in what a file says of its tensors is noticed", () => {
  writeTensors(path, sample, { epoch: "3" });
  const bytes = readFileSync(path);
  const end = 8 + Number(bytes.readBigUInt64LE());
  const begin = bytes.indexOf("},", bytes.indexOf("__metadata__"));
  for (let at = begin; at < end; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << bit;
      writeFileSync(path, changed);
      // A blank between the values may be another blank.
      if (/[ \t\n\r]/.test(String.fromCharCode(bytes[at]!)) && /[ \t\n\r]/.test(String.fromCharCode(changed[at]!)))
        continue;
      refuses(/./);
    }
  }
});

test("a file of an older version, whose checksum leaves out the names, is read and checked", () => {
  const metadata = { format: "vantage-checkpoint-1" };
  const data = Uint8Array.of(1, 0, 0, 0);
  const checksum = crc32(data, crc32(JSON.stringify(metadata)))
    .toString(16)
    .padStart(8, "0");
  const header = {
    __metadata__: { ...metadata, crc32: checksum },
    a: { dtype: "I32", shape: [1], data_offsets: [0, 4] },
  };
  raw(header, data);
  assert.deepEqual(readTensors(path), { tensors: new Map([["a", { shape: [1], data: Int32Array.of(1) }]]), metadata });
  raw(header, Uint8Array.of(2, 0, 0, 0));
  refuses(/does not match its checksum/);
});

test("another writer's file without a checksum is read", () => {
  raw({ a: { dtype: "I32", shape: [2], data_offsets: [0, 8] } }, Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255));
  assert.deepEqual(readTensors(path).tensors.get("a")!.data, Int32Array.of(1, -1));
  assert.deepEqual(readTensors(raw({})), { tensors: new Map(), metadata: {} });
});

test("no bytes whatever make it fail in another way", () => {
  const json = fc.json().map((text) => Buffer.from(text));
  fc.assert(
    fc.property(fc.oneof(json, fc.uint8Array({ maxLength: 60 })), fc.uint8Array({ maxLength: 20 }), (header, data) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(header.length));
      writeFileSync(path, Buffer.concat([length, header, data]));
      try {
        readTensors(path);
      } catch (error) {
        assert(error instanceof UserError, `${error}`);
      }
    }),
    { numRuns: 300 },
  );
});

test("a shape that does not fit is a programming error, and writes nothing", () => {
  const target = join(folder, "never.safetensors");
  const wrong = new Map([["a", { shape: [2], data: new Float32Array(3) }]]);
  assert.throws(() => writeTensors(target, wrong), RangeError);
  assert.throws(() => writeTensors(target, new Map(), { crc32: "" }), RangeError);
  assert.throws(() => writeTensors(target, new Map(), { checksum: "" }), RangeError);
  assert(!readdirSync(folder).includes("never.safetensors"));
  assert.throws(() => readTensors(target), /cannot be read: no such file/);
  assert.throws(() => readTensors(folder), UserError);
});
