// Every operator of imported graphs against ONNX Runtime, on several shapes, and its gradients against finite differences.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { floats, integers, modelOf, node, port } from "../../onnx/onnx-models.testing.js";
import type { Onnx } from "../../onnx/schema.js";
import { Engine } from "../../runtime/index.js";
import { compare } from "./import.testing.js";
import { operators } from "./operators/index.js";

let engine: Engine;
before(async () => {
  engine = await Engine.open({ threads: 2 });
});
after(() => engine.close());

/** Between −1.7 and 1.7, 0.2 apart and 0.1 from 0. */
const spread = (i: number) => (((i * 7) % 18) - 8.5) / 5;
/** All different within a hundred places. */
const different = (i: number) => (((i * 37) % 101) - 50.5) / 5;
const positive = (i: number) => 0.4 + ((i * 7) % 17) / 5;

/** A tensor of numbers that are no constant. */
const wave = (name: string, dims: readonly number[], shift = 0): Onnx.ITensorProto => ({
  ...floats(name, dims),
  floatData: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => shift + Math.sin(i * 1.9 + 0.4)),
});

interface Case {
  readonly nodes: readonly Onnx.INodeProto[];
  /** Of the inputs a, b, c; the first dimension of a is a named one unless `fixed`. */
  readonly shapes: readonly (readonly (readonly number[])[])[];
  readonly stored?: readonly Onnx.ITensorProto[];
  readonly value?: (i: number) => number;
  readonly slopes?: false;
  readonly opset?: number;
  readonly fixed?: true;
  /** Inputs of whole numbers. */
  readonly whole?: string;
}

const one = (op: string, attributes: Parameters<typeof node>[3] = {}, inputs = "a") => [
  node(op, inputs, "y", attributes),
];
const plain = [[[2, 3]], [[1, 4, 3]], [[3, 2, 2, 2]]];
const pairs = [
  [[2, 3], [3]],
  [
    [3, 2, 4],
    [2, 1],
  ],
  [
    [2, 3],
    [1, 1],
  ],
];
const pictures = [[[2, 4, 7, 6]], [[1, 4, 8, 9]]];
const unary = (op: string, attributes: Parameters<typeof node>[3] = {}, more: Partial<Case> = {}): Case => ({
  nodes: one(op, attributes),
  shapes: plain,
  value: spread,
  ...more,
});
const binary = (op: string, more: Partial<Case> = {}): Case => ({
  nodes: one(op, {}, "a b"),
  shapes: pairs,
  value: spread,
  ...more,
});
const pool = (op: string, attributes: Parameters<typeof node>[3]): Case => ({
  nodes: one(op, attributes),
  shapes: pictures,
  value: different,
});
/** A comparison, seen through a choice. */
const compared = (op: string): Case => ({
  nodes: [node(op, "a b", "c"), node("Where", "c a b", "y")],
  shapes: pairs,
  value: different,
});
const reduced = (op: string, more: Partial<Case> = {}): Record<string, Case> => ({
  [op]: {
    nodes: one(op, { keepdims: 1 }, "a axes"),
    stored: [integers("axes", [-1])],
    shapes: plain,
    value: different,
    ...more,
  },
  [`${op}, axes gone`]: {
    nodes: one(op, { keepdims: 0 }, "a axes"),
    stored: [integers("axes", [1, 2])],
    shapes: [[[2, 3, 4]], [[1, 3, 2, 2]]],
    value: different,
    ...more,
  },
});

const cases: Record<string, Case> = {
  Abs: unary("Abs"),
  Exp: unary("Exp"),
  Log: unary("Log", {}, { value: positive }),
  Sqrt: unary("Sqrt", {}, { value: positive }),
  Reciprocal: unary("Reciprocal", {}, { value: positive }),
  Neg: unary("Neg"),
  Relu: unary("Relu"),
  Sigmoid: unary("Sigmoid"),
  Sign: unary("Sign", {}, { slopes: false }),
  Tanh: unary("Tanh"),
  Erf: unary("Erf"),
  Softplus: unary("Softplus"),
  Softsign: unary("Softsign"),
  Mish: unary("Mish"),
  Elu: unary("Elu", { alpha: 0.7 }),
  Selu: unary("Selu"),
  Gelu: unary("Gelu", {}, { opset: 20 }),
  "Gelu by tanh": unary("Gelu", { approximate: "tanh" }, { opset: 20 }),
  LeakyRelu: unary("LeakyRelu", { alpha: 0.3 }),
  "LeakyRelu, falling": unary("LeakyRelu", { alpha: -0.3 }),
  HardSigmoid: unary("HardSigmoid", { alpha: 0.9, beta: 0.41 }),
  HardSwish: unary("HardSwish"),
  PRelu: {
    nodes: one("PRelu", {}, "a slope"),
    stored: [wave("slope", [3])],
    shapes: [[[2, 3]], [[4, 3]]],
    value: spread,
  },
  Clip: {
    nodes: one("Clip", {}, "a low high"),
    stored: [
      { name: "low", dims: [], dataType: 1, floatData: [-0.8] },
      { name: "high", dims: [], dataType: 1, floatData: [0.6] },
    ],
    shapes: plain,
    value: spread,
  },
  "Clip, one side": {
    nodes: one("Clip", {}, "a - high"),
    stored: [{ name: "high", dims: [], dataType: 1, floatData: [0.6] }],
    shapes: plain,
    value: spread,
  },
  Identity: unary("Identity"),
  Dropout: unary("Dropout"),
  Add: binary("Add"),
  Sub: binary("Sub"),
  Mul: binary("Mul"),
  Div: binary("Div", { value: positive }),
  Pow: binary("Pow", { value: positive }),
  "Pow, square": {
    nodes: [node("Constant", "", "two", { value_float: { float: 2 } }), node("Pow", "a two", "y")],
    shapes: plain,
    value: spread,
  },
  "Pow, cube": {
    nodes: [node("Constant", "", "three", { value_float: { float: 3 } }), node("Pow", "a three", "y")],
    shapes: plain,
    value: spread,
  },
  Max: binary("Max", { value: different }),
  Min: binary("Min", { value: different }),
  Sum: { nodes: one("Sum", {}, "a b c"), shapes: [[[2, 3], [3], [1, 1]]], value: spread },
  Mean: { nodes: one("Mean", {}, "a b c"), shapes: [[[2, 3], [3], [1, 1]]], value: spread },
  Greater: compared("Greater"),
  GreaterOrEqual: compared("GreaterOrEqual"),
  Less: compared("Less"),
  LessOrEqual: compared("LessOrEqual"),
  Equal: {
    nodes: [node("Equal", "a b", "c"), node("Not", "c", "d"), node("Where", "d a b", "y")],
    shapes: pairs,
    value: different,
  },
  And: {
    nodes: [
      node("Less", "a b", "c"),
      node("Greater", "a b", "d"),
      node("Or", "c d", "e"),
      node("And", "e c", "f"),
      node("Cast", "f", "g", { to: 1 }),
      node("Mul", "a g", "h"),
      node("Add", "h b", "y"),
    ],
    shapes: pairs,
    value: different,
  },
  CastLike: {
    nodes: [node("Less", "a b", "c"), node("CastLike", "c a", "d"), node("Mul", "a d", "e"), node("Add", "e b", "y")],
    shapes: pairs,
    value: different,
  },
  Softmax: unary("Softmax", { axis: -1 }),
  "Softmax, axis 1": unary("Softmax", { axis: 1 }),
  LogSoftmax: unary("LogSoftmax", { axis: 1 }),
  ...reduced("ReduceMean"),
  ...reduced("ReduceMax"),
  ...reduced("ReduceMin"),
  ...reduced("ReduceSum"),
  ...reduced("ReduceL2", { value: spread }),
  ...reduced("ReduceSumSquare", { value: spread }),
  "ReduceMean, axes as an attribute": {
    nodes: one("ReduceMean", { axes: [1], keepdims: 0 }),
    shapes: plain,
    value: spread,
    opset: 13,
  },
  "ReduceSum, all": {
    nodes: [node("ReduceSum", "a", "s", { keepdims: 0 }), node("Mul", "a s", "y")],
    shapes: plain,
    value: spread,
  },
  MatMul: {
    nodes: one("MatMul", {}, "a b"),
    shapes: [
      [
        [2, 3],
        [3, 4],
      ],
      [
        [2, 5, 3],
        [3, 4],
      ],
      [
        [2, 2, 5, 3],
        [2, 3, 4],
      ],
      [[2, 3], [3]],
    ],
    value: spread,
  },
  Gemm: {
    nodes: one("Gemm", { transB: 1 }, "a w b"),
    stored: [wave("w", [4, 3]), wave("b", [4])],
    shapes: [[[2, 3]], [[5, 3]]],
    value: spread,
  },
  "Gemm, scaled": {
    nodes: one("Gemm", { alpha: 0.5, beta: 0.25 }, "a w b"),
    stored: [wave("w", [3, 4]), wave("b", [1, 4])],
    shapes: [[[2, 3]]],
    value: spread,
  },
  "Gemm, transposed": {
    nodes: one("Gemm", { transA: 1, alpha: 0.5 }, "a w"),
    stored: [wave("w", [3, 4])],
    shapes: [[[3, 2]]],
    value: spread,
    fixed: true,
  },
  Conv: {
    nodes: one("Conv", { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 1] }, "a w b"),
    stored: [wave("w", [3, 4, 3, 3]), wave("b", [3])],
    shapes: pictures,
    value: spread,
  },
  "Conv in groups, uneven, dilated": {
    nodes: one("Conv", { kernel_shape: [3, 2], pads: [1, 0, 2, 1], dilations: [2, 1], group: 2 }, "a w"),
    stored: [wave("w", [6, 2, 3, 2])],
    shapes: pictures,
    value: spread,
  },
  "Conv, depthwise": {
    nodes: one("Conv", { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2], group: 4 }, "a w"),
    stored: [wave("w", [4, 1, 3, 3])],
    shapes: pictures,
    value: spread,
  },
  ...Object.fromEntries(
    ["SAME_UPPER", "SAME_LOWER", "VALID"].map((auto_pad) => [
      `Conv ${auto_pad}`,
      {
        nodes: one("Conv", { kernel_shape: [2, 3], strides: [2, 2], auto_pad }, "a w"),
        stored: [wave("w", [2, 4, 2, 3])],
        shapes: pictures,
        value: spread,
      },
    ]),
  ),
  MaxPool: pool("MaxPool", { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] }),
  "MaxPool, rounded up": pool("MaxPool", { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  AveragePool: pool("AveragePool", { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
  "AveragePool, padding counts": pool("AveragePool", {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
  }),
  "AveragePool, rounded up": pool("AveragePool", { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  GlobalAveragePool: pool("GlobalAveragePool", {}),
  GlobalMaxPool: pool("GlobalMaxPool", {}),
  BatchNormalization: {
    nodes: one("BatchNormalization", { epsilon: 0.01 }, "a w b m v"),
    stored: [wave("w", [4]), wave("b", [4]), wave("m", [4]), wave("v", [4], 1.5)],
    shapes: pictures,
    value: spread,
  },
  LayerNormalization: {
    nodes: one("LayerNormalization", { axis: -1, epsilon: 0.01 }, "a w b"),
    stored: [wave("w", [3]), wave("b", [3])],
    shapes: [[[2, 3]], [[2, 4, 3]]],
    value: spread,
  },
  "LayerNormalization, two axes": {
    nodes: one("LayerNormalization", { axis: 1 }, "a w"),
    stored: [wave("w", [2, 3])],
    shapes: [[[2, 2, 3]]],
    value: spread,
  },
  InstanceNormalization: {
    // Its squares alone do not depend on a.
    nodes: [node("InstanceNormalization", "a w b", "z"), node("Tanh", "z", "y")],
    stored: [wave("w", [4]), wave("b", [4])],
    shapes: pictures,
    value: spread,
  },
  "Reshape with a free batch": {
    nodes: [
      node("Shape", "a", "s"),
      node("Gather", "s zero", "n", { axis: 0 }),
      node("Unsqueeze", "n axis", "u"),
      node("Concat", "u rest", "shape", { axis: 0 }),
      node("Reshape", "a shape", "y"),
    ],
    stored: [{ name: "zero", dims: [], dataType: 7, int64Data: [0] }, integers("axis", [0]), integers("rest", [-1, 2])],
    shapes: [[[2, 3, 4]], [[5, 2, 2]]],
    value: spread,
  },
  "Reshape, open and copied": {
    nodes: one("Reshape", {}, "a s"),
    stored: [integers("s", [0, 2, -1])],
    shapes: [[[3, 4, 2]], [[1, 6]]],
    value: spread,
  },
  "arithmetic of shapes": {
    nodes: [
      node("Shape", "a", "s", { start: 1 }),
      node("ReduceProd", "s", "all", { keepdims: 0 }),
      node("Div", "all two", "half"),
      node("Sub", "half one", "less"),
      node("Add", "less one", "same"),
      node("Mul", "same two", "twice"),
      node("Mod", "twice seven", "rest"),
      node("Size", "a", "size"),
      node("Cast", "same", "float", { to: 1 }),
      node("Sqrt", "float", "root"),
      node("Div", "a root", "b"),
      node("Unsqueeze", "same axis", "u"),
      node("Squeeze", "u axis", "v"),
      node("Unsqueeze", "v axis", "w"),
      node("Concat", "open w", "shape", { axis: 0 }),
      node("Reshape", "b shape", "y"),
    ],
    stored: [
      { name: "two", dims: [], dataType: 7, int64Data: [2] },
      { name: "one", dims: [], dataType: 7, int64Data: [1] },
      { name: "seven", dims: [], dataType: 7, int64Data: [7] },
      integers("axis", [0]),
      integers("open", [-1]),
    ],
    shapes: [[[2, 3, 4]], [[3, 8]]],
    value: spread,
  },
  "Expand with a free batch": {
    nodes: [
      node("Shape", "a", "s"),
      node("Slice", "s zero one", "n"),
      node("Concat", "n open", "wanted", { axis: 0 }),
      node("ConstantOfShape", "two", "ones", { value: { tensor: integers("v", [1]) } }),
      node("Equal", "wanted minus", "isOpen"),
      node("Where", "isOpen ones wanted", "shape"),
      node("Expand", "w shape", "e"),
      node("Concat", "e a", "y", { axis: 1 }),
    ],
    stored: [
      wave("w", [1, 3]),
      integers("zero", [0]),
      integers("one", [1]),
      integers("two", [2]),
      integers("open", [-1]),
      { name: "minus", dims: [], dataType: 7, int64Data: [-1] },
    ],
    shapes: [[[2, 2]], [[4, 5]]],
    value: spread,
  },
  Flatten: unary("Flatten", { axis: 1 }),
  "Flatten, axis 2": { nodes: one("Flatten", { axis: 2 }), shapes: [[[2, 3, 4]], [[2, 3, 2, 2]]], value: spread },
  Transpose: { nodes: one("Transpose", { perm: [0, 2, 1] }), shapes: [[[2, 3, 4]]], value: spread },
  "Transpose, reversed": unary("Transpose"),
  Concat: {
    nodes: [node("Neg", "a", "b"), node("Concat", "a b w", "y", { axis: 1 })],
    stored: [wave("w", [2, 3])],
    shapes: [[[2, 2]]],
    value: spread,
    fixed: true,
  },
  Split: {
    nodes: [
      node("Split", "a", "b c", { axis: 1, num_outputs: 2 }),
      node("Mul", "b b", "d"),
      node("Concat", "c d", "y", { axis: 1 }),
    ],
    shapes: [[[2, 4]], [[3, 5]]],
    value: spread,
  },
  "Split, sizes": {
    nodes: [node("Split", "a sizes", "b y", { axis: 1 })],
    stored: [integers("sizes", [1, 3])],
    shapes: [[[2, 4]]],
    value: spread,
  },
  Slice: {
    nodes: one("Slice", {}, "a starts ends axes steps"),
    stored: [
      integers("starts", [1, -1]),
      integers("ends", [2 ** 40, -(2 ** 40)]),
      integers("axes", [1, 2]),
      integers("steps", [2, -1]),
    ],
    shapes: [[[2, 5, 3]], [[1, 4, 4]]],
    value: spread,
  },
  "Slice, ends beyond": {
    nodes: one("Slice", {}, "a starts ends axes"),
    stored: [integers("starts", [-100]), integers("ends", [2]), integers("axes", [-1])],
    shapes: plain,
    value: spread,
  },
  Squeeze: {
    nodes: one("Squeeze", {}, "a axes"),
    stored: [integers("axes", [-2])],
    shapes: [[[2, 1, 3]]],
    value: spread,
  },
  Unsqueeze: {
    nodes: one("Unsqueeze", {}, "a axes"),
    stored: [integers("axes", [1, -1])],
    shapes: plain,
    value: spread,
  },
  "Gather, one": {
    nodes: one("Gather", { axis: 1 }, "a i"),
    stored: [{ name: "i", dims: [], dataType: 7, int64Data: [-1] }],
    shapes: plain,
    value: spread,
  },
  "Gather, several": {
    nodes: one("Gather", { axis: 1 }, "a i"),
    stored: [integers("i", [1, 0, 1])],
    shapes: plain,
    value: spread,
  },
  "Gather of a table": {
    nodes: [node("Gather", "w b", "r"), node("Mul", "r a", "y")],
    stored: [wave("w", [4, 3])],
    shapes: [
      [[2, 3], [2]],
      [
        [1, 3],
        [4, 1],
      ],
    ],
    whole: "b",
    fixed: true,
    value: spread,
  },
  Pad: {
    nodes: one("Pad", {}, "a p v"),
    stored: [integers("p", [0, 1, 0, 2]), { name: "v", dims: [], dataType: 1, floatData: [0.5] }],
    shapes: [[[2, 3]]],
    value: spread,
  },
  Expand: {
    nodes: one("Expand", {}, "a s"),
    stored: [integers("s", [1, 4])],
    shapes: [[[2, 1]], [[3, 4]]],
    value: spread,
  },
  Range: {
    nodes: [node("Range", "zero three one", "r"), node("Cast", "r", "f", { to: 1 }), node("Mul", "a f", "y")],
    stored: ["zero", "one", "three"].map((name, i) => ({
      name,
      dims: [],
      dataType: 7,
      int64Data: [[0, 1, 3][i] ?? 0],
    })),
    shapes: [[[2, 3]]],
    value: spread,
  },
};

for (const [
  name,
  { nodes, shapes, stored = [], value = spread, slopes = true, opset = 18, fixed, whole },
] of Object.entries(cases)) {
  test(`${name} is as in ONNX Runtime`, async () => {
    for (const own of shapes) {
      const input = own.map((shape, i) => {
        const input = "abc"[i] ?? "";
        const dims = i === 0 && !fixed ? ["n", ...shape.slice(1)] : shape;
        return port(input, dims, input === whole ? 7 : 1);
      });
      const [first = []] = own;
      const output = [{ name: "y", type: { tensorType: { elemType: 1 } } }];
      const opsetImport = [{ domain: "", version: opset }];
      const bytes = modelOf({ node: [...nodes], initializer: [...stored], input, output }, { opsetImport });
      await compare(engine, bytes, { sizes: { n: first[0] ?? 1 }, value, slopes });
    }
  });
}

test("every operator has a case", () => {
  const used = new Set(Object.values(cases).flatMap(({ nodes }) => nodes.map(({ opType }) => opType)));
  assert.deepEqual(
    [...operators.keys()].filter((name) => !used.has(name)),
    [],
  );
  assert.ok(operators.size >= 60);
});
