// Sums and means along any axes: the same bits on any number of threads, and what adding up in JavaScript gives.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { input, mean, resolveShape, type Shape, square, sum, transpose } from "../tensor/index.js";
import { Engine } from "./engine.js";
import { Program } from "./program.js";

const engines = await Promise.all([1, 2, 7, 16].map((threads) => Engine.open({ threads })));
after(() => Promise.all(engines.map((engine) => engine.close())));

const sizes = { n: 3, m: 41 };
const shapes: readonly Shape[] = [
  [300, 5],
  [5, 300],
  ["m", "n"],
  [3, 300, 2],
  [1, 300, 5],
  ["n", 40, "m"],
  ["n", 2, 17, 19],
  [1, 6, 40, 41],
  ["m", 1, 9, 13],
  [2, "m", 3, 1, 29],
];

/** Every set of axes. */
const subsets = (rank: number) =>
  Array.from({ length: 2 ** rank - 1 }, (_, i) => [...Array(rank).keys()].filter((axis) => (i + 1) & (1 << axis)));

/** Sums by place among the axes that are kept. */
function sums(x: Float32Array, shape: readonly number[], axes: readonly number[]): number[] {
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const result = new Array<number>(kept.reduce((a, b) => a * b)).fill(0);
  x.forEach((value, i) => {
    let [rest, stride, place] = [i, 1, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += ((rest % shape[axis]!) % kept[axis]!) * stride;
      rest = Math.floor(rest / shape[axis]!);
      stride *= kept[axis]!;
    }
    result[place]! += value;
  });
  return result;
}

for (const shape of shapes) {
  test(`sums and means along any axes of [${shape.join(", ")}]`, async () => {
    const x = input("x", shape);
    const known = resolveShape(shape, sizes);
    const all = subsets(shape.length);
    const order = shape.map((_, axis) => (axis + 1) % shape.length);
    const outputs = Object.fromEntries(
      all.flatMap((axes) => [
        [`sum ${axes}`, sum(x, axes)],
        [`mean ${axes}`, mean(x, axes, true)],
        // ONNX Runtime would move the transposition behind the sum.
        [`transposed ${axes}`, sum(square(transpose(x, order)), axes)],
      ]),
    );
    const results = [];
    for (const engine of engines) {
      const program = await Program.compile(engine, { name: "reductions", outputs });
      const run = program.at(sizes);
      run.inputs.x!.set(run.inputs.x!.map((_, i) => Math.sin(0.7 * i)));
      await run.run();
      results.push({ x: run.inputs.x!.slice(), outputs: structuredClone(run.outputs) });
      await program.release();
    }
    const [alone, ...others] = results;
    for (const each of others) assert.deepEqual(each.outputs, alone!.outputs);
    for (const axes of all) {
      const expected = sums(alone!.x, known, axes);
      const count = axes.reduce((product, axis) => product * known[axis]!, 1);
      expected.forEach((value, i) => {
        assert.ok(Math.abs(alone!.outputs[`sum ${axes}`]![i]! - value) < 1e-5 * count, `sum ${axes}, ${i}`);
        assert.ok(Math.abs(alone!.outputs[`mean ${axes}`]![i]! - value / count) < 1e-5, `mean ${axes}, ${i}`);
      });
    }
  });
}
