// CCA against numbers from another way to solve it, and as a user has it: tasks, saving, exported encoders, mistakes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { UserError } from "../../errors.js";
import { solveCca } from "../../numerics/linear-algebra/cca.js";
import { CCA, type CcaOptions, cca } from "./index.js";

const engine = await Engine.open({ threads: 1 });
const folder = mkdtempSync(join(tmpdir(), "vantage-cca-"));
after(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

const exact = { components: 100, regularisation: 0 };

/** x·Wᵀ + b */
function project({ rows, columns, data }: DenseMatrix, weight: Float32Array, bias: Float32Array): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from(bias, (b, d) =>
      weight
        .subarray(d * columns, (d + 1) * columns)
        .reduce((sum, value, j) => sum + value * data[i * columns + j]!, b),
    ),
  );
}

function covariance(a: number[][], b: number[][], i: number, j: number): number {
  const mean = (z: number[][], d: number) => z.reduce((sum, row) => sum + row[d]!, 0) / z.length;
  const [ma, mb] = [mean(a, i), mean(b, j)];
  return a.reduce((sum, row, n) => sum + (row[i]! - ma) * (b[n]![j]! - mb), 0) / (a.length - 1);
}

test("canonical correlations of two views are the singular values of QxᵀQy (NumPy, float64)", async () => {
  const n = 40;
  const x = Float32Array.from({ length: n * 3 }, (_, e) => {
    const [i, j] = [Math.floor(e / 3), e % 3];
    return Math.sin(i * (j + 1) + 0.3) + 0.1 * Math.cos(i * i);
  });
  const y = Float32Array.from({ length: n * 3 }, (_, e) => {
    const [i, j] = [Math.floor(e / 3), e % 3];
    if (j === 0) return x[3 * i]! * 0.5 + Math.cos(i * 1.7);
    return j === 1 ? Math.sin(i * 2) * 0.3 + Math.cos(i * i * 0.7) : Math.cos(i * 0.9);
  });
  const views = [dense(n, 3, x), dense(n, 3, y)];
  const { projections, correlations } = await solveCca(engine, views, { ...exact, dimensions: 3 });
  const expected = [0.4933411975, 0.2193037275, 0.0179792837];
  expected.forEach((value, d) => {
    assert.ok(Math.abs(correlations[d]! - value) < 1e-5, `${d}: ${correlations[d]}, expected ${value}`);
  });
  const [a, b] = projections.map(({ weight, bias }, v) => project(views[v]!, weight, bias)) as [number[][], number[][]];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      assert.ok(Math.abs(covariance(a, a, i, j) - Number(i === j)) < 1e-4, "variates of a view: unit covariance");
      const between = i === j ? expected[i]! : 0;
      assert.ok(Math.abs(covariance(a, b, i, j) - between) < 1e-4, "variates of both views: correlated pair by pair");
    }
  }
});

test("with a ridge and three views, too, the correlations are those of the training variates", async () => {
  const views = synthetic({ samples: 60, views: 3, classes: 3, dimensions: [8, 6, 7], seed: 4 }).views.map(
    ({ matrix }) => matrix as DenseMatrix,
  );
  const options = { components: 100, regularisation: 0.5, dimensions: 4 };
  const { projections, correlations } = await solveCca(engine, views, options);
  const z = projections.map(({ weight, bias }, v) => project(views[v]!, weight, bias));
  const correlation = (u: number, v: number, d: number) =>
    covariance(z[u]!, z[v]!, d, d) / Math.sqrt(covariance(z[u]!, z[u]!, d, d) * covariance(z[v]!, z[v]!, d, d));
  for (let d = 0; d < 4; d++) {
    const mean = (correlation(0, 1, d) + correlation(0, 2, d) + correlation(1, 2, d)) / 3;
    assert.ok(Math.abs(correlations[d]! - mean) < 1e-4, `${d}: ${correlations[d]}, expected ${mean}`);
  }
});

test("a ridge lowers the correlations of noise, and components of no variance do not matter", async () => {
  const noise = synthetic({ samples: 30, views: 2, classes: 2, dimensions: [20, 20], seed: 1 });
  const views = noise.views.map(({ matrix }) => matrix as DenseMatrix);
  const first = async (regularisation: number, of = views) =>
    (await solveCca(engine, of, { components: 100, regularisation, dimensions: 2 })).correlations[0]!;
  assert.ok((await first(1)) < (await first(0)) - 0.005);
  const doubled = views.map(({ rows, columns, data }) => {
    const twice = dense(rows, 2 * columns);
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * columns, (i + 1) * columns);
      twice.data.set(row, 2 * i * columns);
      twice.data.set(row, (2 * i + 1) * columns);
    }
    return twice;
  });
  assert.ok(Math.abs((await first(0, doubled)) - (await first(0))) < 1e-3);
});

const data = synthetic({ samples: 400, views: 3, classes: 4, dimensions: [12, 9, 15], seed: 3 });

test("three views, all tasks: far above chance", async () => {
  const measured = async <Task extends CcaOptions["task"]>(task: Task) =>
    (await new CCA({ task, dimensions: 3 }, engine).fit(data)).evaluate();
  assert.ok((await measured("clustering")).acc > 0.6);
  assert.ok((await measured("classification")).accuracy > 0.8);
  const { map } = await measured("retrieval");
  assert.equal(Object.keys(map!).length, 6);
  for (const value of Object.values(map!)) assert.ok(value > 0.5, JSON.stringify(map));
});

test("a saved model and its exported encoders give the library's numbers", async () => {
  const model = await new CCA({ task: "classification", dimensions: 3 }, engine).fit(data);
  await model.save(join(folder, "run"));
  const again = await CCA.load(join(folder, "run"), engine);
  const z = await model.transform(data);
  assert.deepEqual((await again.transform(data)).data, z.data);
  assert.deepEqual(await again.predict(data), await model.predict(data));
  const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof import("onnxruntime-common");
  for (const [v, { name, bytes }] of model.exportModels().entries()) {
    const session = await ort.InferenceSession.create(bytes);
    const { rows, columns, data: values } = data.views[v]!.matrix as DenseMatrix;
    const { representation } = await session.run({ [name]: new ort.Tensor("float32", values, [rows, columns]) });
    const found = (await representation!.getData()) as Float32Array;
    for (let i = 0; i < rows; i++) {
      for (let d = 0; d < 3; d++) {
        assert.ok(Math.abs(found[3 * i + d]! - z.data[9 * i + 3 * v + d]!) < 1e-4, `view ${name}, sample ${i}`);
      }
    }
    await session.release();
  }
});

test("what cannot be is said in one line", async () => {
  const fails = (options: ConstructorParameters<typeof CCA>[0], on: MultiViewDataset, message: RegExp) =>
    assert.rejects(new CCA(options, engine).fit(on), (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  await fails({}, data.selectViews([data.views[0]!.name]), /has one view/);
  await fails({ dimensions: 22 }, data, /22 variates .* there can be 21$/);
  await fails({ dimensions: 2, clusters: 300 }, data, /200 test samples for 300 clusters/);
  await fails(
    { dimensions: 2, task: "classification" },
    new MultiViewDataset({ ...data, labels: undefined }),
    /labels/,
  );
  assert.throws(() => new CCA({ regularisation: -1 }), /regularisation/);
});

test("by default there are as many variates as fit, which a note says; they are saved", async () => {
  const narrow = synthetic({ samples: 90, views: 2, classes: 3, dimensions: [4, 9], seed: 3 });
  const notes: string[] = [];
  const model = await new CCA({}, engine).fit(narrow, { onNote: (note) => void notes.push(note) });
  assert.ok(
    notes.some((note) => /^4 canonical variates of each view instead of 10 /.test(note)),
    notes.join("\n"),
  );
  assert.equal((await model.transform(narrow)).columns, 8);
  await model.save(join(folder, "narrow"));
  const again = await CCA.load(join(folder, "narrow"), engine);
  assert.deepEqual((await again.transform(narrow)).data, (await model.transform(narrow)).data);
  notes.length = 0;
  const wide = await new CCA({}, engine).fit(data, { onNote: (note) => void notes.push(note) });
  assert.equal((await wide.transform(data)).columns, 30);
  assert.deepEqual(
    notes.filter((note) => note.includes("canonical")),
    [],
  );
  await assert.rejects(new CCA({ dimensions: 10 }, engine).fit(narrow), /10 variates .* there can be 4$/);
});

test("clusters of data without labels are not measured: the class says so, a definition gives no measures", async () => {
  const unlabeled = new MultiViewDataset({ ...data, labels: undefined });
  const options = { dimensions: 2, clusters: 3, starts: 2 };
  const model = await new CCA(options, engine).fit(unlabeled);
  const refused = {
    name: "UserError",
    message: "cca: no evaluation sample has a single label; clustering needs labels",
  };
  await assert.rejects(model.evaluate(), refused);
  await assert.rejects(model.evaluateOn(unlabeled), refused);
  assert.ok((await model.evaluateOn(data)).acc > 0.3);
  const defined = await cca.create(options, engine).fit(unlabeled);
  assert.deepEqual([await defined.evaluate(), await defined.evaluateOn(unlabeled)], [{}, {}]);
});
