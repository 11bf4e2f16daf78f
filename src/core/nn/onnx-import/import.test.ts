// Whole models as PyTorch exports them, training of what was imported, and files that are refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../errors.js";
import { encodeModel } from "../../onnx/model.js";
import { floats, integers, modelOf, node, port } from "../../onnx/onnx-models.testing.js";
import type { Onnx } from "../../onnx/schema.js";
import { Engine, ParameterStore, TrainingStep } from "../../runtime/index.js";
import { input, inputName, mean, square, type Tensor } from "../../tensor/index.js";
import { loadWeights } from "../backbones/load-weights.js";
import { Forward } from "../forward.js";
import { Parameters } from "../parameters.js";
import { importOnnx } from "./import.js";
import { compare, reference } from "./import.testing.js";

let engine: Engine;
before(async () => {
  engine = await Engine.open({ threads: 2 });
});
after(() => engine.close());

const file = (name: string) =>
  readFileSync(new URL(`../../../../src/core/nn/onnx-import/fixtures/${name}.onnx`, import.meta.url));

for (const name of ["resnet", "mobilenet", "vit"]) {
  for (const exporter of ["", "-dynamo"]) {
    test(`${name}${exporter}: outputs are ONNX Runtime's, gradients are slopes`, async () => {
      await compare(engine, file(name + exporter), {
        sizes: { n: 3 },
        value: (i) => Math.sin(i * 1.7),
        slopes: exporter === "",
      });
    });
  }
}

const picture = { input: [port("a", ["n", 2, 4, 4])], output: [port("y", ["n", 3])] };
/** A convolution with normalization and dropout, and a linear layer. */
const small = modelOf({
  ...picture,
  node: [
    { ...node("Conv", "a conv.weight", "c", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }), name: "conv" },
    { ...node("BatchNormalization", "c bn.weight bn.bias bn.mean bn.variance", "b"), name: "bn" },
    { ...node("Relu", "b", "r"), name: "relu" },
    { ...node("Dropout", "r", "d"), name: "drop" },
    node("GlobalAveragePool", "d", "p"),
    node("Flatten", "p", "f"),
    { ...node("Gemm", "f fc.weight fc.bias", "y", { transB: 1 }), name: "fc" },
  ],
  initializer: [
    { ...floats("conv.weight", [4, 2, 3, 3]), floatData: Array.from({ length: 72 }, (_, i) => Math.sin(i)) },
    floats("bn.weight", [4], 1),
    floats("bn.bias", [4]),
    floats("bn.mean", [4], 0.25),
    floats("bn.variance", [4], 2),
    { ...floats("fc.weight", [3, 4]), floatData: Array.from({ length: 12 }, (_, i) => Math.cos(i)) },
    floats("fc.bias", [3]),
  ],
});

test("an imported model is trained: normalization by the batch, dropout, running statistics; and exported again", async () => {
  const parameters = new Parameters();
  const net = importOnnx(small, parameters.scope("image"));
  const names = parameters.all.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => !/mean|variance/.test(name)),
    parameters.learned().map(inputName),
  );
  const store = new ParameterStore(engine.memory, parameters.all);
  assert.deepEqual(loadWeights(store, parameters.all, net.weights, "image."), []);
  const x = input("x", ["n", 2, 4, 4]);
  const forward = new Forward(true);
  const loss = mean(square(net.apply({ a: x }, forward).y as Tensor));
  assert.deepEqual([forward.updates.length, forward.dropoutInputs.length], [2, 1]);
  const step = await TrainingStep.compile(engine, {
    name: "imported",
    store,
    loss,
    groups: [{ parameters: parameters.learned(), optimizer: { kind: "sgd", lr: 0.05 } }],
    dropout: forward.dropoutInputs,
    updates: forward.updates,
    seed: 0,
  });
  const run = step.at({ n: 5 });
  const pixels = Float32Array.from({ length: 160 }, (_, i) => Math.sin(i * 1.7));
  run.inputs.x!.set(pixels);
  const losses = [];
  for (let i = 0; i < 20; i++) losses.push((await step.run(run)).loss!);
  assert.ok(losses.at(-1)! < 0.6 * losses[0]!, losses.join(" "));
  assert.notEqual(store.values("image.bn.mean")[0], 0.25);
  await step.release();

  // What is exported, and imported again, gives the same.
  const y = net.apply({ a: x }, new Forward(false)).y as Tensor;
  const values = new Map([...store.tensors()].map(([name, { data }]) => [name, data]));
  const exported = encodeModel({ name: "again", outputs: { y }, weights: values });
  const feeds = { x: { data: pixels, shape: [5, 2, 4, 4] } };
  const first = await reference(engine, exported, feeds, { name: "y", shape: [5, 3] });
  const again = new Parameters();
  const second = importOnnx(exported, again);
  assert.deepEqual(again.all.map(({ name }) => name).sort(), [...names].sort());
  const twice = encodeModel({
    name: "twice",
    outputs: { y: second.apply({ x }, new Forward(false)).y as Tensor },
    weights: new Map([...second.weights.tensors].map(([name, { read }]) => [name, read()])),
  });
  assert.deepEqual(await reference(engine, twice, feeds, { name: "y", shape: [5, 3] }), first);
});

test("weights up to a node are kept, their normalization and dropout as in evaluation", () => {
  const learned = (freeze: true | string) => {
    const parameters = new Parameters();
    const net = importOnnx(small, parameters, { freeze });
    const forward = new Forward(true);
    net.apply(net.inputs, forward);
    return [parameters.learned().map(inputName).join(), forward.updates.length, forward.dropoutInputs.length];
  };
  assert.deepEqual(learned("conv"), ["bn.weight,bn.bias,fc.weight,fc.bias", 2, 1]);
  assert.deepEqual(learned("bn"), ["fc.weight,fc.bias", 0, 1]);
  assert.deepEqual(learned("f"), ["fc.weight,fc.bias", 0, 0]);
  assert.deepEqual(learned(true), ["", 0, 0]);
  assert.throws(
    () => learned("layer9"),
    /freeze: no node, value or weight is named "layer9"; its nodes are conv, bn, relu/,
  );
});

test("a stored tensor that is both learned and a running statistic is refused in training", () => {
  const model = modelOf({
    input: [port("a", ["n", 2, 4, 4])],
    output: [port("y", ["n", 2, 4, 4])],
    node: [node("Identity", "bias", "mean"), node("BatchNormalization", "a weight bias mean variance", "y")],
    initializer: ["weight", "bias", "variance"].map((name) => floats(name, [2])),
  });
  const net = importOnnx(model, new Parameters());
  assert.ok(net.apply(net.inputs, new Forward(false)).y);
  assert.throws(
    () => net.apply(net.inputs, new Forward(true)),
    /BatchNormalization: "bias" is both learned and a running statistic/,
  );
  const frozen = importOnnx(model, new Parameters(), { freeze: true });
  assert.ok(frozen.apply(frozen.inputs, new Forward(true)).y);
});

const identity = { input: [port("a", ["n", 4])], output: [port("y", ["n", 4])], node: [node("Relu", "a", "y")] };

test("what is no model of this kind is refused in one line that names the place", () => {
  const constant = (dims: readonly number[], more: object = {}) => ({ ...integers("s", dims), ...more });
  const refused: [string, Onnx.IGraphProto, RegExp, Onnx.IModelProto?][] = [
    [
      "an unknown operator",
      { node: [{ ...node("Quux", "a", "y"), name: "net/q" }] },
      /operator Quux \("net\/q"\) is not supported/,
    ],
    [
      "another domain",
      { node: [node("Relu", "a", "y", {}, "com.example")] },
      /operator com\.example\.Relu is not supported/,
    ],
    ["a loop", { node: [node("Loop", "a", "y", { body: { name: "b" } })] }, /operator Loop is not supported/],
    ["an old version", {}, /operators of version 9, expected 11 to 23/, { opsetImport: [{ domain: "", version: 9 }] }],
    ["a later version", {}, /operators of version 99/, { opsetImport: [{ domain: "", version: 99 }] }],
    ["no input", { input: [] }, /it has no input/],
    ["no output", { output: [] }, /it has no output/],
    ["nothing computed", { output: [port("z", [1])] }, /nothing computes its output "z"/],
    [
      "a value that is not there",
      { node: [node("Add", "a q", "y")] },
      /operator Add takes "q", which nothing before it gives/,
    ],
    ["two of one name", { node: [node("Relu", "a", "y"), node("Relu", "a", "y")] }, /two values are named "y"/],
    [
      "shapes that do not fit",
      { node: [node("Add", "a w", "y")], initializer: [floats("w", [3])] },
      /operator Add: add: shapes \[n, 4\] and \[3\] do not broadcast/,
    ],
    [
      "a shape that is computed",
      { node: [node("Cast", "a", "i", { to: 7 }), node("Reshape", "a i", "y")] },
      /operator Reshape: input 1 is computed when the graph runs/,
    ],
    [
      "weights in another file",
      {
        initializer: [
          {
            name: "w",
            dims: [4],
            dataType: 1,
            dataLocation: 1,
            externalData: [{ key: "location", value: "../w.bin" }],
          },
        ],
        node: [node("Add", "a w", "y")],
      },
      /weights "w" is kept in another file, "\.\.\/w\.bin", which is not read/,
    ],
    [
      "too few values",
      { initializer: [{ name: "w", dims: [1000, 1000], dataType: 1, floatData: [1] }] },
      /weights "w": 1 values for shape \[1000, 1000\]/,
    ],
    ["weights of text", { initializer: [{ name: "w", dims: [1], dataType: 8 }] }, /weights "w" is of type 8/],
    [
      "a large constant",
      {
        node: [node("ConstantOfShape", "s", "c"), node("Add", "a c", "y")],
        initializer: [constant([2 ** 20, 2 ** 20])],
      },
      /operator ConstantOfShape: 1099511627776 values known beforehand/,
    ],
    [
      "a long range",
      {
        node: [
          node("Constant", "", "o", { value_int: 1 }),
          node("Constant", "", "l", { value_int: 2 ** 40 }),
          node("Range", "o l o", "r"),
          node("Add", "a r", "y"),
        ],
      },
      /operator Range: a range of/,
    ],
    [
      "a large result",
      { node: [node("Expand", "a s", "y")], initializer: [constant([2 ** 30, 2 ** 10, 1, 4])] },
      /operator Expand: results of more than 1073741824 values/,
    ],
    [
      "a picture of unknown size",
      { input: [port("a", ["n", 3, "h", "w"])], node: [node("MaxPool", "a", "y", { kernel_shape: [2, 2] })] },
      /operator MaxPool: pictures of the size "h"; give it/,
    ],
    ["a name that is a sum", { input: [port("a", ["n", "k+1"])] }, /input "a": "k\+1" is no name of a dimension/],
  ];
  for (const [what, parts, message, more] of refused) {
    try {
      importOnnx(modelOf({ ...identity, ...parts }, more), new Parameters(), { path: "m.onnx" });
      assert.fail(`${what} was read`);
    } catch (error) {
      assert.ok(error instanceof UserError, `${what}: ${(error as Error).stack}`);
      assert.match(error.message, message, what);
      assert.match(error.message, /^m\.onnx: [^\n]*$/);
    }
  }
});

test("values that double at each node are bounded", () => {
  const doubling = Array.from({ length: 60 }, (_, i) =>
    node("Concat", `v${i} v${i}`, i === 59 ? "y" : `v${i + 1}`, { axis: 1 }),
  );
  const model = modelOf({ ...identity, node: [node("Relu", "a", "v0"), ...doubling] });
  assert.throws(() => importOnnx(model, new Parameters()), /results of more than/);
  const shapes = doubling.map((each, i) => ({
    ...each,
    input: i === 0 ? ["s", "s"] : each.input!,
    attribute: node("Concat", "", "", { axis: 0 }).attribute!,
  }));
  const known = modelOf({
    ...identity,
    initializer: [integers("s", [1, 1])],
    node: [...shapes.slice(0, 59), node("Relu", "a", "y")],
  });
  assert.throws(() => importOnnx(known, new Parameters()), /values known beforehand/);
});

test("damaged files give a model or a refusal of one line", () => {
  const seeds = [small, file("vit"), file("mobilenet-dynamo")];
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 }), (whole, changes) => {
      const bytes = Uint8Array.from(whole);
      // The graph more than the weights, which are most of a file.
      for (const [at, value] of changes) bytes[(at * 7919) % bytes.length] = value;
      try {
        importOnnx(bytes, new Parameters());
      } catch (error) {
        if (!(error instanceof UserError) || error.message.includes("\n")) throw error;
      }
    }),
    { numRuns: Number(process.env.VANTAGE_FUZZ ?? 200), seed: 1 },
  );
});

test("another element type, size or missing input is said", () => {
  const net = importOnnx(modelOf(identity), new Parameters());
  assert.deepEqual(net.outputs, ["y"]);
  const apply = (given: Record<string, Tensor>) => () => net.apply(given, new Forward(false));
  assert.throws(apply({}), /nothing is given for its input "a"/);
  assert.throws(apply({ a: input("x", [2, 5]) }), /its input "a" is float32 \[n, 4\], got float32 \[2, 5\]/);
  assert.throws(apply({ a: input("x", [2, 4], "int64") }), /got int64 \[2, 4\]/);
  const open = modelOf({
    input: [port("a", ["n", 1, "h", "w"])],
    output: [port("y", [1])],
    node: [node("MaxPool", "a", "y", { kernel_shape: [2, 2], strides: [2, 2] })],
  });
  const sized = importOnnx(open, new Parameters(), { sizes: { h: 6, w: 4 } });
  assert.deepEqual(sized.apply(sized.inputs, new Forward(false)).y?.shape, ["n", 1, 3, 2]);
  assert.throws(() => importOnnx(new Uint8Array([8, 200]), new Parameters()), /not a whole ONNX file/);
});
