// Convolution and pooling: gradients against finite differences at odd sizes, and the same bits on any number of threads.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Random } from "../kernels/random.js";
import { encodeModel } from "../onnx/model.js";
import * as t from "../tensor/index.js";
import { Engine } from "./engine.js";
import { assertSlopes } from "./finite-differences.testing.js";
import { Program } from "./program.js";

const engines = await Promise.all([1, 2, 7].map((threads) => Engine.open({ threads })));
const [engine] = engines as [Engine];
after(() => Promise.all(engines.map((each) => each.close())));

type Shape = [number, number, number, number];

interface Convolution {
  readonly x: Shape;
  /** Filters and the kernel's size. */
  readonly filters: [number, number, number];
  readonly options?: t.ConvolutionOptions;
}

/** Each input channel with each filter where there are no groups. */
const weightShape = ({ x, filters: [filters, ...kernel], options }: Convolution): Shape => [
  filters,
  x[1] / (options?.groups ?? 1),
  ...kernel,
];

const small: Record<string, Convolution> = {
  "3×3": { x: [2, 3, 7, 6], filters: [4, 3, 3], options: { padding: 1 } },
  "3×3, many channels": { x: [2, 5, 5, 4], filters: [3, 3, 3], options: { padding: 1 } },
  "3×3, stride 2": { x: [2, 3, 8, 7], filters: [2, 3, 3], options: { stride: 2, padding: 1 } },
  "5×5, stride 4": { x: [1, 2, 12, 13], filters: [3, 5, 5], options: { stride: 4, padding: 2 } },
  "5×5, stride 4, many channels": { x: [1, 5, 11, 13], filters: [2, 5, 5], options: { stride: 4, padding: 2 } },
  "places in no window": { x: [1, 2, 9, 12], filters: [2, 2, 2], options: { stride: [4, 6] } },
  "places in no window, many channels": { x: [1, 5, 9, 12], filters: [2, 2, 2], options: { stride: [4, 6] } },
  "1×1": { x: [2, 5, 5, 5], filters: [3, 1, 1] },
  "1×1, stride 2": { x: [2, 2, 6, 5], filters: [3, 1, 1], options: { stride: 2 } },
  "one channel": { x: [2, 1, 6, 5], filters: [2, 3, 2] },
  "uneven everything": {
    x: [2, 2, 9, 8],
    filters: [3, 2, 3],
    options: { stride: [1, 2], padding: [0, 1, 2, 3], dilation: [2, 1] },
  },
  "padding beyond the kernel": { x: [1, 2, 4, 3], filters: [2, 2, 1], options: { padding: [2, 1] } },
  dilation: { x: [2, 5, 9, 9], filters: [2, 3, 3], options: { dilation: 3, padding: 1 } },
  groups: { x: [2, 6, 5, 6], filters: [4, 3, 3], options: { groups: 2, padding: 1 } },
  "groups, stride 2": { x: [1, 4, 7, 6], filters: [6, 2, 3], options: { groups: 2, stride: 2 } },
  depthwise: { x: [2, 3, 6, 5], filters: [3, 3, 3], options: { groups: 3, padding: 1, stride: [2, 1] } },
  "depthwise, two filters a channel": { x: [1, 3, 5, 5], filters: [6, 3, 2], options: { groups: 3 } },
  "more filters than windows": { x: [2, 15, 3, 3], filters: [9, 3, 3] },
};

const wave = (length: number, step: number) => Float32Array.from({ length }, (_, i) => Math.sin(step * (i + 1)));

async function checkSlopes(
  name: string,
  xs: readonly t.Tensor[],
  y: t.Tensor,
  value = (random: Random) => random.normal(),
): Promise<void> {
  const random = new Random(1, name);
  const weights = Float32Array.from({ length: t.elementCount(y.shape) }, () => random.normal());
  const loss = t.sum(t.mul(y, t.constant(weights, y.shape as number[])));
  const outputs = Object.fromEntries(t.gradients(loss, xs).map((g, i) => [`g${i}`, g]));
  for (const [i, x] of xs.entries()) assert.deepEqual(outputs[`g${i}`]!.shape, x.shape);
  const program = await Program.compile(engine, { name, outputs: { loss, ...outputs } });
  const run = program.at();
  for (const x of Object.values(run.inputs)) x.set(x.map(() => value(random)));
  await run.run();
  await assertSlopes(
    run,
    xs.map((x, i) => ({
      name: t.inputName(x),
      values: run.inputs[t.inputName(x)]!,
      gradient: run.outputs[`g${i}`]!.slice(),
    })),
  );
  await program.release();
}

for (const [name, convolution] of Object.entries(small)) {
  test(`gradient of conv2d, ${name}`, async () => {
    const xs = [
      t.input("x", convolution.x),
      t.input("weight", weightShape(convolution)),
      t.input("bias", [convolution.filters[0]]),
    ] as const;
    await checkSlopes(name, xs, t.tanh(t.mul(t.conv2d(...xs, convolution.options), 0.2)));
  });
}

for (const channels of [5, 3]) {
  test(`second derivatives of conv2d of ${channels} channels`, async () => {
    const [x, weight] = [t.input("x", [2, channels, 4, 5]), t.input("weight", [3, channels, 3, 2])];
    const y = t.conv2d(x, weight, undefined, { padding: 1, stride: [1, 2] });
    const both = t.gradients(t.sum(t.tanh(t.mul(y, 0.1))), [x, weight]);
    const flat = both.map((g) => t.reshape(g, [t.elementCount(g.shape)]));
    await checkSlopes("second", [x, weight], t.concat(flat, 0));
  });
}

test("second derivatives of conv2d of a named number of samples are those of the number", async () => {
  const results: number[][] = [];
  for (const n of ["n", 3]) {
    const [x, weight] = [t.input("x", [n, 3, 4, 5]), t.input("weight", [3, 3, 3, 2])];
    const y = t.conv2d(x, weight, undefined, { padding: 1, stride: [1, 2] });
    const [dx, dw] = t.gradients(t.sum(t.square(t.tanh(y))), [x, weight]) as [t.Tensor, t.Tensor];
    const [dxx, dww] = t.gradients(t.add(t.sum(t.square(dx)), t.sum(t.square(dw))), [x, weight]) as [
      t.Tensor,
      t.Tensor,
    ];
    const program = await Program.compile(engine, { name: "named", outputs: { dxx, dww } });
    const run = program.at({ n: 3 });
    for (const [i, values] of Object.values(run.inputs).entries()) values.set(wave(values.length, 0.7 + i));
    await run.run();
    results.push([...run.outputs.dxx!, ...run.outputs.dww!]);
    await program.release();
  }
  results[0]!.forEach((value, i) => {
    assert.ok(Math.abs(value - results[1]![i]!) < 1e-4 * Math.max(1, Math.abs(value)), `${i}: ${value}`);
  });
});

test("the weights' gradient of large pictures, place by place of the filters", async () => {
  for (const groups of [1, 2]) {
    const [x, weight] = [t.input("x", [1, 64, 130, 130]), t.input("weight", [2, 64 / groups, 3, 3])];
    const y = t.conv2d(x, weight, undefined, { groups });
    const adjoint = t.input("adjoint", y.shape);
    const value = t.sum(t.mul(y, adjoint));
    // The convolution is linear in its weights.
    const slope = t.sum(t.mul(t.gradients(value, [weight])[0]!, weight));
    const program = await Program.compile(engine, { name: "large", outputs: { value, slope } });
    const run = program.at();
    const random = new Random(5, "large");
    for (const values of Object.values(run.inputs)) values.set(values.map(() => random.normal()));
    await run.run();
    const [expected, found] = [run.outputs.value![0]!, run.outputs.slope![0]!];
    assert.ok(Math.abs(found - expected) < 1e-4 * Math.abs(expected), `${found}, expected ${expected}`);
    await program.release();
  }
});

const pools: Record<string, { x: Shape; f: (x: t.Tensor) => t.Tensor }> = {
  maxPool2d: { x: [2, 3, 6, 7], f: (x) => t.maxPool2d(x, 2) },
  "maxPool2d, overlapping": { x: [2, 2, 9, 8], f: (x) => t.maxPool2d(x, 3, { stride: 2 }) },
  "maxPool2d, overlapping, padded": { x: [1, 3, 8, 7], f: (x) => t.maxPool2d(x, 3, { stride: 1, padding: 1 }) },
  "maxPool2d, uneven": {
    x: [2, 2, 9, 7],
    f: (x) => t.maxPool2d(x, [3, 2], { stride: [1, 3], padding: [2, 0, 1, 1] }),
  },
  averagePool2d: { x: [2, 3, 6, 7], f: (x) => t.averagePool2d(x, 2) },
  "averagePool2d, overlapping, padded": { x: [1, 2, 8, 7], f: (x) => t.averagePool2d(x, 3, { stride: 2, padding: 1 }) },
  "averagePool2d, uneven, without padding": {
    x: [1, 2, 9, 7],
    f: (x) => t.averagePool2d(x, [4, 2], { stride: [3, 1], padding: [2, 0, 1, 1], includePadding: false }),
  },
  "averagePool2d, places in no window": { x: [1, 2, 8, 9], f: (x) => t.averagePool2d(x, 2, { stride: [4, 5] }) },
  "maxPool2d, places in no window": { x: [1, 2, 8, 9], f: (x) => t.maxPool2d(x, 2, { stride: [4, 5] }) },
  adaptiveAveragePool2d: { x: [2, 2, 7, 5], f: (x) => t.adaptiveAveragePool2d(x, [3, 2]) },
  "adaptiveAveragePool2d, even": { x: [2, 2, 6, 4], f: (x) => t.adaptiveAveragePool2d(x, [3, 2]) },
  "adaptiveAveragePool2d, larger": { x: [2, 2, 3, 2], f: (x) => t.adaptiveAveragePool2d(x, [4, 6]) },
  adaptiveMaxPool2d: { x: [1, 2, 7, 5], f: (x) => t.adaptiveMaxPool2d(x, [3, 2]) },
  globalAveragePool2d: { x: [2, 3, 5, 3], f: t.globalAveragePool2d },
  globalMaxPool2d: { x: [2, 3, 5, 3], f: t.globalMaxPool2d },
};

for (const [name, { x: shape, f }] of Object.entries(pools)) {
  test(`gradient of ${name}`, async () => {
    const x = t.input("x", shape);
    // Far apart, so that no finite difference reaches the next value.
    await checkSlopes(name, [x], t.mul(f(x), 0.1), (random) => 20 * random.normal());
  });
}

test("pools give what their windows hold", async () => {
  const x = t.input("x", [1, 1, 3, 4]);
  const outputs = {
    largest: t.maxPool2d(x, 2, { stride: 1, padding: [0, 0, 1, 0] }),
    average: t.averagePool2d(x, 2, { stride: [2, 2], padding: [1, 0, 0, 0] }),
    without: t.averagePool2d(x, 2, { stride: [2, 2], padding: [1, 0, 0, 0], includePadding: false }),
    adaptive: t.adaptiveAveragePool2d(x, [2, 3]),
    adaptiveLargest: t.adaptiveMaxPool2d(x, [2, 3]),
  };
  const program = await Program.compile(engine, { name: "pools", outputs });
  const run = program.at();
  run.inputs.x!.set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  await run.run();
  assert.deepEqual([...run.outputs.largest!], [5, 6, 7, 9, 10, 11, 9, 10, 11]);
  assert.deepEqual([...run.outputs.average!], [0.25, 1.25, 6.5, 8.5]);
  assert.deepEqual([...run.outputs.without!], [0.5, 2.5, 6.5, 8.5]);
  assert.deepEqual([...run.outputs.adaptive!], [2.5, 3.5, 4.5, 6.5, 7.5, 8.5]);
  assert.deepEqual([...run.outputs.adaptiveLargest!], [5, 6, 7, 9, 10, 11]);
  await program.release();
});

/** Shapes in which ONNX Runtime's convolution divides its work in different ways. */
const large: Record<string, Convolution> = {
  "one sample": { x: [1, 30, 13, 13], filters: [40, 3, 3], options: { padding: 1 } },
  "one sample, one filter": { x: [1, 30, 16, 16], filters: [1, 3, 3] },
  "one sample, 1×1": { x: [1, 300, 9, 9], filters: [60, 1, 1] },
  "a few samples": { x: [3, 30, 13, 13], filters: [40, 3, 3], options: { padding: 1 } },
  "first layer, stride 4": { x: [2, 3, 59, 59], filters: [32, 11, 11], options: { stride: 4, padding: 2 } },
  "one sample, first layer": { x: [1, 3, 59, 59], filters: [32, 11, 11], options: { stride: 4, padding: 2 } },
  "filters enough for rows": { x: [2, 33, 9, 9], filters: [130, 3, 3], options: { padding: 1 } },
  "few channels and filters": { x: [2, 9, 12, 12], filters: [12, 3, 3], options: { padding: 1 } },
  "one channel": { x: [2, 1, 28, 28], filters: [16, 5, 5] },
  "more filters than windows": { x: [2, 200, 5, 5], filters: [150, 3, 3], options: { padding: 1 } },
  "a few more filters than windows": { x: [2, 800, 5, 5], filters: [10, 3, 3] },
  "one window": { x: [2, 200, 3, 3], filters: [20, 3, 3] },
  groups: { x: [2, 60, 13, 13], filters: [40, 3, 3], options: { groups: 2 } },
  "groups, one window": { x: [1, 60, 3, 3], filters: [40, 3, 3], options: { groups: 2 } },
  depthwise: { x: [1, 48, 28, 28], filters: [48, 3, 3], options: { groups: 48, padding: 1 } },
};

for (const [name, convolution] of Object.entries(large)) {
  for (const isNamed of [false, true]) {
    test(`conv2d, batch norm and pooling have the same bits on any number of threads: ${name}${isNamed ? ", n" : ""}`, async () => {
      const [samples, ...picture] = convolution.x;
      const x = t.input("x", [isNamed ? "n" : samples, ...picture]);
      const shape = weightShape(convolution);
      const [weight, bias] = [t.input("weight", shape), t.input("bias", [shape[0]])];
      const y = t.conv2d(x, weight, bias, convolution.options);
      const normed = t.batchNorm(y, bias, bias, 1e-5, { axes: [0, 2, 3], feature: 1 }).y;
      // Normed, the one value of each filter would be 0.
      const pooled = y.shape[2] === 1 ? y : t.maxPool2d(t.averagePool2d(normed, 2, { stride: 1 }), 2, { stride: 1 });
      const loss = t.mean(t.square(t.globalAveragePool2d(t.tanh(t.mul(pooled, 0.1)))));
      const [dx, dw, db] = t.gradients(loss, [x, weight, bias]) as [t.Tensor, t.Tensor, t.Tensor];
      const results = [];
      for (const each of engines) {
        const program = await Program.compile(each, { name, outputs: { y, pooled, loss, dx, dw, db } });
        const run = program.at(isNamed ? { n: samples } : {});
        for (const [i, values] of Object.values(run.inputs).entries()) values.set(wave(values.length, 0.7 + i));
        await run.run();
        results.push(structuredClone(run.outputs));
        await program.release();
      }
      for (const each of results) assert.deepEqual(each, results[0]);
      assert.ok(results[0]!.dw!.some((g) => g !== 0));
    });
  }
}

test("a picture alone gives the bits that it gives among others", async () => {
  const convolution = large["a few samples"]!;
  const [, ...picture] = convolution.x;
  const y = t.conv2d(t.input("x", ["n", ...picture]), t.input("weight", weightShape(convolution)), undefined);
  const program = await Program.compile(engine, { name: "alone", outputs: { y } });
  const results: Float32Array[] = [];
  for (const n of [3, 1]) {
    const run = program.at({ n });
    for (const [i, values] of Object.values(run.inputs).entries()) values.set(wave(values.length, 0.7 + i));
    await run.run();
    results.push(run.outputs.y!.slice(0, t.elementCount(y.shape, { n: 1 })));
  }
  assert.deepEqual(results[1], results[0]);
  await program.release();
});

test("so has conv2d with weights that are stored in the model", async () => {
  for (const convolution of Object.values(large)) {
    const shape = weightShape(convolution);
    const x = t.input("x", ["n", ...convolution.x.slice(1)]);
    const y = t.conv2d(x, t.input("weight", shape), undefined, convolution.options);
    const weights = new Map([["weight", wave(t.elementCount(shape), 0.3)]]);
    const model = encodeModel({ name: "stored", outputs: { y }, weights });
    const results: Float32Array[] = [];
    for (const each of engines) {
      const session = await each.backend.compile(model);
      const data = new Float32Array(t.elementCount(y.shape, { n: 1 }));
      const size = [1, ...convolution.x.slice(1)];
      const call = session.bind(
        { x: { data: wave(t.elementCount(size), 0.7), shape: size } },
        { y: { data, shape: t.resolveShape(y.shape, { n: 1 }) } },
      );
      await call.run();
      results.push(data);
      call.release();
      await session.release();
    }
    for (const each of results) assert.deepEqual(each, results[0], JSON.stringify(convolution));
  }
});
