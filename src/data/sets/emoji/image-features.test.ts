// Picture features: sizes and norms, what moves them and what does not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { imageDimensions, imageFeatures, type Picture } from "./image-features.js";

type Color = readonly [number, number, number];

/** A box of one color on white, pixels [x, x+w) × [y, y+h). */
function box(size: number, [x, y, w, h]: readonly number[], color: Color, channels = 3): Picture {
  const pixels = new Uint8Array(size * size * channels).fill(255);
  for (let row = y!; row < y! + h!; row++) {
    for (let column = x!; column < x! + w!; column++) pixels.set(color, (row * size + column) * channels);
  }
  return { width: size, height: size, pixels };
}

const red: Color = [255, 0, 0];
const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
const distance = (a: Float32Array, b: Float32Array) => Math.sqrt(squares(a.map((value, i) => value - b[i]!)));

test("each of the three parts has a third of the norm", () => {
  const features = imageFeatures(box(64, [10, 20, 30, 8], red));
  assert.equal(features.length, imageDimensions);
  assert.equal(imageDimensions, 580);
  for (const [from, to] of [
    [0, 192],
    [192, 256],
    [256, 580],
  ]) {
    assert.ok(Math.abs(squares(features.subarray(from, to)) - 1 / 3) < 1e-6);
  }
});

test("neither the place on white nor the size of the picture matters", () => {
  const small = imageFeatures(box(64, [4, 6, 20, 20], red));
  assert.ok(distance(small, imageFeatures(box(64, [40, 30, 20, 20], red))) < 1e-6);
  assert.ok(distance(small, imageFeatures(box(256, [16, 24, 80, 80], red))) < 0.05);
});

test("color and direction matter", () => {
  const flat = imageFeatures(box(64, [10, 28, 44, 8], red));
  const blue = imageFeatures(box(64, [10, 28, 44, 8], [0, 0, 255]));
  const upright = imageFeatures(box(64, [28, 10, 8, 44], red));
  assert.ok(distance(flat.subarray(0, 256), blue.subarray(0, 256)) > 0.4);
  assert.ok(distance(flat.subarray(256), blue.subarray(256)) < 1e-6);
  assert.ok(distance(flat.subarray(192, 256), upright.subarray(192, 256)) < 1e-6);
  assert.ok(distance(flat.subarray(256), upright.subarray(256)) > 0.4);
});

test("a bar's gradients point across it", () => {
  const gradients = imageFeatures(box(64, [10, 28, 44, 8], red)).subarray(256);
  const byOrientation = Array.from({ length: 9 }, (_, o) => squares(gradients.filter((_, i) => i % 9 === o)));
  // 90°, the middle of nine orientations from 0°, is shared by bins 4 and 5.
  const across = byOrientation[4]! + byOrientation[5]!;
  assert.ok(across > 0.8 * squares(gradients), `${byOrientation}`);
});

test("transparent is white", () => {
  const clear = box(64, [10, 20, 30, 8], red, 4);
  for (let p = 0; p < 64 * 64; p++) if (clear.pixels[p * 4 + 1] === 255) clear.pixels.set([0, 0, 0, 0], p * 4);
  assert.deepEqual(imageFeatures(clear), imageFeatures(box(64, [10, 20, 30, 8], red)));
});

test("an all-white picture has a histogram and nothing else", () => {
  const features = imageFeatures(box(8, [0, 0, 0, 0], red));
  assert.ok(Math.abs(features[255]! - Math.sqrt(1 / 3)) < 1e-6);
  assert.ok(Math.abs(squares(features) - 1 / 3) < 1e-6);
});

test("refuses pixels of another number", () => {
  assert.throws(() => imageFeatures({ width: 4, height: 4, pixels: new Uint8Array(47) }), RangeError);
  assert.throws(() => imageFeatures({ width: 0, height: 0, pixels: new Uint8Array(0) }), RangeError);
});
