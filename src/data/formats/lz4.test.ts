// Tests of LZ4 decompression on blocks put together by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unpackLz4Block, unpackLz4Frame, unpackLz4Hadoop } from "./lz4.js";

/** "abcd", then 20 bytes from 4 back, then "xyz". */
const block = Uint8Array.of(0x4f, 97, 98, 99, 100, 4, 0, 1, 0x30, 120, 121, 122);
const text = `${"abcd".repeat(6)}xyz`;
const ascii = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
const word = (value: number, little: boolean) => {
  const bytes = Buffer.alloc(4);
  if (little) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
};

test("a block with matches that overlap themselves", () => {
  assert.equal(ascii(unpackLz4Block(block, 27)), text);
});

test("blocks as Hadoop frames them, one or several, and a plain one", () => {
  const framed = Buffer.concat([word(27, false), word(block.length, false), block]);
  assert.equal(ascii(unpackLz4Hadoop(framed, 27)), text);
  assert.equal(ascii(unpackLz4Hadoop(Buffer.concat([framed, framed]), 54)), text + text);
  assert.equal(ascii(unpackLz4Hadoop(block, 27)), text);
});

test("frames: packed and stored blocks, checksums, blocks that refer to the one before", () => {
  const head = (flags: number) => Buffer.concat([word(0x184d2204, true), Buffer.from([flags, 0x40, 0])]);
  const packed = Buffer.concat([word(block.length, true), block]);
  const stored = Buffer.concat([word(0x80000003, true), Buffer.from("end")]);
  const end = word(0, true);
  assert.equal(ascii(unpackLz4Frame(Buffer.concat([head(0x60), packed, stored, end]), 30)), `${text}end`);
  const sums = Buffer.concat([head(0x74), packed, end, stored, end, end]);
  assert.equal(ascii(unpackLz4Frame(sums, 30)), `${text}end`);
  // no literals, 8 bytes from 3 back, then "!"
  const linked = Buffer.from([0x04, 3, 0, 0x10, 33]);
  const frame = Buffer.concat([head(0x40), packed, word(linked.length, true), linked, end]);
  assert.equal(ascii(unpackLz4Frame(frame, 36)), `${text}xyzxyzxy!`);
  frame[4] = 0x60;
  assert.throws(() => unpackLz4Frame(frame, 36), /a match outside of the data/);
});

test("what is cut, too long or too short is refused", () => {
  for (let length = 0; length < block.length; length++) {
    assert.throws(() => unpackLz4Block(block.subarray(0, length), 27), /LZ4 data that is corrupt/, String(length));
  }
  assert.throws(() => unpackLz4Block(block, 26), /corrupt/);
  assert.throws(() => unpackLz4Block(block, 28), /27 bytes where 28 are claimed/);
  assert.throws(() => unpackLz4Block(Uint8Array.of(0x10, 97, 2, 0), 9), /a match outside/);
});
