// Graphs as ONNX models: what is written for operations, with which names, attributes and stored values.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as t from "../tensor/index.js";
import { EncoderFile } from "./encoder-file.js";
import { encodeModel, type ModelParts } from "./model.js";
import { type Onnx, onnx } from "./schema.js";

const decode = (parts: Omit<ModelParts, "name">): Onnx.IModelProto =>
  onnx.ModelProto.decode(encodeModel({ name: "test", ...parts }));

/** The operators of a graph in order, without those that only name its outputs. */
function operators(y: t.Tensor, more: Partial<ModelParts> = {}): string[] {
  const { graph } = decode({ outputs: { y }, ...more });
  return (graph?.node ?? []).map(({ opType }) => opType as string).slice(0, -1);
}

const attributes = (node: Onnx.INodeProto | undefined) =>
  Object.fromEntries(
    (node?.attribute ?? []).map(({ name, ints, i, f }) => [name, ints?.length ? ints.map(Number) : f || Number(i)]),
  );

const x = t.input("x", ["n", 3]);

test("a model says its operators' versions, its inputs and outputs with their names, and metadata", () => {
  const model = decode({ outputs: { y: t.neg(x) }, metadata: { made: "here" } });
  assert.deepEqual(
    model.opsetImport?.map(({ domain, version }) => [domain, Number(version)]),
    [
      ["", 18],
      ["com.microsoft", 1],
    ],
  );
  assert.deepEqual(
    model.metadataProps?.map(({ key, value }) => [key, value]),
    [["made", "here"]],
  );
  const dims = (ports?: Onnx.IValueInfoProto[] | null) =>
    ports?.map(({ name, type }) => [
      name,
      ...(type?.tensorType?.shape?.dim ?? []).map((d) => d.dimParam || Number(d.dimValue)),
    ]);
  assert.deepEqual(dims(model.graph?.input), [["x", "n", 3]]);
  assert.deepEqual(dims(model.graph?.output), [["y", "n", 3]]);
});

test("weights are stored in the model and are no inputs; constants are shared", () => {
  const [w, b] = [t.input("w", [2, 3]), t.input("b", [2])];
  const weights = new Map([["w", Float32Array.of(1, 2, 3, 4, 5, 6)]]);
  const y = t.add(t.mul(t.affine(x, w, b), 0.5), 0.5);
  const { graph } = decode({ outputs: { y }, weights });
  assert.deepEqual(
    graph?.input?.map(({ name }) => name),
    ["x", "b"],
  );
  assert.deepEqual(
    graph?.initializer?.map(({ name, dims }) => [name, ...(dims ?? []).map(Number)]),
    [["w", 2, 3], ["constant_1"]],
  );
});

test("inputs are declared in the given order, where the outputs depend on them", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => t.input(name, [2])) as [t.Tensor, t.Tensor, t.Tensor];
  const { graph } = decode({ outputs: { y: t.add(a, b) }, inputs: [b, c, a] });
  assert.deepEqual(
    graph?.input?.map(({ name }) => name),
    ["b", "a"],
  );
});

test("names that are taken twice are refused", () => {
  assert.throws(
    () => decode({ outputs: { y: t.add(t.input("a", [1]), t.input("a", [1])) } }),
    /two inputs are named a/,
  );
  assert.throws(() => decode({ outputs: { x: t.neg(x) } }), /output x: the name is taken/);
});

test("a reshape that would have to find out two dimensions is refused", () => {
  const y = t.reshape(t.input("a", ["n", 4, "m"]), ["2*n", 1, "2*m"]);
  assert.throws(() => decode({ outputs: { y } }), /reshape: \[2\*n, 1, 2\*m\] has more than one named dimension/);
});

test("attributes are integers but for those that are said to be floats", () => {
  const { graph } = decode({ outputs: { y: t.softmax(t.leakyRelu(x, 0.25), 1) } });
  const [leaky, softmax] = graph?.node ?? [];
  const { AttributeType } = onnx.AttributeProto;
  assert.deepEqual(
    leaky?.attribute?.map(({ name, type, f }) => [name, type, f]),
    [["alpha", AttributeType.FLOAT, 0.25]],
  );
  assert.deepEqual(
    softmax?.attribute?.map(({ name, type, i }) => [name, type, Number(i)]),
    [["axis", AttributeType.INT, 1]],
  );
});

test("what ONNX does not have, or rounds by threads, is written in other operations", () => {
  assert.ok(!operators(t.softplus(x)).some((op) => op === "Softplus" || op === "Log"));
  assert.ok(operators(t.cholesky(t.input("a", [3, 3]))).every((op) => op !== "Cholesky"));
  assert.deepEqual(operators(t.stopGradient(t.neg(x))), ["Neg"]);
  const norm = t.batchNorm(x, t.input("w", [3]), t.input("b", [3]), 1e-5).y;
  assert.deepEqual(operators(norm), ["ReduceMean", "Sub", "Mul", "ReduceMean", "Add", "Sqrt", "Div", "Mul", "Add"]);
});

test("sums are taken of matrices, or group by group, so that threads add up in one order", () => {
  const forms = (shape: t.Shape, axes: readonly number[]) => operators(t.sum(t.input("a", shape), axes));
  const matrix = ["Flatten", "ReduceSum", "Reshape"];
  assert.deepEqual(forms(["n", 3], [0]), ["ReduceSum"]);
  assert.deepEqual(forms([4, "n", 3], [0, 1, 2]), ["ReduceSum"]);
  assert.deepEqual(forms([4, "n", 3], [0, 1]), matrix);
  assert.deepEqual(forms([4, "n", 3], [1, 2]), matrix);
  assert.deepEqual(forms([2, "n", 3], [1]), ["Split", "ReduceSum", "ReduceSum", "Concat"]);
  assert.deepEqual(forms(["n", 2, 3], [1]), ["Transpose", ...matrix]);
  assert.deepEqual(forms(["n", 3, 8, 9], [0, 2, 3]), [...matrix, ...matrix]);
  assert.deepEqual(forms([2, "n", 3, 8, 9], [1, 3, 4]), [...matrix, "Transpose", ...matrix]);
});

test("products store their first matrix transposed where threads would round differently", () => {
  const product = (m: t.Dim, k: t.Dim, n: t.Dim, more: Partial<ModelParts> = {}) =>
    operators(t.matmul(t.input("a", [m, k]), t.input("b", [k, n])), more);
  assert.deepEqual(product("m", 128, 5), ["Gemm"], "one block");
  assert.deepEqual(product("m", 129, 5), ["Transpose", "Gemm"]);
  assert.deepEqual(product("m", 128, 1), ["Transpose", "Gemm"], "one column");
  assert.deepEqual(product(1024, 300, 1024), ["Gemm"], "many rows");
  assert.deepEqual(product(1023, 300, 5), ["Transpose", "Gemm"]);
  assert.deepEqual(product("m", 300, 5, { sizes: { m: 2000 } }), ["Gemm"], "many rows, known from elsewhere");
  assert.deepEqual(product("m", 300, 5, { weights: new Map([["b", new Float32Array(1500)]]) }), ["Gemm"], "stored");
  const batch = (k: number, transposeA: boolean) =>
    operators(t.matmul(t.input("a", transposeA ? [2, k, 4] : [2, 4, k]), t.input("b", [2, k, 5]), { transposeA }));
  assert.deepEqual(batch(128, false), ["MatMul"]);
  assert.deepEqual(batch(129, false), ["Transpose", "FusedMatMul"]);
  assert.deepEqual(batch(129, true), ["FusedMatMul"]);
});

test("a transposed first matrix is not transposed again", () => {
  const { graph } = decode({
    outputs: { y: t.matmul(t.input("a", [300, "m"]), t.input("b", [300, 5]), { transposeA: true }) },
  });
  assert.deepEqual(attributes(graph?.node?.[0]), { transA: 1, transB: 0 });
});

test("convolutions of what may be one sample get a second one, and few filters a product, where threads would round differently", () => {
  const forms = (n: t.Dim, channels: number, filters: number, size: number, kernel: number, groups = 1) => {
    const weight = t.input("w", [filters, channels / groups, kernel, kernel]);
    return operators(t.conv2d(t.input("x", [n, channels, size, size]), weight, undefined, { groups }));
  };
  const second = ["Pad", "Conv", "Slice"];
  assert.deepEqual(forms(2, 30, 8, 9, 3), ["Conv"], "two samples");
  assert.deepEqual(forms(1, 14, 8, 9, 3), ["Conv"], "one block");
  assert.deepEqual(forms(1, 15, 8, 9, 3), second);
  assert.deepEqual(forms("n", 15, 8, 9, 3), second);
  assert.deepEqual(forms(1, 30, 8, 9, 3, 2), ["Conv"], "two groups");
  assert.deepEqual(forms(1, 200, 300, 4, 1), second, "more filters than windows, of one place each");
  assert.deepEqual(forms(1, 200, 300, 5, 3), ["Conv"], "many filters for each thread");
  assert.ok(forms(2, 800, 10, 5, 3).includes("Gemm"), "few filters for many threads");
  assert.ok(forms(2, 15, 12, 3, 3).includes("Gemm"), "one window");
});

test("the weights' gradient is a product of samples for each place of the filters, or for some of them where that gives rows enough", () => {
  const products = (channels: number, filters: number, n: t.Dim = "n") => {
    const [picture, weight] = [t.input("picture", [n, channels, 30, 30]), t.input("w", [filters, channels, 3, 3])];
    const [g] = t.gradients(t.sum(t.square(t.conv2d(picture, weight, undefined))), [weight]);
    const all = operators(g as t.Tensor);
    return ["FusedMatMul", "Transpose", "Conv"].map((op) => all.filter((each) => each === op).length);
  };
  assert.deepEqual(products(64, 128), [9, 0, 1]);
  assert.deepEqual(products(64, 64), [4, 1, 1], "two or three places each, and the result transposed");
  assert.deepEqual(products(8, 16), [1, 2, 1], "rows too few: the first matrix transposed");
  assert.deepEqual(products(3, 16, 2)[0], 0, "few channels: the exchanged convolution");
});

test("an exported convolutional encoder can be read as one", () => {
  const [w, b] = [t.input("w", [8, 20, 3, 3]), t.input("b", [8])];
  const picture = t.reshape(t.input("features", ["n", 20 * 49]), ["n", 20, 7, 7]);
  const hidden = t.maxPool2d(t.relu(t.conv2d(picture, w, b, { padding: 1 })), 3, { stride: 2 });
  const y = t.flatten(t.averagePool2d(hidden, 2, { stride: 1 }));
  const weights = new Map([w, b].map((each) => [t.inputName(each), new Float32Array(t.elementCount(each.shape))]));
  const bytes = encodeModel({ name: "encoder", outputs: { y }, weights });
  assert.deepEqual(EncoderFile.read(bytes, "encoder.onnx").outputShape("y", 5), [5, 32]);
});

test("max pooling gives places only where something reads them, and puts windows that do not overlap back at once", () => {
  const picture = t.input("picture", [2, 3, 9, 9]);
  const pool = (stride: number) => t.maxPool2d(picture, 3, { stride });
  const { graph } = decode({ outputs: { y: pool(3) } });
  assert.equal(graph?.node?.[0]?.output?.length, 1);
  const unpools = (stride: number) => {
    const [g] = t.gradients(t.sum(t.square(pool(stride))), [picture]);
    return operators(g as t.Tensor).filter((op) => op === "MaxUnpool").length;
  };
  assert.deepEqual([unpools(3), unpools(2), unpools(1)], [1, 4, 9]);
});

test("slices of several axes are one node, with steps only where there are any", () => {
  const one = decode({ outputs: { y: t.slice(x, 1, 1) } }).graph?.node?.[0];
  assert.equal(one?.input?.length, 4);
  const cuts = [
    { axis: 0, start: 1 },
    { axis: 1, start: -1, step: -2 },
  ];
  const { graph } = decode({ outputs: { y: t.sliceAxes(x, cuts) } });
  assert.equal(graph?.node?.[0]?.input?.length, 5);
  const lists = graph?.initializer?.map(({ rawData, dims }) => {
    const bytes = rawData as Uint8Array;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Number(dims?.[0]) }, (_, i) => Number(view.getBigInt64(8 * i, true)));
  });
  const end = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(lists, [
    [1, -1],
    [end, -end],
    [0, 1],
    [1, -2],
  ]);
});

test("results are written from the last recorded to the first: ONNX Runtime computes them in the order of recording", () => {
  const first = t.exp(x);
  const [second, third] = [t.neg(first), t.abs(first)];
  const { graph } = decode({ outputs: { third, first, second }, forProcessor: true });
  assert.deepEqual(
    graph?.node?.map(({ opType, output }) => (opType === "Identity" ? output?.[0] : opType)),
    ["Exp", "Abs", "third", "Neg", "second", "first"],
  );
  assert.deepEqual(
    graph?.output?.map(({ name }) => name),
    ["third", "first", "second"],
  );
});

test("a convolution of an unknown number of samples has a branch for a single one, but not in a file", () => {
  const y = t.conv2d(t.input("pictures", ["n", 30, 13, 13]), t.input("filters", [40, 30, 3, 3]), undefined);
  assert.deepEqual(operators(y), ["Pad", "Conv", "Slice"]);
  assert.deepEqual(operators(y, { forProcessor: true }), ["Shape", "Greater", "If"]);
  const { graph } = decode({ outputs: { y }, forProcessor: true });
  assert.deepEqual(
    graph?.node?.[2]?.attribute?.map(({ name, g }) => [name, ...(g?.node ?? []).map(({ opType }) => opType)]),
    [
      ["then_branch", "Conv"],
      ["else_branch", "Pad", "Conv", "Slice"],
    ],
  );
});
