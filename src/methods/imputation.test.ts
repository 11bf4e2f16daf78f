// Missing values inside methods: filled from the training samples, the same after a load, and in exported encoders.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { Engine } from "../core/runtime/index.js";
import { MultiViewDataset, type View } from "../data/dataset.js";
import { type Imputation, imputations } from "../data/imputation/imputer.js";
import type { DenseMatrix } from "../data/matrix.js";
import { synthetic } from "../data/sets/synthetic.js";
import { CCA } from "./cca/index.js";
import { DCHN } from "./dchn/index.js";
import type { Checkpoint } from "./training.js";

/** Every 17th value of the first view is missing. */
function withGaps(data: MultiViewDataset): MultiViewDataset {
  const [first, ...others] = data.views as [View, ...View[]];
  const matrix = first.matrix as DenseMatrix;
  const values = matrix.data.map((value, place) => (place % 17 === 3 ? Number.NaN : value));
  const views = [{ ...first, matrix: { ...matrix, data: values }, incomplete: true }, ...others];
  return new MultiViewDataset({ ...data, views });
}

const complete = synthetic({ samples: 60, dimensions: [6, 5], classes: 3, seed: 1 });
const data = withGaps(complete);

async function fitted(engine: Engine, impute: Imputation) {
  return new CCA({ dimensions: 3 }, engine).fit(data, { impute });
}

for (const kind of imputations) {
  test(`a model with ${kind} fills other data as it did, before and after a load`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "vantage-imputation-"));
    await using engine = await Engine.open({ threads: 1 });
    try {
      await using model = await fitted(engine, kind);
      assert.equal(model.imputation, kind);
      const some = data.select([7, 3, 50]);
      const { data: z } = await model.transform(some);
      assert.ok(z.every(Number.isFinite));
      const all = (await model.transform(data)).data;
      assert.deepEqual([...z.subarray(0, 6)], [...all.subarray(42, 48)]);
      await model.save(join(folder, "run"));
      await using loaded = await CCA.load(join(folder, "run"), engine);
      assert.deepEqual([...(await loaded.transform(some)).data], [...z]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("means are learned from the training samples alone", async () => {
  await using engine = await Engine.open({ threads: 1 });
  const train = Int32Array.from({ length: 30 }, (_, row) => row);
  const test = Int32Array.from({ length: 30 }, (_, row) => 30 + row);
  const split = data.withSplits({ train, test });
  const options = { dimensions: 3, task: "classification" } as const;
  const whole = await new CCA(options, engine).fit(split, { impute: "mean" });
  const means = whole.state().tensors.get("imputation.0.fill")!.data;
  const { matrix } = data.views[0]!;
  for (let j = 0; j < matrix.columns; j++) {
    const values = Array.from(train, (row) => (matrix as DenseMatrix).data[row * matrix.columns + j]!);
    const known = values.filter((value) => !Number.isNaN(value));
    assert.ok(Math.abs(means[j]! - known.reduce((a, b) => a + b) / known.length) < 1e-6);
  }
  await whole.dispose();
});

test("exported encoders fill means and medians as the model does; knn stays out of them, with a note", async () => {
  await using engine = await Engine.open({ threads: 1 });
  const [{ name, matrix }] = data.views as [View];
  const own = async (method: CCA) => {
    const { bytes } = method.exportModels().find((each) => each.name === name)!;
    const session = await InferenceSession.create(bytes);
    const values = (matrix as DenseMatrix).data;
    const feeds = { [name]: new Tensor("float32", values, [matrix.rows, matrix.columns]) };
    return (await session.run(feeds)).representation!.data as Float32Array;
  };
  for (const kind of ["mean", "median"] as const) {
    await using model = await fitted(engine, kind);
    const expected = (await model.transform(data)).data;
    const found = await own(model);
    assert.ok(found.every((value, i) => Math.abs(value - expected[Math.floor(i / 3) * 6 + (i % 3)]!) < 1e-4));
  }
  const notes: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  await using model = await new CCA({ dimensions: 3 }, engine).fit(data, { impute: "knn", onNote });
  assert.ok((await own(model)).some(Number.isNaN));
  assert.ok(notes.some((note) => note.includes("exported encoders do not fill")));
});

test("a model that has not learned to fill values refuses them, whatever it is used for", async () => {
  await using engine = await Engine.open({ threads: 1 });
  await assert.rejects(new CCA({}, engine).fit(data), /lacks 21 values.*--impute mean/);
  await using model = await new CCA({ dimensions: 3 }, engine).fit(complete);
  await assert.rejects(model.transform(data), /has not learned to fill them/);
  await assert.rejects(model.predict(data), /has not learned to fill them/);
});

test("hash codes of samples with missing values, and a resumed training", async () => {
  await using engine = await Engine.open({ threads: 1 });
  const options = { bits: 16, hidden: 8, epochs: 2, evaluateEvery: 0 } as const;
  let middle: Checkpoint | undefined;
  const onCheckpoint = async (take: () => Promise<Checkpoint>) => {
    if (middle !== undefined) return;
    const { tensors, ...rest } = await take();
    // The tensors are the training's own, and change.
    const copies = [...tensors].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }] as const);
    middle = { ...rest, tensors: new Map(copies) };
  };
  await using model = await new DCHN(options, engine).fit(data, { impute: "knn", onCheckpoint });
  const { codes } = await model.encode!(data.views[0]!.name, data);
  await using resumed = await new DCHN(options, engine).fit(data, { resume: middle! });
  assert.deepEqual((await resumed.encode!(data.views[0]!.name, data)).codes, codes);
});
