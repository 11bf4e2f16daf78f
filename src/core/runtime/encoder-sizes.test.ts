// Sizes that a graph computes for itself, as exporters write them: ours are those that ONNX Runtime finds when it runs.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { EncoderFile } from "../onnx/encoder-file.js";
import { floats, integers, modelOf, node, port } from "../onnx/onnx-models.testing.js";
import type { Onnx } from "../onnx/schema.js";
import { Engine } from "./index.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());

const matrix = (name: string, dims: readonly number[], values: readonly number[]): Onnx.ITensorProto => ({
  ...integers(name, values),
  dims: [...dims],
});
const scalar = (name: string, value: number) => matrix(name, [], [value]);

interface Sizes {
  /** Nodes from "x" [2, 3, 5] and the constants to whole numbers "size". */
  readonly node: readonly Onnx.INodeProto[];
  readonly constants?: readonly Onnx.ITensorProto[];
  readonly expected: readonly number[];
}

const cases: Readonly<Record<string, Sizes>> = {
  "padding, reversed by pairs as PyTorch's exporter does": {
    node: [
      node("ConstantOfShape", "two", "zeros", { value: { tensor: integers("", [0]) } }),
      node("Concat", "pads zeros", "all", { axis: 0 }),
      node("Reshape", "all pairs", "rows"),
      node("Slice", "rows back end axis back", "reversed"),
      node("Transpose", "reversed", "turned", { perm: [1, 0] }),
      node("Reshape", "turned flat", "size"),
    ],
    constants: [
      ...[integers("two", [2]), integers("pads", [1, 2, 3, 4]), integers("pairs", [-1, 2]), integers("back", [-1])],
      ...[integers("end", [-(2 ** 31)]), integers("axis", [0]), integers("flat", [-1])],
    ],
    expected: [0, 3, 1, 0, 4, 2],
  },
  "an expansion by a mask: Where(Equal(−1))": {
    node: [
      node("Shape", "x", "shape"),
      node("ConstantOfShape", "three", "ones", { value: { tensor: integers("", [1]) } }),
      node("Mul", "ones minus", "minus1"),
      node("Equal", "wanted minus1", "isOpen"),
      node("Where", "isOpen shape wanted", "size"),
    ],
    constants: [integers("three", [3]), scalar("minus", -1), integers("wanted", [4, -1, -1])],
    expected: [4, 3, 5],
  },
  "arithmetic of single sizes": {
    node: [
      node("Shape", "x", "shape"),
      node("Gather", "shape last", "width", { axis: 0 }),
      node("Div", "width two", "half"),
      node("Sub", "half seven", "less"),
      node("Div", "less two", "negative"),
      node("Neg", "negative", "positive"),
      node("Add", "positive width", "sum"),
      node("Unsqueeze", "sum axis", "size"),
    ],
    constants: [scalar("last", -1), scalar("two", 2), scalar("seven", 7), integers("axis", [0])],
    expected: [7],
  },
  "a range, picked from and compared": {
    node: [
      node("Range", "start end step", "places"),
      node("Gather", "places odd", "some", { axis: 0 }),
      node("Greater", "some four", "isLarge"),
      node("Cast", "isLarge", "flag", { to: 7 }),
      node("Add", "some flag", "size"),
    ],
    constants: [
      scalar("start", 1),
      scalar("end", 12),
      scalar("step", 3),
      integers("odd", [1, -1, 0]),
      scalar("four", 4),
    ],
    expected: [4, 11, 1],
  },
  "counted, joined, the least and the largest": {
    node: [
      node("Shape", "x", "shape"),
      node("ReduceProd", "shape", "count", { keepdims: 1 }),
      node("Size", "x", "all"),
      node("Min", "all cap", "least"),
      node("Max", "least three", "most"),
      node("Expand", "most one", "row"),
      node("Concat", "row count", "size", { axis: -1 }),
    ],
    constants: [scalar("cap", 9), scalar("three", 3), integers("one", [1])],
    expected: [9, 30],
  },
};

for (const [name, { node: nodes, constants = [], expected }] of Object.entries(cases)) {
  test(`${name}: a size known beforehand`, async () => {
    const model = modelOf({
      input: [port("x", [2, 3, 5])],
      output: [
        port(
          "y",
          expected.map((_, i) => `d${i}`),
        ),
      ],
      initializer: [...constants],
      node: [...nodes, node("ConstantOfShape", "size", "y")],
    });
    const file = EncoderFile.readAnyRank(model, "sizes.onnx");
    const shape = file.shapeFor("y", new Map([["x", [2, 3, 5]]]));
    assert.deepEqual(shape, expected);
    const session = await engine.load(file.bytes());
    const data = new Float32Array(expected.reduce((product, size) => product * size, 1)).fill(7);
    // A shape other than the graph's own is refused by ONNX Runtime.
    const call = session.bind({ x: { data: new Float32Array(30), shape: [2, 3, 5] } }, { y: { data, shape } });
    await call.run();
    assert.ok(data.every((value) => value === 0));
    call.release();
    await session.release();
  });
}

test("results count until their last use, so that many layers may follow each other", () => {
  const size = 2 ** 13;
  const layers = (count: number) =>
    EncoderFile.readAnyRank(
      modelOf({
        input: [port("x", ["n", size])],
        output: [port("y", ["n", size])],
        node: [
          ...Array.from({ length: count }, (_, i) => node("Relu", i ? `h${i}` : "x", `h${i + 1}`)),
          node("Identity", `h${count}`, "y"),
        ],
      }),
      "deep.onnx",
    );
  const rows = (count: number) => new Map([["x", [count, size]]]);
  assert.deepEqual(layers(100).shapeFor("y", rows(2 ** 13)), [2 ** 13, size]);
  assert.throws(() => layers(1).shapeFor("y", rows(2 ** 15)), /results of more than/);
  assert.equal(layers(3).fittingRows("y", 2 ** 15, rows), 2 ** 14);
});

test("Einstein sums, blocks and 8-bit products have the shapes that ONNX Runtime gives", async () => {
  const weights = Array.from({ length: 15 }, (_, i) => i - 3);
  const model = modelOf({
    input: [port("x", [2, 4, 6, 6])],
    output: [port("y", ["a", "b"])],
    initializer: [
      floats("w", [6, 3], 0.5),
      { name: "weights", dims: [3, 5], dataType: 3, int32Data: weights },
      integers("flat", [-1, 3]),
    ],
    node: [
      node("DepthToSpace", "x", "wide", { blocksize: 2 }),
      node("SpaceToDepth", "wide", "deep", { blocksize: 2 }),
      node("Einsum", "deep w", "sum", { equation: "nchw,wk->nchk" }),
      node("Reshape", "sum flat", "rows"),
      node("DynamicQuantizeLinear", "rows", "bytes step zero"),
      node("MatMulInteger", "bytes weights zero", "whole"),
      node("Cast", "whole", "float", { to: 1 }),
      node("Mul", "float step", "y"),
    ],
  });
  const file = EncoderFile.readAnyRank(model, "quantized.onnx");
  const shape = file.shapeFor("y", new Map([["x", [2, 4, 6, 6]]]));
  assert.deepEqual(shape, [48, 5]);
  const session = await engine.load(file.bytes());
  const x = Float32Array.from({ length: 288 }, (_, i) => ((i * 37) % 101) / 50);
  const y = new Float32Array(240);
  const call = session.bind({ x: { data: x, shape: [2, 4, 6, 6] } }, { y: { data: y, shape } });
  await call.run();
  // The blocks go there and back: a pixel is where it was, its channel perhaps not; sums over rows of all channels tell.
  const sums = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
  const columns = weights.reduce((total, weight) => total + weight, 0);
  const expected = 0.5 * sums(x) * columns;
  assert.ok(Math.abs(sums(y) - expected) < 0.01 * expected, `${sums(y)}, expected ${expected}`);
  call.release();
  await session.release();
});
