// MvLNet as a whole: its stages go on where they stopped, its tasks are evaluated, its encoders give the library's numbers.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { UserError } from "../../errors.js";
import type { Checkpoint } from "../training.js";
import { InterruptedError } from "../training.js";
import { MvLNet } from "./index.js";

const engine = await Engine.open({ threads: 2 });
const folder = mkdtempSync(join(tmpdir(), "vantage-mvlnet-"));
after(() => {
  engine.close();
  rmSync(folder, { recursive: true });
});

const data = synthetic({ samples: 400, views: 2, classes: 4, dimensions: [12, 9], seed: 3 });

type Options = NonNullable<ConstructorParameters<typeof MvLNet>[0]>;

/** Small networks of every kind, a few epochs of each. */
const small: Options = {
  arch: [32, 6],
  autoencoder: [24, 5],
  autoencoderEpochs: 3,
  siameseEpochs: 3,
  pairs: 1200,
  epochs: 4,
  steps: 5,
  batch: 64,
  lr: 1e-3,
  evaluateEvery: 0,
  starts: 3,
};

/** Fits up to the given number of epochs over all stages, and returns the checkpoint there. */
async function interrupted(options: Options, epochs: number): Promise<Checkpoint> {
  const stop = new AbortController();
  let [done, saved]: [number, Checkpoint | undefined] = [0, undefined];
  const model = new MvLNet(options, engine);
  const fit = model.fit(data, {
    signal: stop.signal,
    onEpoch() {
      if (++done === epochs) stop.abort();
    },
    async onCheckpoint(take) {
      const { position, tensors, json } = await take();
      const copies = [...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const);
      saved = { position, tensors: new Map(copies), json: JSON.parse(JSON.stringify(json)) };
    },
  });
  await assert.rejects(fit, InterruptedError);
  return saved!;
}

test("a resumed run gives the same bits, wherever it stopped", async () => {
  const whole = (await new MvLNet(small, engine).fit(data)).modelState();
  // Inside an autoencoder, between it and the next, inside a siamese network, at the start of and inside the last stage.
  for (const epochs of [2, 3, 8, 12, 14]) {
    const resume = await interrupted(small, epochs);
    const { tensors } = (await new MvLNet(small, engine).fit(data, { resume })).modelState();
    assert.deepEqual([...tensors.keys()], [...whole.tensors.keys()]);
    for (const [name, tensor] of whole.tensors) {
      assert.deepEqual(tensors.get(name)!.data, tensor.data, `${name}, stopped after ${epochs} epochs`);
    }
  }
});

test("another seed gives another model", async () => {
  const [one, other] = await Promise.all(
    [0, 1].map(async (seed) => (await new MvLNet({ ...small, seed }, engine).fit(data)).modelState()),
  );
  assert.notDeepEqual(one!.tensors.get("view.0.0.weight")!.data, other!.tensors.get("view.0.0.weight")!.data);
});

test("the representation of the training set is orthonormal: YᵀY/n = I to 1e-3", async () => {
  const model = await new MvLNet(small, engine).fit(data);
  const { train } = model.split(data).splits;
  const y = await model.transform(data.select(train!));
  const clusters = y.columns / 2;
  for (const view of [0, 1]) {
    for (let i = 0; i < clusters; i++) {
      for (let j = 0; j < clusters; j++) {
        let sum = 0;
        for (let row = 0; row < y.rows; row++) {
          const at = row * y.columns + view * clusters;
          sum += y.data[at + i]! * y.data[at + j]!;
        }
        const error = Math.abs(sum / y.rows - (i === j ? 1 : 0));
        assert.ok(error < 1e-3, `view ${view}, entry ${i}, ${j}: off by ${error}`);
      }
    }
  }
});

test("an exported encoder embeds one sample alone as the library does", async () => {
  const model = await new MvLNet({ ...small, scaling: "standard" }, engine).fit(data);
  const expected = await model.transform(data);
  const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof import("onnxruntime-node");
  const models = model.exportModels();
  assert.deepEqual(
    models.map(({ name }) => name),
    ["view1", "view2"],
  );
  for (const [v, { name, bytes }] of models.entries()) {
    const session = await ort.InferenceSession.create(bytes);
    const { columns, data: values } = data.views[v]!.matrix as ReturnType<typeof dense>;
    for (const row of [0, 137]) {
      const sample = values.slice(row * columns, (row + 1) * columns);
      const { representation } = await session.run({ [name]: new ort.Tensor("float32", sample, [1, columns]) });
      const found = representation!.data as Float32Array;
      const width = expected.columns / 2;
      for (let j = 0; j < width; j++) {
        const wanted = expected.data[row * expected.columns + v * width + j]!;
        assert.ok(
          Math.abs(found[j]! - wanted) < 1e-4,
          `view ${v}, row ${row}, ${j}: ${found[j]}, the library ${wanted}`,
        );
      }
    }
    await session.release();
  }
});

test("a saved model gives the same representation, clusters and measures", async () => {
  const model = await new MvLNet(small, engine).fit(data);
  await model.save(join(folder, "saved"));
  const again = await MvLNet.load(join(folder, "saved"), engine);
  assert.deepEqual((await again.transform(data)).data, (await model.transform(data)).data);
  assert.deepEqual(await again.predict(data), await model.predict(data));
  const reopened = await new MvLNet(small, engine).reopen(data, model.modelState());
  assert.deepEqual(await reopened.evaluate(), await model.evaluate());
});

test("clustering finds the classes of easy data, through three views and every affinity", async () => {
  const easy = synthetic({
    samples: 600,
    views: 3,
    classes: 3,
    dimensions: 10,
    privateFactors: 1,
    noise: 0.05,
    seed: 1,
  });
  for (const affinity of ["siamese", "knn", "full"] as const) {
    const fast = { siameseEpochs: 8, epochs: 10, steps: 20, autoencoder: [] };
    const options = { ...small, ...fast, affinity, task: "clustering" } as const;
    const model = await new MvLNet(options, engine).fit(easy);
    const metrics = await model.evaluate();
    assert.ok(metrics.acc > 0.8, `${affinity}: ACC ${metrics.acc}`);
    assert.equal(model.predicts, "clusters");
    assert.equal((await model.transform(easy)).columns, 9);
    const { test: rows } = model.split(easy).splits;
    const onTest = await model.predict(easy.select(rows!));
    assert.equal(new Set(onTest).size, 3);
  }
});

test("classification: SVM first, beside nearest neighbor and MLP; predict uses the SVM", async () => {
  const model = await new MvLNet({ ...small, task: "classification", test: "random:100" }, engine).fit(data);
  const metrics = await model.evaluate();
  assert.deepEqual(metrics.svm.accuracy, metrics.accuracy);
  for (const name of ["knn", "svm", "mlp"] as const) assert.ok(metrics[name].accuracy > 0.3, name);
  const { test: rows } = model.split(data).splits;
  assert.equal(rows!.length, 100);
  const predicted = await model.predict(data.select(rows!));
  const truth = data.select(rows!).labels as { values: Int32Array };
  const right = predicted.filter((label, i) => label === truth.values[i]).length;
  assert.equal(right / 100, metrics.accuracy);
  assert.equal((await model.evaluateOn(data.select(rows!))).accuracy, metrics.accuracy);
  await model.save(join(folder, "classifier"));
  assert.deepEqual(
    await (await MvLNet.load(join(folder, "classifier"), engine)).predict(data),
    await model.predict(data),
  );
});

test("retrieval: every direction, within the test set", async () => {
  const model = await new MvLNet({ ...small, task: "retrieval", test: "last:90" }, engine).fit(data);
  const { map, meanMap } = await model.evaluate();
  assert.deepEqual(Object.keys(map!), ["view1->view2", "view2->view1"]);
  const values = Object.values(map!);
  for (const value of values) assert.ok(value > 0.2 && value <= 1, `mAP ${value}`);
  assert.equal(meanMap, (values[0]! + values[1]!) / 2);
  const [curve] = model.retrievalCurves();
  assert.equal(curve!.precisionAt!.k.at(-1), 90);
  assert.equal(model.predicts, undefined);
  await assert.rejects(model.predict(data), UserError);
});

test("a run takes the pre-trained parts of another, and only those of the same networks", async () => {
  const donor = await new MvLNet({ ...small, scaling: "standard" }, engine).fit(data);
  const path = join(folder, "donor");
  await donor.save(path);
  const stages = new Set<string>();
  const options: Options = { ...small, scaling: "standard", reuse: path, epochs: 2 };
  const heir = await new MvLNet(options, engine).fit(data, { onEpoch: ({ stage }) => void stages.add(stage) });
  assert.deepEqual([...stages], ["spectral"]);
  const [theirs, ours] = [donor.modelState().tensors, heir.modelState().tensors];
  for (const name of ["autoencoder.1.encoder.0.weight", "siamese.0.1.bias", "scaler.0.scale"]) {
    assert.deepEqual(ours.get(name)!.data, theirs.get(name)!.data, name);
  }
  const wrong: [Options, RegExp][] = [
    [{ arch: [32, 7] }, /other networks \(siamese\.0\.1\.weight has shape \[6,32\], expected \[7,32\]\)/],
    [{ scaling: "none" }, /has scaling standard, this run none/],
    [{ reuse: join(folder, "nothing") }, /no such run folder/],
  ];
  for (const [changed, message] of wrong) {
    await assert.rejects(new MvLNet({ ...options, ...changed }, engine).fit(data), { name: "UserError", message });
  }
  const fewer = data.selectViews(["view2"]);
  await assert.rejects(new MvLNet(options, engine).fit(fewer), {
    name: "UserError",
    message: /views view1 \(12\), view2 \(9\)/,
  });
});

test("one view alone trains too", async () => {
  const model = await new MvLNet({ ...small, task: "clustering" }, engine).fit(data.selectViews(["view1"]));
  assert.ok(Number.isFinite((await model.evaluate()).acc));
});

test("bad input gets one line that says what does not fit", async () => {
  const fit = (options: Options, on = data) => new MvLNet({ ...small, ...options }, engine).fit(on);
  const refused = (run: Promise<unknown>, message: RegExp) => assert.rejects(run, { name: "UserError", message });
  await refused(fit({ clusters: 65 }), /clusters: 65 for batches of 64 samples \(option batch\)/);
  await refused(fit({ clusters: 150, batch: 1000, test: "random:300" }), /150 for batches of all 100 training samples/);
  await refused(fit({ neighbours: 65 }), /neighbours: 65, in batches of 64/);
  await refused(fit({ pairNeighbours: 199 }), /pairNeighbours: 199 of 200 training samples/);
  await refused(fit({ test: "last:400" }), /option test: 400 of 400 samples, expected 1 … 399/);
  await refused(fit({ test: "last:3" }), /3 test samples for 4 clusters/);
  const unlabeled = new MultiViewDataset({ ...data, labels: undefined });
  await refused(fit({}, unlabeled), /no classes to count/);
  await refused(fit({ task: "classification" }, unlabeled), /needs labels/);
  const constant = dense(data.samples, 5, new Float32Array(data.samples * 5).fill(2));
  const withConstant = new MultiViewDataset({ ...data, views: [...data.views, { name: "flat", matrix: constant }] });
  await refused(fit({}, withConstant), /view "flat" is the same for all 200 training samples/);
  const present = new Uint8Array(data.samples).fill(1);
  present[7] = 0;
  const incomplete = new MultiViewDataset({ ...data, views: [data.views[0]!, { ...data.views[1]!, present }] });
  await refused(fit({}, incomplete), /1 samples lack view "view2"/);
  assert.throws(() => new MvLNet({ test: "some:4" }), /option test: expected first:N/);
});

test("a view with fewer different samples than clusters stops with a message, not with NaN", async () => {
  const two = dense(data.samples, 3);
  for (let i = 0; i < data.samples; i++) two.data.fill(i % 2, i * 3, i * 3 + 3);
  const views = [data.views[0]!, { name: "binary", matrix: two }];
  const poor = new MultiViewDataset({ ...data, views });
  const options: Options = { ...small, autoencoder: [], affinity: "full", scaleNeighbour: 45 };
  const message = /view "binary": the network's outputs for 64 training samples span [012] of 4 dimensions/;
  await assert.rejects(new MvLNet(options, engine).fit(poor), { name: "UserError", message });
  const alike = /view "binary": in a batch of 64 samples all are equal to their neighbor 2/;
  await assert.rejects(new MvLNet({ ...options, scaleNeighbour: 2 }, engine).fit(poor), {
    name: "UserError",
    message: alike,
  });
});

test("a learning rate out of all proportion ends with a message that names the view, and the last good parameters", async () => {
  const saved: Checkpoint[] = [];
  const fit = new MvLNet({ ...small, lr: 1e38, autoencoder: [] }, engine).fit(data, {
    onCheckpoint: async (take) => void saved.push(await take()),
  });
  await assert.rejects(fit, /^(User|Divergence)Error: view "view\d": .*the orthogonal layer has no weights/);
  for (const [name, tensor] of saved.at(-1)!.tensors) assert.ok(tensor.data.every(Number.isFinite), name);
});
