// What operations give and what they refuse: shapes and types, without running anything.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as t from "./index.js";

const x = t.input("x", ["n", 3, 8, 9]);
const [a, b] = [t.input("a", [3, 4]), t.input("b", ["n", 5])];
const places = t.integers([0, 1]);

const shapes: readonly [name: string, tensor: () => t.Tensor, shape: t.Shape][] = [
  ["add", () => t.add(a, t.input("c", [2, 1, 4])), [2, 3, 4]],
  ["sum", () => t.sum(x, [1, -1]), ["n", 8]],
  ["max", () => t.max(x, [0, 2], true), [1, 3, 1, 9]],
  [
    "matmul",
    () => t.matmul(t.input("c", [5, 1, 2, 6]), t.input("d", ["n", 7, 6]), { transposeB: true }),
    [5, "n", 2, 7],
  ],
  ["matmul, folded", () => t.matmul(x, t.input("d", [9, 2])), ["n", 3, 8, 2]],
  ["affine, folded", () => t.affine(x, t.input("d", [2, 9]), t.input("e", [2])), ["n", 3, 8, 2]],
  ["slice", () => t.slice(x, 0, 1, -2), ["n-3", 3, 8, 9]],
  ["slice in steps", () => t.slice(x, -1, 1, 8, 3), ["n", 3, 8, 3]],
  ["slice backwards", () => t.slice(x, 2, -1, 1, -2), ["n", 3, 3, 9]],
  ["flip", () => t.flip(x, 0), x.shape],
  [
    "pad",
    () =>
      t.pad(b, [
        [1, 1],
        [0, 2],
      ]),
    ["n+2", 7],
  ],
  ["spread", () => t.spread(b, 0, 3), ["3*n", 5]],
  ["concat", () => t.concat([b, t.input("c", ["m", 5]), b, t.input("d", [2, 5])], 0), ["2*n+m+2", 5]],
  ["stackRows", () => t.stackRows([x, x]), ["2*n", 3, 8, 9]],
  ["unstackRows", () => t.unstackRows(t.stackRows([x, x, x]), 3), [3, "n", 3, 8, 9]],
  ["reshape", () => t.reshape(x, ["24*n", 9]), ["24*n", 9]],
  ["flatten", () => t.flatten(x), ["n", 216]],
  ["gather", () => t.gather(a, t.integers([0, 2, 1, 1], [2, 2])), [2, 2, 4]],
  ["topK", () => t.topK(x, 2, { axis: 1 }).indices, ["n", 2, 8, 9]],
  ["conv2d", () => t.conv2d(x, t.input("w", [5, 3, 3, 2]), undefined, { stride: [2, 3], padding: 1 }), ["n", 5, 4, 4]],
  [
    "conv2d, dilated",
    () => t.conv2d(x, t.input("w", [6, 1, 3, 3]), undefined, { dilation: [3, 2], groups: 3 }),
    ["n", 6, 2, 5],
  ],
  ["maxPool2d", () => t.maxPool2d(x, [3, 2], { padding: [1, 0, 0, 1] }), ["n", 3, 3, 5]],
  ["averagePool2d", () => t.averagePool2d(x, 3, { stride: 2 }), ["n", 3, 3, 4]],
  ["adaptiveAveragePool2d, larger", () => t.adaptiveAveragePool2d(x, 16), ["n", 3, 16, 16]],
  ["clip", () => t.clip(x, 0, 6), x.shape],
  ["adaptiveMaxPool2d", () => t.adaptiveMaxPool2d(x, [3, 9]), ["n", 3, 3, 9]],
  ["globalMaxPool2d", () => t.globalMaxPool2d(x), ["n", 3]],
  [
    "batchNorm",
    () => t.batchNorm(x, t.input("w", [3]), t.input("v", [3]), 0, { axes: [0, 2, 3], feature: 1 }).mean,
    [1, 3, 1, 1],
  ],
];

for (const [name, tensor, shape] of shapes) {
  test(`the shape of ${name}`, () => {
    assert.deepEqual(tensor().shape, shape);
  });
}

const refused: readonly [name: string, tensor: () => unknown, message: RegExp][] = [
  ["add of names", () => t.add(b, t.input("c", ["m", 5])), /add: shapes \[n, 5\] and \[m, 5\] do not broadcast/],
  ["add of a bool", () => t.add(t.greater(a, 0), a), /add: expected float32, got bool of shape \[3, 4\]/],
  ["equal of two types", () => t.equal(a, t.input("i", [4], "int64")), /equal: float32 against int64/],
  ["and of numbers", () => t.and(a, a), /and: expected bool, got float32/],
  ["where", () => t.where(a, a, a), /where: expected bool, got float32/],
  ["sum", () => t.sum(a, [0, 2]), /sum: axis 2 is outside shape \[3, 4\]/],
  ["mean of a bool", () => t.mean(t.greater(a, 0)), /mean: expected float32, got bool/],
  ["matmul", () => t.matmul(a, a, { transposeA: true, transposeB: true }), /matmul: \[3, 4\]ᵀ · \[3, 4\]ᵀ do not fit/],
  [
    "matmul of batches",
    () => t.matmul(t.input("c", [2, 3, 4]), t.input("d", [3, 4, 1])),
    /matmul: shapes \[2\] and \[3\] do not broadcast/,
  ],
  ["matmul of a vector", () => t.matmul(a, t.input("c", [4])), /matmul: \[3, 4\] · \[4\] do not fit/],
  [
    "affine",
    () => t.affine(a, t.input("w", [2, 4]), t.input("c", [3])),
    /affine: bias \[3\] for an output of \[3, 2\]/,
  ],
  ["reshape", () => t.reshape(b, ["n", 6]), /reshape: \[n, 5\] does not have the elements of \[n, 6\]/],
  ["squeeze", () => t.squeeze(a, [1]), /squeeze: axis 1 of \[3, 4\] is not 1/],
  ["unsqueeze", () => t.unsqueeze(a, [4]), /unsqueeze: axes \[4\] added to \[3, 4\]/],
  ["transpose", () => t.transpose(a, [0, 0]), /transpose: \[0,0\] is no permutation of the axes of \[3, 4\]/],
  ["slice", () => t.slice(a, 1, 2, 5), /slice: 2…5 is outside axis 1 of \[3, 4\]/],
  ["slice of nothing", () => t.slice(a, 0, 2, 1), /slice: 2…1 is outside axis 0/],
  ["slice in no steps", () => t.slice(a, 0, 0, 2, 0), /slice: 0…2 in steps of 0 is outside axis 0/],
  ["slice of a name in steps", () => t.slice(b, 0, 0, undefined, 2), /slice: steps of 2 on the named dimension "n"/],
  ["slice of a name to an end", () => t.slice(b, 0, 0, 2), /slice: 0…2 on the named dimension "n"; count/],
  [
    "slice of an axis twice",
    () =>
      t.sliceAxes(a, [
        { axis: 0, start: 0 },
        { axis: -2, start: 1 },
      ]),
    /slice: one axis twice/,
  ],
  ["pad", () => t.pad(a, [[0, 1]]), /pad: \[0\] before and \[1\] after \[3, 4\]/],
  [
    "pad by less than nothing",
    () =>
      t.pad(a, [
        [0, 1],
        [-1, 0],
      ]),
    /pad: \[0, -1\] before/,
  ],
  ["concat", () => t.concat([a, t.input("c", [4, 3])], 0), /concat: \[3, 4\], \[4, 3\] do not fit along axis 0/],
  ["concat of nothing", () => t.concat([], 0), /concat: no tensors/],
  ["gather", () => t.gather(a, a), /gather: indices are float32, expected int64/],
  ["gatherElements", () => t.gatherElements(a, places, 0), /gatherElements: \[3, 4\] and indices \[2\] differ in rank/],
  ["topK", () => t.topK(a, 5), /topK: 5 of axis 1 of \[3, 4\]/],
  ["inverse", () => t.inverse(a), /inverse: expected a square matrix of known size, got \[3, 4\]/],
  ["cholesky", () => t.cholesky(t.input("c", ["n", "n"])), /cholesky: expected a square matrix of known size/],
  [
    "batchNorm",
    () => t.batchNorm(x, t.input("w", [4]), t.input("v", [3]), 0, { feature: 1 }),
    /batchNorm: \[4\] does not fit \[n, 3, 8, 9\]/,
  ],
  [
    "batchNorm over its features",
    () => t.batchNorm(a, t.input("w", [3]), t.input("v", [3]), 0, { axes: [0], feature: 0 }),
    /batchNorm: axis 0 is reduced/,
  ],
  [
    "conv2d, channels",
    () => t.conv2d(x, t.input("w", [5, 4, 3, 3]), undefined),
    /conv2d: weights \[5, 4, 3, 3\] in 1 groups for \[n, 3, 8, 9\]/,
  ],
  ["conv2d, groups", () => t.conv2d(x, t.input("w", [4, 1, 3, 3]), undefined, { groups: 3 }), /in 3 groups/],
  [
    "conv2d, a part of a group",
    () => t.conv2d(x, t.input("w", [4, 1, 3, 3]), undefined, { groups: 1.5 }),
    /conv2d: 1.5 groups/,
  ],
  [
    "conv2d, bias",
    () => t.conv2d(x, t.input("w", [5, 3, 3, 3]), t.input("c", [4])),
    /conv2d: bias \[4\] for 5 filters/,
  ],
  [
    "conv2d, no pictures",
    () => t.conv2d(a, t.input("w", [5, 4, 3, 3]), undefined),
    /conv2d: expected float32 pictures .* got float32 \[3, 4\]/,
  ],
  [
    "conv2d, pictures of no known size",
    () => t.conv2d(t.input("c", [1, 3, "h", 9]), t.input("w", [5, 3, 3, 3]), undefined),
    /of a known size/,
  ],
  ["conv2d, weights", () => t.conv2d(x, a, undefined), /conv2d: expected weights .* got \[3, 4\]/],
  [
    "conv2d, too large",
    () => t.conv2d(x, t.input("w", [5, 3, 5, 3]), undefined, { dilation: 2 }),
    /conv2d: a window of 9 over 8/,
  ],
  [
    "conv2d, no stride",
    () => t.conv2d(x, t.input("w", [5, 3, 3, 3]), undefined, { stride: 0 }),
    /conv2d: windows of 3×3, stride 0×0/,
  ],
  [
    "maxPool2d, padding",
    () => t.maxPool2d(x, 2, { padding: [0, 0, 2, 0] }),
    /maxPool2d: padding 0, 0, 2, 0 of windows of 2×2/,
  ],
  ["averagePool2d", () => t.averagePool2d(x, 9), /averagePool2d: a window of 9 over 8/],
  ["adaptiveAveragePool2d", () => t.adaptiveAveragePool2d(x, 0), /adaptiveAveragePool2d: 0×0 windows of 8×9/],
  ["constant", () => t.constant([1, 2], [3]), /constant: 2 values for shape \[3\]/],
  ["input", () => t.input("", [1]), /input: the name is empty/],
  ["the name of no input", () => t.inputName(t.neg(a)), /neg is not an input/],
  [
    "the second derivative of a maximum",
    () => {
      const [g] = t.gradients(t.sum(t.square(t.maxPool2d(x, 2))), [x]);
      return t.gradients(t.sum(t.square(g as t.Tensor)), [x]);
    },
    /maxPool2d: no second derivative/,
  ],
];

for (const [name, tensor, message] of refused) {
  test(`refused: ${name}`, () => {
    assert.throws(tensor, (error) => error instanceof t.GraphError && message.test(error.message));
  });
}

test("a new operation needs nothing but its definition", () => {
  const cubeOp = t.defineOp<{ factor: number }>({
    name: "cube",
    infer: ([x]) => [x],
    vjp: ([g], { inputs: [x], attributes: { factor } }) => [t.mul(g, t.mul(t.square(x), 3 * factor))],
    onnx({ inputs: [x], outputs, attributes: { factor } }, to) {
      const square = to.one("Mul", [to.name(x), to.name(x)]);
      const cube = to.one("Mul", [square, to.name(x)]);
      to.emit("Mul", [cube, to.constant(Float32Array.of(factor), [])], outputs);
    },
  });
  const [y] = cubeOp.apply([a], { factor: 2 });
  const [g] = t.gradients(t.sum(y), [a]);
  assert.deepEqual(g?.shape, [3, 4]);
  assert.deepEqual(
    t.nodesOf([y]).map(({ op }) => op.name),
    ["input", "cube"],
  );
});
