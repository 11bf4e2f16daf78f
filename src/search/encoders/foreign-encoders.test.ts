// Encoders that somebody else made: what may be in them, what they may cost, and that nothing but themselves is read.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { EncoderFile } from "../../core/onnx/encoder-file.js";
import { floats, integers, modelOf, node, port } from "../../core/onnx/onnx-models.testing.js";
import type { Onnx } from "../../core/onnx/schema.js";
import { Engine } from "../../core/runtime/index.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { UserError } from "../../errors.js";
import { methods } from "../../methods/index.js";
import { parseOptions } from "../../methods/options.js";
import { createIndexFolder, type IndexView, type ModelView } from "../index/index-folder.js";
import { testFolder } from "../stores/folder/folder-store.fixture.testing.js";
import { runEncoders } from "./run-encoders.js";
import { ViewEncoder } from "./view-encoder.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());

const view: IndexView = {
  name: "a",
  columns: 16,
  model: "a.onnx",
  inputs: [{ name: "a", columns: 16 }],
  output: "code",
};
const about = {
  name: "x",
  created: "2026-01-01",
  method: "dchn",
  dataset: "made-up",
  run: "r",
  bits: 16,
  dimensions: 16,
};

function indexOf(model: Uint8Array, changed: Partial<IndexView> = {}, more: Partial<typeof about> = {}) {
  const views = [{ ...view, ...changed }];
  const content = { ...about, ...more, codes: "sign", store: "folder", views } as const;
  return createIndexFolder(testFolder(), content, new Map([["a.onnx", model]]));
}

async function encodeOnce(
  model: Uint8Array,
  ...changes: [Partial<IndexView>?, Partial<typeof about>?]
): Promise<Float32Array> {
  const index = indexOf(model, ...changes);
  const encoder = await ViewEncoder.open(index, index.manifest.views[0] as ModelView, engine);
  try {
    return (await encoder.encode(Float32Array.from({ length: 16 }, (_, i) => i - 7))).vector;
  } finally {
    await encoder.release();
  }
}

const identity = node("Identity", "a", "code");

test("a plain encoder of another program works", async () => {
  const graph = {
    node: [
      node("Unsqueeze", "a axis", "b"),
      node("Reshape", "b image", "c"),
      node("Conv", "c filter", "d", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node("Relu", "d", "e"),
      node("MaxPool", "e", "f", { kernel_shape: [2, 2], strides: [2, 2] }),
      node("Flatten", "f", "g"),
      node("Gemm", "g weight bias", "code", { transB: 1 }),
    ],
    initializer: [
      integers("axis", [1]),
      integers("image", [0, 1, 4, 4]),
      floats("filter", [3, 1, 3, 3]),
      floats("weight", [16, 12], 0.25),
      floats("bias", [16]),
    ],
  };
  assert.equal((await encodeOnce(modelOf(graph))).length, 16);
});

const shapes = { node: [identity] };
const loopBody: Onnx.IGraphProto = {
  name: "body",
  input: [port("i", [], 7), port("on", [], 9)],
  node: [node("Identity", "on", "again")],
  output: [port("again", [], 9)],
};
const external = (name: string): Onnx.ITensorProto => ({
  ...{ name, dims: [16], dataType: 1, dataLocation: 1 },
  externalData: [
    { key: "location", value: "secret.bin" },
    { key: "offset", value: "0" },
    { key: "length", value: "64" },
  ],
});
const far = 1_500_000_000;
const constant = (values: readonly number[]) => ({ tensor: integers("", values) });

const refused: Record<string, readonly [Uint8Array, RegExp, Partial<IndexView>?, Partial<typeof about>?]> = {
  "an empty file": [new Uint8Array(), /it holds no graph/],
  "random bytes": [Uint8Array.from({ length: 300 }, (_, i) => (i * 7919) & 255), /is not a whole ONNX file|no graph/],
  "a name too many": [modelOf({ node: [identity, node("Relu", "a", "code")] }), /two values are named "code"/],
  "weights in another file": [
    modelOf({ node: [node("Add", "a w", "code")], initializer: [external("w")] }),
    /weights "w" are kept in another file, which is not read/,
  ],
  "a place in another file without the mark": [
    modelOf({ node: [node("Add", "a w", "code")], initializer: [{ ...external("w"), dataLocation: 0 }] }),
    /another file/,
  ],
  "a constant in another file": [
    modelOf({ node: [node("Constant", "", "w", { value: { tensor: external("w") } }), node("Add", "a w", "code")] }),
    /another file/,
  ],
  "sparse weights in another file": [
    modelOf({ ...shapes, sparseInitializer: [{ values: external("w"), indices: integers("", [0]), dims: [1] }] }),
    /sparse weights/,
  ],
  "a function": [
    modelOf(shapes, {
      functions: [
        { name: "f", output: ["y"], node: [node("Constant", "", "y", { value: { tensor: external("w") } })] },
      ],
    }),
    /functions are not known/,
  ],
  "an endless loop": [
    modelOf({ node: [node("Loop", "- -", "", { body: loopBody }), identity] }),
    /operator Loop is not one of those/,
  ],
  "a graph as an attribute of a plain operator": [
    modelOf({ node: [node("Relu", "a", "code", { body: loopBody })] }),
    /attribute "body" holds a graph/,
  ],
  ConstantOfShape: [
    modelOf({ node: [node("ConstantOfShape", "size", "b"), identity], initializer: [integers("size", [far])] }),
    /ConstantOfShape: results of more than/,
  ],
  "Expand to 6 GB": [
    modelOf({
      node: [node("Expand", "w size", "b"), identity],
      initializer: [floats("w", [1]), integers("size", [far])],
    }),
    /operator Expand: results of more than \d+ values/,
  ],
  "a size from a constant": [
    modelOf({
      node: [node("Constant", "", "size", { value: constant([far]) }), node("Expand", "a size", "b"), identity],
    }),
    /do not go together|more than/,
  ],
  "padding to 6 GB": [
    modelOf({ node: [node("Pad", "a pads", "b"), identity], initializer: [integers("pads", [0, 0, 0, far])] }),
    /operator Pad: results of more than/,
  ],
  "a convolution with wide margins": [
    modelOf({
      node: [node("Reshape", "a image", "b"), node("Conv", "b filter", "c", { pads: [far, far] }), identity],
      initializer: [integers("image", [0, 1, 16]), floats("filter", [1, 1, 1])],
    }),
    /operator Conv: results of more than/,
  ],
  "outer products of outer products": [
    modelOf({
      node: [
        ...[0, 1, 2].flatMap((i) => [
          node("Reshape", `v${i} column`, `c${i}`),
          node("Reshape", `v${i} row`, `r${i}`),
          node("Mul", `c${i} r${i}`, `v${i + 1}`),
        ]),
        identity,
      ],
      initializer: [floats("v0", [500]), integers("column", [-1, 1]), integers("row", [1, -1])],
    }),
    /operator Mul: results of more than/,
  ],
  "much to multiply": [
    modelOf({
      node: [...Array.from({ length: 500 }, (_, i) => node("MatMul", "w v", `v${i}`)), identity],
      initializer: [floats("w", [700, 1400]), floats("v", [1400, 700])],
    }),
    /more than \d+ multiplications/,
  ],
  "a size that is computed from the data": [
    modelOf({ node: [node("Cast", "a", "whole", { to: 7 }), node("Expand", "a whole", "b"), identity] }),
    /cannot be known beforehand/,
  ],
  "a size that is made by arithmetic": [
    modelOf({
      node: [
        ...[node("Shape", "a", "size"), node("Mul", "size many", "large"), node("ConstantOfShape", "large", "b")],
        identity,
      ],
      initializer: [integers("many", [1, 10_000_000])],
    }),
    /ConstantOfShape: results of more than/,
  ],
  "a size that overflows int32": [
    modelOf({
      node: [node("Mul", "many many", "large"), node("ConstantOfShape", "large", "b"), identity],
      initializer: [integers("many", [65_536])],
    }),
    /cannot be known beforehand/,
  ],
  "a size from what is computed": [
    modelOf({
      node: [node("Cast", "a", "size", { to: 7 }), node("ConstantOfShape", "size", "b"), identity],
    }),
    /cannot be known beforehand/,
  ],
  "a range of 1,500,000,000": [
    modelOf({
      node: [node("Range", "zero far one", "b"), identity],
      initializer: [0, far, 1].map((value, i) => ({ ...integers(["zero", "far", "one"][i]!, [value]), dims: [] })),
    }),
    /Range: results of more than/,
  ],
  "an Einstein sum of 16 billion products": [
    modelOf({
      node: [node("Einsum", "a a w w", "b", { equation: "ni,mi,xy,zu->" }), identity],
      initializer: [floats("w", [4096, 4096], 1)],
    }),
    /Einsum.*(multiplications|too large)/,
  ],
  "fewer values than the shape says": [
    modelOf({ node: [node("Add", "a w", "code")], initializer: [{ ...floats("w", [16]), dims: [far] }] }),
    /16 values for shape \[1500000000\]/,
  ],
  "100,000,000,000 values": [
    modelOf({ node: [node("Add", "a w", "code")], initializer: [{ ...floats("w", [1]), dims: [1e6, 1e5] }] }),
    /values for shape/,
  ],
  "63 values": [
    modelOf({
      node: [node("Gemm", "a w", "code")],
      initializer: [floats("w", [16, 63])],
      output: [port("code", ["n", 63])],
    }),
    /gives "code" of shape \[256, 63\] for 256 samples, the index expects \[256, 16\]/,
  ],
  "an output that says to be larger than it is": [
    modelOf({ node: [node("Gemm", "a w", "code")], initializer: [floats("w", [16, 15])] }),
    /gives "code" of shape \[256, 15\]/,
  ],
  "more rows": [
    modelOf({ node: [node("Concat", "a a", "code", { axis: 0 })] }),
    /of shape \[512, 16\] for 256 samples/,
  ],
  "whole numbers": [
    modelOf({ node: [node("Cast", "a", "code", { to: 7 })], output: [port("code", ["n", 16], 7)] }),
    /an output "code" of type float32/,
  ],
  "whole numbers that are called floats": [
    modelOf({ node: [node("Cast", "a", "code", { to: 7 })] }),
    /cannot be used: ONNX Runtime, CreateSession/,
  ],
  "another input": [
    modelOf({ node: [node("Identity", "b", "code")], input: [port("b", ["n", 16])] }),
    /takes "b" of 16 columns, the index expects "a" of 16 columns/,
  ],
  "another output": [
    modelOf({ node: [node("Identity", "a", "other")], output: [port("other", ["n", 16])] }),
    /expected inputs and an output "code" of type float32/,
  ],
  "one row only": [modelOf({ ...shapes, input: [port("a", [1, 16])] }), /"a" has 1 rows, expected any number/],
  "an operator that nobody knows": [
    modelOf({ node: [node("Frobnicate", "a", "code")] }),
    /operator Frobnicate is not one of those/,
  ],
  "an operator of another domain": [
    modelOf({ node: [node("Relu", "a", "code", {}, "com.example")] }),
    /operator com.example.Relu is not one of those/,
  ],
  "columns without end": [
    modelOf(shapes),
    /takes "a" of 16 columns, the index expects "a" of 1000000 columns/,
    { columns: 1000000, inputs: [{ name: "a", columns: 1000000 }] },
  ],
  "columns that are not the inputs'": [
    modelOf(shapes),
    /the index expects "a" of 16 columns, 1000000 in all/,
    { columns: 1000000 },
  ],
  "bits without end": [modelOf(shapes), /codes of 65528 bits for outputs of 16/, {}, { bits: 65528 }],
  "dimensions without end": [
    modelOf(shapes),
    /the index expects \[256, 65528\]/,
    {},
    { bits: 65528, dimensions: 65528 },
  ],
};

for (const [name, [model, message, ...changes]] of Object.entries(refused)) {
  test(`refused in one line: ${name}`, async () => {
    const started = performance.now();
    await assert.rejects(encodeOnce(model, ...changes), (error: Error) => {
      assert.ok(error instanceof UserError, error.stack);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
    assert.ok(performance.now() - started < 5000);
  });
}

test("a second graph, which other readers take together with the first, is not run", async () => {
  const plain = modelOf(shapes);
  const other = modelOf({ node: [node("Loop", "- -", "", { body: loopBody })] }, { opsetImport: [] });
  // protobuf: a message that comes twice is one message; the last one alone is checked here.
  assert.deepEqual(await encodeOnce(new Uint8Array([...other, ...plain])), await encodeOnce(plain));
  await assert.rejects(encodeOnce(new Uint8Array([...plain, ...other])), /operator Loop/);
});

test("an encoder of a run folder is held to the same", () => {
  const run = testFolder();
  createIndexFolder(
    run,
    { ...about, codes: "sign", store: "folder", views: [view] },
    new Map([["a.onnx", refused["an endless loop"]![0]]]),
  );
  assert.throws(() => runEncoders(run), { name: "UserError", message: /operator Loop/ });
});

/** Every operator that is let through, in graphs that end in what is to be compared, with the number of results. */
const examples: readonly (readonly [nodes: readonly Onnx.INodeProto[], initializer?: readonly Onnx.ITensorProto[]])[] =
  [
    ...(
      "Abs Celu Ceil Cos Elu Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu Log LogSoftmax LpNormalization Mish Neg Reciprocal Relu " +
      "Round Selu Sigmoid Sign Sin Softmax Softplus Softsign Sqrt Tanh ThresholdedRelu Clip Dropout"
    )
      .split(" ")
      .map((op) => [[node(op, "a", "y")]] as const),
    ..."Add Div Max Mean Min Mul Pow Sub Sum"
      .split(" ")
      .map((op) => [[node(op, "a w", "y")], [floats("w", [1, 16])]] as const),
    ..."Equal Greater GreaterOrEqual Less LessOrEqual"
      .split(" ")
      .map((op) => [[node(op, "a w", "b"), node("Cast", "b", "y", { to: 1 })], [floats("w", [3, 1, 16])]] as const),
    ..."And Or Xor"
      .split(" ")
      .map(
        (op) =>
          [
            [node("Greater", "a w", "b"), node("Not", "b", "c"), node(op, "b c", "d"), node("Where", "d a w", "y")],
            [floats("w", [16])],
          ] as const,
      ),
    ..."L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare"
      .split(" ")
      .flatMap((op) => [
        [[node(`Reduce${op}`, "a axes", "y")], [integers("axes", [-1])]] as const,
        [[node(`Reduce${op}`, "a", "y", { keepdims: 0 })]] as const,
        [[node(`Reduce${op}`, "a none", "y", { noop_with_empty_axes: 1 })], [integers("none", [])]] as const,
      ]),
    ..."ArgMax ArgMin"
      .split(" ")
      .map((op) => [[node(op, "a", "b", { axis: 1, keepdims: 0 }), node("Cast", "b", "y", { to: 1 })]] as const),
    [[node("BatchNormalization", "a s s s s", "y")], [floats("s", [16])]],
    [[node("LayerNormalization", "a s", "y")], [floats("s", [16])]],
    [
      [node("Reshape", "a image", "b"), node("InstanceNormalization", "b s s", "y")],
      [integers("image", [0, 2, 8]), floats("s", [2])],
    ],
    [[node("Reshape", "a image", "b"), node("MeanVarianceNormalization", "b", "y")], [integers("image", [0, 2, 2, 4])]],
    [[node("PRelu", "a s", "y")], [floats("s", [16])]],
    [[node("Gemm", "a w b", "y", { transB: 1 })], [floats("w", [5, 16]), floats("b", [5])]],
    [[node("Gemm", "a w", "y", { transA: 1 })], [floats("w", [7, 5])]],
    [[node("MatMul", "a w", "y")], [floats("w", [3, 16, 5])]],
    [[node("MatMul", "a w", "y")], [floats("w", [16])]],
    ...[
      [0, 0],
      [1, 2],
    ].flatMap((pads) =>
      ["Conv", "MaxPool", "AveragePool"].map(
        (op) =>
          [
            [
              node("Reshape", "a image", "b"),
              node(op, op === "Conv" ? "b f" : "b", "y", {
                ...(op === "Conv" && { group: 2, dilations: [2] }),
                ...(op === "MaxPool" && { ceil_mode: 1 }),
                ...{ kernel_shape: [3], strides: [2], pads },
              }),
            ],
            [integers("image", [0, 2, 8]), floats("f", [4, 1, 3])],
          ] as const,
      ),
    ),
    ...["SAME_UPPER", "SAME_LOWER", "VALID"].map(
      (auto) =>
        [
          [node("Reshape", "a image", "b"), node("Conv", "b f", "y", { auto_pad: auto, strides: [2, 1] })],
          [integers("image", [-1, 1, 4, 4]), floats("f", [3, 1, 3, 3])],
        ] as const,
    ),
    ...["GlobalAveragePool", "GlobalMaxPool"].map(
      (op) => [[node("Reshape", "a image", "b"), node(op, "b", "y")], [integers("image", [-1, 2, 2, 4])]] as const,
    ),
    [[node("Constant", "", "w", { value: { tensor: floats("", [16]) } }), node("Add", "a w", "y")]],
    [[node("Constant", "", "s", { value_ints: [-1, 8] }), node("Reshape", "a s", "y")]],
    [[node("Constant", "", "w", { value_float: 0.5 }), node("Add", "a w", "y")]],
    [[node("Flatten", "a", "y", { axis: 0 })]],
    [
      // As exported by PyTorch: a flattening by the number of samples.
      [
        node("Shape", "a", "size"),
        node("Constant", "", "zero", { value_int: 0 }),
        node("Gather", "size zero", "n"),
        node("Unsqueeze", "n axis", "rows"),
        node("Cast", "rows", "whole", { to: 7 }),
        node("Concat", "whole rest", "to", { axis: 0 }),
        node("Reshape", "a to", "b"),
        node("Transpose", "b", "y", { perm: [0, 2, 1] }),
      ],
      [integers("axis", [0]), integers("rest", [2, 8])],
    ],
    [
      [
        node("Unsqueeze", "a axes", "b"),
        node("Squeeze", "b axes", "c"),
        node("Squeeze", "b", "d"),
        node("Add", "c d", "y"),
      ],
      [integers("axes", [1])],
    ],
    [
      [node("Slice", "a s e x t", "y")],
      [integers("s", [-1]), integers("e", [-99]), integers("x", [1]), integers("t", [-3])],
    ],
    [[node("Slice", "a s e", "y")], [integers("s", [0, 1]), integers("e", [2 ** 52, 9])]],
    [[node("Split", "a", "y z", { axis: 1, num_outputs: 2 })]],
    [[node("Split", "a sizes", "z y", { axis: -1 })], [integers("sizes", [3, 13])]],
    [[node("Gather", "a places", "y", { axis: 1 })], [integers("places", [0, 15, 3])]],
    [
      [
        node("Shape", "a", "size", { start: 0 }),
        node("Slice", "size s e", "one"),
        node("Concat", "two one", "to", { axis: 0 }),
        node("Unsqueeze", "a last", "b"),
        node("Expand", "b to", "y"),
      ],
      [integers("s", [1]), integers("e", [2]), integers("two", [16]), integers("last", [2])],
    ],
    [[node("Pad", "a pads", "y")], [integers("pads", [0, 1, 2, -3])]],
  ];

for (const [nodes, initializer = []] of examples) {
  test(`the shape that ONNX Runtime gives: ${nodes.map(({ opType }) => opType).join(", ")}`, async () => {
    const output = [{ name: "y", type: { tensorType: { elemType: 1 } } }];
    const graph = { node: [...nodes], initializer: [...initializer] };
    const flat = modelOf({ ...graph, output: [port("y", ["n", 1])] });
    const shape = EncoderFile.read(flat, "x.onnx").outputShape("y", 7);
    const session = await engine.load(modelOf({ ...graph, output }));
    const a = { data: new Float32Array(7 * 16).fill(0.25), shape: [7, 16] };
    const count = shape.reduce((product, dim) => product * dim, 1);
    const call = session.bind({ a }, { y: { data: new Float32Array(count), shape } });
    // Another shape than the graph gives is refused.
    await call.run();
    call.release();
    await session.release();
  });
}

test("the encoders of all methods", { timeout: 120_000 }, async () => {
  const few: Readonly<Record<string, object>> = {
    gmae: { hidden: [24, 16], latent: 8, starts: 2, epochs: 1 },
    djsrh: { hidden: 16, bits: 8, epochs: 1 },
    dchn: { hidden: 16, bits: 8, epochs: 1 },
    mvlnet: { arch: [16, 6], autoencoder: [], siameseEpochs: 1, pairs: 320, epochs: 1, steps: 1, batch: 40 },
    dm2c: { pretrainEpochs: 1, epochs: 1 },
    cca: { dimensions: 4 },
    itq: { bits: 8 },
  };
  // Some methods compare the views as they are, which have to be of one width then.
  const data = synthetic({ samples: 160, views: 2, classes: 3, dimensions: [12, 12], seed: 3 });
  for (const { name, create, options } of methods) {
    const scaled = name === "dm2c" || name === "gmae" ? {} : { scaling: "l2" };
    const method = await create(parseOptions(name, options, { ...few[name], ...scaled }), engine).fit(data);
    const folder = testFolder();
    for (const { name: file, bytes } of method.exportModels()) {
      writeFileSync(join(folder, `${file}.onnx`), bytes);
      const read = EncoderFile.read(bytes, file);
      for (const output of read.outputs) {
        assert.deepEqual(read.outputShape(output.name, 256), [256, output.columns], `${name}, ${file}`);
      }
      const session = await engine.load(read.bytes());
      await session.release();
    }
  }
});
