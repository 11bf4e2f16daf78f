// ITQ against NumPy's singular vectors, and as a user has it: one view, several, saving, exported encoders, mistakes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { UserError } from "../../errors.js";
import type { Metrics } from "../training.js";
import { ITQ } from "./index.js";
import { randomRotation, solveItq } from "./solve.js";

const engine = await Engine.open({ threads: 2 });
const folder = mkdtempSync(join(tmpdir(), "vantage-itq-"));
after(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

function assertOrthogonal(r: Float32Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let k = 0; k < size; k++) dot += r[i * size + k]! * r[j * size + k]!;
      assert.ok(Math.abs(dot - Number(i === j)) < 1e-5, `${i}, ${j}: ${dot}`);
    }
  }
}

test("losses and rotation are those of numpy.linalg.svd in float64, from the same start", async () => {
  const [n, bits] = [40, 6];
  const v = dense(n, bits);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < bits; j++) {
      v.data[i * bits + j] = Math.sin(i * (j + 1) * 0.7 + 0.3) + 0.5 * Math.cos(i * i * 0.11 + j);
    }
  }
  for (let j = 0; j < bits; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += v.data[i * bits + j]!;
    for (let i = 0; i < n; i++) v.data[i * bits + j]! -= sum / n;
  }
  const identity = Float32Array.from({ length: bits * bits }, (_, e) => Number(e % (bits + 1) === 0));
  const { losses, rotation } = await solveItq(engine, v, { iterations: 50, seed: 0 }, identity);
  const expected = new Map([
    [0, 1.61176575],
    [1, 1.43110096],
    [2, 1.38976606],
    [5, 1.32874554],
    [50, 1.32874554],
  ]);
  for (const [t, loss] of expected) assert.ok(Math.abs(losses[t]! - loss) < 1e-5, `${t}: ${losses[t]}, ${loss}`);
  const rows = [
    [0.973864, 0.033873, -0.146522, -0.165447, -0.033024, 0.022557],
    [-0.007868, 0.968131, 0.129475, 0.015541, -0.035278, -0.210737],
    [0.198736, -0.128615, 0.895017, 0.297292, 0.224546, -0.064054],
    [0.109161, 0.004538, -0.334522, 0.928478, -0.02313, -0.116412],
    [-0.010616, 0.006121, -0.220632, -0.088855, 0.933004, -0.269778],
    [-0.001131, 0.212072, -0.01134, 0.118474, 0.276067, 0.929864],
  ];
  rows.flat().forEach((value, e) => {
    assert.ok(Math.abs(rotation[e]! - value) < 1e-4, `${e}: ${rotation[e]}, expected ${value}`);
  });
});

test("the first rotation is orthogonal, and so is one of points that lie in fewer directions", async () => {
  assertOrthogonal(randomRotation(24, 3), 24);
  const flat = dense(50, 8);
  for (let i = 0; i < 50; i++) for (let j = 0; j < 3; j++) flat.data[i * 8 + j] = Math.sin(i * (j + 2));
  const { rotation, losses } = await solveItq(engine, flat, { iterations: 20, seed: 1 });
  assertOrthogonal(rotation, 8);
  for (let t = 1; t < losses.length; t++) assert.ok(losses[t]! <= losses[t - 1]! + 1e-5);
});

const wide = synthetic({ samples: 300, views: 2, classes: 4, dimensions: [24, 18], seed: 3 });
const same = synthetic({ samples: 300, views: 2, classes: 4, dimensions: [24, 24], seed: 3 });

test("one view by its principal components, several by CCA: above chance, and above unrotated signs in their loss", async () => {
  const chance = async (data: MultiViewDataset, options: ConstructorParameters<typeof ITQ>[0]) => {
    const { map } = (await (await new ITQ({ bits: 16, ...options }, engine).fit(data)).evaluate()) as { map: Metrics };
    for (const value of Object.values(map)) assert.ok((value as number) > 0.4, JSON.stringify(map));
    return Object.keys(map).length;
  };
  assert.equal(await chance(wide, {}), 2);
  assert.equal(await chance(wide.selectViews(["view1"]), {}), 1);
  await new ITQ({ bits: 16, projection: "pca" }, engine).fit(same);
});

test("a saved model and its exported encoders give the library's codes", async () => {
  const model = await new ITQ({ bits: 16 }, engine).fit(wide);
  await model.save(join(folder, "run"));
  const again = await ITQ.load(join(folder, "run"), engine);
  const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof import("onnxruntime-common");
  for (const [v, { name, bytes }] of model.exportModels().entries()) {
    const { codes } = await model.encode(name, wide);
    assert.deepEqual((await again.encode(name, wide)).codes, codes);
    const session = await ort.InferenceSession.create(bytes);
    const { rows, columns, data } = wide.views[v]!.matrix as DenseMatrix;
    const { bits } = await session.run({ [name]: new ort.Tensor("float32", data, [rows, columns]) });
    const found = (await bits!.getData()) as Uint8Array;
    found.forEach((bit, e) => {
      assert.equal((codes[e >> 3]! >> (7 - (e & 7))) & 1, Number(bit), `${name}, bit ${e}`);
    });
    await session.release();
  }
});

test("what cannot be is said in one line", async () => {
  const fails = (options: ConstructorParameters<typeof ITQ>[0], on: MultiViewDataset, message: RegExp) =>
    assert.rejects(new ITQ(options, engine).fit(on), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  await fails({ bits: 24 }, wide, /24 variates of .* there can be 18$/);
  await fails({ bits: 32 }, wide.selectViews(["view1"]), /32 principal components .* there can be 24$/);
  await fails({ projection: "cca" }, wide.selectViews(["view1"]), /one view; projection cca/);
  await fails({ projection: "pca", bits: 8 }, wide, /24 and 18 columns: itq compares .* set projection=cca/);
  assert.throws(() => new ITQ({ bits: 12 }), /bits/);
});
