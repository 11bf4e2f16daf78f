// Every primitive's gradient against finite differences of the graph as ONNX Runtime runs it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Random } from "../kernels/random.js";
import * as t from "../tensor/index.js";
import { Engine } from "./engine.js";
import { assertSlopes } from "./finite-differences.testing.js";
import { Program } from "./program.js";

let engine: Engine;
before(async () => {
  engine = await Engine.open({ threads: 2 });
});
after(() => engine.close());

interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly f: (a: t.Tensor, b: t.Tensor, c: t.Tensor) => t.Tensor;
  /** Maps a standard normal number to a value where f is smooth. */
  readonly value?: (z: number) => number;
}

const positive = (z: number) => 0.5 + Math.abs(z);
/** So far apart that no finite difference reaches the next value. */
const spread = (z: number) => 20 * z;
/** Away from 0 by at least 0.3. */
const apart = (z: number) => (z < 0 ? z - 0.3 : z + 0.3);

const spd = (x: t.Tensor) =>
  t.add(
    t.matmul(x, x, { transposeB: true }),
    t.constant(
      Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 2 : 0)),
      [4, 4],
    ),
  );

const cases: Record<string, Case> = {
  add: {
    shapes: [
      [3, 4],
      [3, 4],
    ],
    f: t.add,
  },
  "add, bias": { shapes: [[3, 4], [4]], f: t.add },
  "sub, outer": {
    shapes: [
      [3, 1],
      [1, 5],
    ],
    f: t.sub,
  },
  "mul, scalar": { shapes: [[2, 3, 4], []], f: t.mul },
  "mul, middle axis": {
    shapes: [
      [2, 3, 4],
      [3, 1],
    ],
    f: t.mul,
  },
  "mul, both sides repeated": {
    shapes: [
      [3, 1],
      [2, 1, 4],
    ],
    f: t.mul,
  },
  div: {
    shapes: [
      [3, 4],
      [3, 1],
    ],
    f: t.div,
    value: positive,
  },
  pow: { shapes: [[3, 4], [4]], f: t.pow, value: positive },
  "pow, constant exponent": { shapes: [[5]], f: (x) => t.pow(x, 3) },
  maximum: { shapes: [[3, 4], [4]], f: (a, b) => t.maximum(a, t.add(b, 0.11)), value: (z) => Math.round(z * 4) / 4 },
  minimum: { shapes: [[3, 4], [4]], f: (a, b) => t.minimum(a, t.add(b, 0.11)), value: (z) => Math.round(z * 4) / 4 },
  neg: { shapes: [[7]], f: t.neg },
  exp: { shapes: [[7]], f: t.exp },
  log: { shapes: [[7]], f: t.log, value: positive },
  sqrt: { shapes: [[7]], f: t.sqrt, value: positive },
  abs: { shapes: [[7]], f: t.abs, value: apart },
  erf: { shapes: [[7]], f: t.erf },
  relu: { shapes: [[9]], f: t.relu, value: apart },
  leakyRelu: { shapes: [[9]], f: (x) => t.leakyRelu(x, 0.2), value: apart },
  sigmoid: { shapes: [[7]], f: t.sigmoid },
  tanh: { shapes: [[7]], f: t.tanh },
  softplus: { shapes: [[7]], f: t.softplus },
  gelu: { shapes: [[7]], f: t.gelu },
  where: { shapes: [[3, 4], [4]], f: (a, b) => t.where(t.greater(a, 0), t.mul(a, 2), b), value: apart },
  expandLike: {
    shapes: [
      [1, 4],
      [3, 4],
    ],
    f: (a, b) => t.mul(t.expandLike(a, b), b),
  },
  "sum, all": { shapes: [[3, 4]], f: (x) => t.square(t.sum(x)) },
  "sum, axis": { shapes: [[2, 3, 4]], f: (x) => t.square(t.sum(x, 1)) },
  "mean, two axes": { shapes: [[2, 3, 4]], f: (x) => t.square(t.mean(x, [0, 2], true)) },
  "sum, outer axes": { shapes: [[2, 3, 4, 3]], f: (x) => t.square(t.sum(x, [0, 3])) },
  "mean, all axes but one": { shapes: [[3, 2, 3, 5]], f: (x) => t.square(t.mean(x, [0, 2, 3])) },
  "max, outer axes": { shapes: [[3, 4, 3]], f: (x) => t.max(x, [0, 2], true), value: spread },
  "min, inner axes": { shapes: [[3, 1, 5, 3]], f: (x) => t.min(x, [-1, -2]), value: spread },
  "softmax, middle axis": { shapes: [[3, 5, 2]], f: (x) => t.softmax(x, 1) },
  max: { shapes: [[4, 5]], f: (x) => t.max(x, 1), value: spread },
  min: { shapes: [[4, 5]], f: (x) => t.min(x, 0), value: spread },
  variance: { shapes: [[4, 5]], f: (x) => t.variance(x, 0) },
  softmax: { shapes: [[3, 5]], f: (x) => t.softmax(x) },
  "softmax, first axis": { shapes: [[3, 5]], f: (x) => t.softmax(x, 0) },
  logSoftmax: { shapes: [[3, 5]], f: (x) => t.logSoftmax(x) },
  logSumExp: { shapes: [[3, 5]], f: (x) => t.logSumExp(t.mul(x, 30), 1), value: (z) => z / 10 },
  normalizeRows: { shapes: [[3, 5]], f: (x) => t.normalizeRows(x) },
  size: { shapes: [[3, 5]], f: (x) => t.mul(x, t.size(x, 1)) },
  reshape: { shapes: [[2, 6]], f: (x) => t.square(t.reshape(x, [3, 4])) },
  squeeze: { shapes: [[2, 1, 3]], f: (x) => t.square(t.squeeze(x, [1])) },
  unsqueeze: { shapes: [[2, 3]], f: (x) => t.square(t.unsqueeze(x, [0, 2])) },
  transpose: { shapes: [[2, 3, 4]], f: (x) => t.square(t.transpose(x, [2, 0, 1])) },
  slice: { shapes: [[5, 4]], f: (x) => t.square(t.slice(x, 0, 1, 4)) },
  "slice, from the end": { shapes: [[5, 4]], f: (x) => t.square(t.slice(x, 1, 0, -1)) },
  "slice, in steps": { shapes: [[3, 7]], f: (x) => t.square(t.slice(x, 1, 1, 6, 2)) },
  "slice, in steps to the end": { shapes: [[8, 3]], f: (x) => t.square(t.slice(x, 0, 2, undefined, 3)) },
  "slice, one element of a step": { shapes: [[3, 5]], f: (x) => t.square(t.slice(x, 1, 3, undefined, 4)) },
  "slice, backwards": { shapes: [[3, 7]], f: (x) => t.square(t.slice(x, 1, 5, 0, -2)) },
  "slice, backwards from the end": { shapes: [[8, 3]], f: (x) => t.square(t.slice(x, 0, -2, undefined, -3)) },
  flip: { shapes: [[2, 3, 4]], f: (x) => t.square(t.flip(x, 1)) },
  pad: {
    shapes: [[2, 3, 4]],
    f: (x) =>
      t.square(
        t.pad(
          t.square(x),
          [
            [1, 0],
            [0, 0],
            [2, 3],
          ],
          0.5,
        ),
      ),
  },
  spread: { shapes: [[2, 3, 2]], f: (x) => t.square(t.spread(x, 1, 3)) },
  concat: {
    shapes: [
      [2, 3],
      [2, 1],
      [2, 4],
    ],
    f: (a, b, c) => t.square(t.concat([a, b, c], 1)),
  },
  gather: { shapes: [[4, 3]], f: (x) => t.square(t.gather(x, t.integers([1, 1, 3, 1, 0]))) },
  gatherElements: {
    shapes: [[3, 4]],
    f: (x) => t.square(t.gatherElements(x, t.integers([0, 3, 3, 1, 2, 2], [3, 2]), 1)),
  },
  topK: { shapes: [[3, 6]], f: (x) => t.square(t.topK(x, 2).values), value: spread },
  "topK, smallest": { shapes: [[6, 3]], f: (x) => t.topK(x, 2, { axis: 0, largest: false }).values, value: spread },
  matmul: {
    shapes: [
      [3, 4],
      [4, 5],
    ],
    f: (a, b) => t.matmul(a, b),
  },
  "matmul, aᵀ": {
    shapes: [
      [4, 3],
      [4, 5],
    ],
    f: (a, b) => t.matmul(a, b, { transposeA: true }),
  },
  "matmul, bᵀ": {
    shapes: [
      [3, 4],
      [5, 4],
    ],
    f: (a, b) => t.matmul(a, b, { transposeB: true }),
  },
  "matmul, aᵀ bᵀ": {
    shapes: [
      [4, 3],
      [5, 4],
    ],
    f: (a, b) => t.matmul(a, b, { transposeA: true, transposeB: true }),
  },
  "matmul, with itself": { shapes: [[3, 4]], f: (a) => t.matmul(a, a, { transposeB: true }) },
  "matmul, batches": {
    shapes: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    f: (a, b) => t.matmul(a, b),
  },
  "matmul, batches that broadcast": {
    shapes: [
      [3, 1, 2, 4],
      [2, 4, 3],
    ],
    f: (a, b) => t.matmul(a, b),
  },
  "matmul, batches, aᵀ": {
    shapes: [
      [3, 4, 2],
      [1, 4, 5],
    ],
    f: (a, b) => t.matmul(a, b, { transposeA: true }),
  },
  "matmul, batches, bᵀ": {
    shapes: [
      [3, 2, 4],
      [3, 5, 4],
    ],
    f: (a, b) => t.matmul(a, b, { transposeB: true }),
  },
  "matmul, batches, aᵀ bᵀ": {
    shapes: [
      [1, 4, 2],
      [3, 5, 4],
    ],
    f: (a, b) => t.matmul(a, b, { transposeA: true, transposeB: true }),
  },
  "matmul, one matrix for all of a batch": {
    shapes: [
      [2, 3, 2, 4],
      [4, 5],
    ],
    f: (a, b) => t.matmul(a, b),
  },
  "matmul, a matrix with each of a batch": {
    shapes: [
      [5, 4],
      [3, 4, 2],
    ],
    f: (a, b) => t.matmul(a, b),
  },
  affine: { shapes: [[3, 4], [5, 4], [5]], f: t.affine },
  "affine, of a batch": { shapes: [[2, 3, 4], [5, 4], [5]], f: t.affine },
  batchNorm: { shapes: [[5, 3], [3], [3]], f: (x, weight, bias) => t.batchNorm(x, weight, bias, 1e-2).y },
  "batchNorm, in groups": {
    shapes: [[2, 4, 3], [3], [3]],
    f: (x, weight, bias) => t.batchNorm(x, weight, bias, 1e-2).y,
  },
  "batchNorm, over all axes but the channels'": {
    shapes: [[3, 2, 3, 5], [2], [2]],
    f: (x, weight, bias) => t.batchNorm(x, weight, bias, 1e-2, { axes: [0, 2, 3], feature: 1 }).y,
  },
  "batchNorm, over all axes but groups and channels'": {
    shapes: [[2, 3, 2, 1, 5], [2], [2]],
    f: (x, weight, bias) => t.batchNorm(x, weight, bias, 1e-2, { axes: [1, 3, 4], feature: 2 }).y,
  },
  stackRows: {
    shapes: [
      [2, 3],
      [2, 3],
      [1, 3],
    ],
    f: (a, b, c) => t.mul(t.square(t.unstackRows(t.stackRows([a, b]), 2)), c),
  },
  inverse: { shapes: [[4, 4]], f: (x) => t.inverse(spd(x)) },
  cholesky: { shapes: [[4, 4]], f: (x) => t.cholesky(spd(x)) },
  "cholesky, unrolled": { shapes: [[4, 4]], f: (x) => t.unrolledCholesky(spd(x)) },
};

for (const [name, { shapes, f, value = (z: number) => z }] of Object.entries(cases)) {
  test(`gradient of ${name}`, async () => {
    const random = new Random(1, name);
    const xs = shapes.map((shape, i) => t.input(`x${i}`, shape));
    const y = f(xs[0]!, xs[1]!, xs[2]!);
    const weights = Float32Array.from({ length: t.elementCount(y.shape) }, () => random.normal());
    const loss = t.sum(t.mul(y, t.constant(weights, y.shape as number[])));
    const outputs: Record<string, t.Tensor> = { loss };
    t.gradients(loss, xs).forEach((g, i) => {
      assert.deepEqual(g.shape, shapes[i], "the gradient has the shape of its tensor");
      outputs[`g${i}`] = g;
    });
    const program = await Program.compile(engine, { name, outputs });
    const run = program.at();
    for (const x of Object.values(run.inputs)) {
      for (let i = 0; i < x.length; i++) x[i] = value(random.normal());
    }
    await run.run();
    await assertSlopes(
      run,
      xs.map((_, i) => ({ name: `x${i}`, values: run.inputs[`x${i}`]!, gradient: run.outputs[`g${i}`]!.slice() })),
    );
    await program.release();
  });
}

test("gradients that cannot be: no scalar, no dependence", () => {
  const x = t.input("x", [3]);
  assert.throws(() => t.gradients(x, [x]), /the loss has shape \[3\], expected a scalar/);
  assert.throws(() => t.gradients(t.sum(x), [t.input("other", [2, 2])]), /does not depend on other \[2, 2\]/);
});

test("shape errors say which operation and which shapes", () => {
  const a = t.input("a", [3, 4]);
  assert.throws(() => t.add(a, t.input("b", [5])), /add: shapes \[3, 4\] and \[5\] do not broadcast/);
  assert.throws(() => t.matmul(a, a), /matmul: \[3, 4\] · \[3, 4\] do not fit/);
  assert.throws(() => t.add(t.input("p", ["n", 2]), t.input("q", ["m", 2])), /\[n, 2\] and \[m, 2\]/);
  assert.throws(() => t.concat([a, t.input("c", [4, 4])], 1), /concat: \[3, 4\], \[4, 4\]/);
  assert.throws(() => t.sum(a, 2), /sum: axis 2 is outside shape \[3, 4\]/);
  assert.throws(
    () => t.batchNorm(a, t.input("w", [3]), t.input("v", [4]), 0),
    /batchNorm: \[3\] does not fit \[3, 4\]/,
  );
});

test("stacked batches of a named size: what is one below the other, and what is no multiple", async () => {
  const [a, b] = [t.input("a", ["n", 2]), t.input("b", ["n", 2])];
  const stacked = t.stackRows([a, b]);
  assert.deepEqual(stacked.shape, ["2*n", 2]);
  assert.deepEqual(t.unstackRows(stacked, 2).shape, [2, "n", 2]);
  assert.throws(() => t.unstackRows(stacked, 3), /dimension "2\*n" is not 3 times another/);
  assert.throws(() => t.unstackRows(t.input("c", [5, 2]), 2), /dimension "5" is not 2 times another/);
  const program = await Program.compile(engine, { name: "stack", outputs: { stacked } });
  const run = program.at({ n: 3 });
  run.inputs.a!.fill(1);
  run.inputs.b!.fill(2);
  await run.run();
  assert.deepEqual([...run.outputs.stacked!], [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
});

test("what is concatenated along named dimensions has gradients; so has what is cut, reversed and padded there", async () => {
  const [a, b, c] = [t.input("a", ["n", 2]), t.input("b", ["m", 2]), t.input("c", [3, 2])];
  const all = t.concat([a, b, c], 0);
  assert.deepEqual(all.shape, ["n+m+3", 2]);
  const weight = t.input("weight", all.shape);
  const cut = t.slice(t.mul(t.square(all), t.flip(weight, 0)), 0, 1, -1);
  assert.deepEqual(cut.shape, ["n+m+1", 2]);
  const padded = t.pad(cut, [
    [0, 2],
    [0, 0],
  ]);
  assert.deepEqual(padded.shape, ["n+m+3", 2]);
  const loss = t.sum(t.mul(padded, weight));
  const xs = [a, b, c];
  const outputs = Object.fromEntries(t.gradients(loss, [...xs, weight]).map((g, i) => [`g${i}`, g]));
  const program = await Program.compile(engine, { name: "named", outputs: { loss, ...outputs } });
  for (const sizes of [
    { n: 2, m: 5 },
    { n: 4, m: 1 },
  ]) {
    const run = program.at(sizes);
    const random = new Random(3, "named");
    for (const x of Object.values(run.inputs)) x.set(x.map(() => random.normal()));
    await run.run();
    const claims = ["a", "b", "c", "weight"].map((name, i) => ({
      name,
      values: run.inputs[name]!,
      gradient: run.outputs[`g${i}`]!.slice(),
    }));
    await assertSlopes(run, claims);
  }
  await program.release();
});

test("a stopped gradient is a constant", async () => {
  const x = t.input("x", [2]);
  const loss = t.sum(t.mul(x, t.stopGradient(x)));
  const program = await Program.compile(engine, { name: "stop", outputs: { g: t.gradients(loss, [x])[0]! } });
  const run = program.at();
  run.inputs.x!.set([3, -5]);
  await run.run();
  assert.deepEqual([...run.outputs.g!], [3, -5]);
});

test("named dimensions take any size, and both backends agree", async () => {
  const portable = await Engine.open({ threads: 1, interface: "portable" });
  const x = t.input("x", ["n", 3]);
  const w = t.input("w", [2, 3]);
  const loss = t.mean(t.square(t.slice(t.matmul(x, w, { transposeB: true }), 0, 0, -1)));
  const outputs = { loss, g: t.gradients(loss, [w])[0]! };
  const results = [];
  for (const each of [engine, portable]) {
    const program = await Program.compile(each, { name: "both", outputs });
    for (const n of [5, 2, 9]) {
      const run = program.at({ n });
      run.inputs.x!.set(Float32Array.from({ length: n * 3 }, (_, i) => Math.sin(i)));
      run.inputs.w!.set([1, 2, 3, -1, 0, 1]);
      await run.run();
      results.push([...run.outputs.loss!, ...run.outputs.g!]);
    }
  }
  portable.close();
  assert.deepEqual(results.slice(0, 3), results.slice(3));
  assert.notDeepEqual(results[0], results[1]);
});

test("normalizeRows has a finite gradient at a zero row, and the others keep theirs", async () => {
  const x = t.input("x", ["n", 3]);
  const outputs = { g: t.gradients(t.sum(t.mul(t.normalizeRows(x), t.constant([1, 2, 3], [3]))), [x])[0]! };
  const run = (await Program.compile(engine, { name: "zero row", outputs })).at({ n: 2 });
  run.inputs.x!.set([0, 0, 0, 0, 3, 4]);
  await run.run();
  const expected = [1e12, 2e12, 3e12, 1 / 5, 2 / 5 - (3 * 18) / 125, 3 / 5 - (4 * 18) / 125];
  run.outputs.g!.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]!) <= 1e-6 * Math.max(1, Math.abs(expected[i]!)), `${i}: ${value}`);
  });
});
