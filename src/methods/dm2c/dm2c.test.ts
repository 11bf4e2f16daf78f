// DM2C as a whole: resuming, reuse, export, more than two modalities, the naive variant, and what is refused.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { z } from "zod";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense, toDense } from "../../data/matrix.js";
import { modalities } from "../../data/mixed-modal.js";
import { applyScaler, fitScaler } from "../../data/scaling.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { UserError } from "../../errors.js";
import { fitPca, transformPca } from "../../numerics/linear-algebra/pca.js";
import type { Checkpoint, EpochReport, Metrics } from "../training.js";
import { DM2C } from "./dm2c.js";
import type { dm2cOptions } from "./options.js";

let engine: Engine;
before(async () => {
  engine = await Engine.open({ threads: 2 });
});
after(() => engine.close());

const data = synthetic({ samples: 120, classes: 3, dimensions: [12, 7], seed: 1 });
const small = {
  hidden: [10, 6],
  mappingHidden: [5],
  epochs: 3,
  pretrainEpochs: 2,
  batch: 32,
  discriminatorEvery: 2,
  scaling: "standard",
  starts: 3,
  seed: 3,
} as const satisfies z.input<typeof dm2cOptions>;

const make = (options: z.input<typeof dm2cOptions> = {}) => new DM2C({ ...small, ...options }, engine);

/** A checkpoint as a file would hold it: nothing in it changes any more. */
function copy({ position, tensors, json }: Checkpoint): Checkpoint {
  const stored = [...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }] as const);
  return { position, tensors: new Map(stored), json: JSON.parse(JSON.stringify(json)) };
}

function parameters(model: DM2C): Record<string, number[]> {
  return Object.fromEntries([...model.modelState().tensors].map(([name, { data }]) => [name, [...data]]));
}

test("resumed after any epoch of any stage, training gives the same bits", async () => {
  const checkpoints: Checkpoint[] = [];
  const reports: EpochReport[] = [];
  const whole = await make({ pca: 5 }).fit(data, {
    onEpoch: (report) => void reports.push(report),
    onCheckpoint: async (take) => void checkpoints.push(copy(await take())),
  });
  assert.deepEqual(
    reports.map(({ stage, epoch }) => `${stage} ${epoch}`),
    ["pretrain view1 1", "pretrain view1 2", "pretrain view2 1", "pretrain view2 2", "train 1", "train 2", "train 3"],
  );
  const expected = parameters(whole);
  assert.ok(expected.centres!.every(Number.isFinite));
  for (const resume of checkpoints) {
    const again = await make({ pca: 5 }).fit(data, { resume });
    assert.deepEqual(parameters(again), expected, `resumed at ${JSON.stringify(resume.position)}`);
  }
  const last = reports.at(-1)!;
  assert.deepEqual(await whole.evaluate(), last.metrics);
  for (const part of [last.metrics!, last.metrics!.train as Metrics]) {
    for (const name of ["acc", "ari", "nmi", "f1", "precision", "recall", "purity"]) {
      assert.ok(typeof part[name] === "number", name);
    }
  }
  assert.equal(typeof reports[3]!.metrics!.acc, "number", "evaluated at the end of pre-training");
  assert.equal(reports[2]!.metrics, undefined);
  assert.ok(last.losses.discriminator !== undefined && last.losses["view2 cycle reconstruction"]! > 0);
});

test("the autoencoders of another run in place of pre-training give the same bits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-dm2c-"));
  try {
    const first = await make({ pretrainOnly: true }).fit(data);
    const run = join(folder, "pretrained");
    await first.save(run);
    const stages: string[] = [];
    const second = await make({ reuse: run, pretrainEpochs: 99 }).fit(data, {
      onEpoch: ({ stage }) => void stages.push(stage),
    });
    assert.deepEqual(stages, ["train", "train", "train"]);
    assert.deepEqual(parameters(second), parameters(await make().fit(data)));
    const own = await first.transform(data);
    const loaded = await DM2C.load(run, engine);
    assert.deepEqual(await loaded.transform(data), own);
    assert.deepEqual(await loaded.predict(data), await first.predict(data));
    const other = make({ reuse: run, hidden: [9, 6] }).fit(data);
    await assert.rejects(other, /has view1_ae\.encoder\.0\.weight of 10×12, expected 9×12; its data, hidden/);
    assert.throws(() => make({ reuse: run, pretrainOnly: true }), UserError);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const unify of ["first", "second", "neither"] as const) {
  test(`exported encoders give the library's codes, unified to ${unify}`, async () => {
    const model = await make({ unify, pca: unify === "second" ? 4 : 0 }).fit(data);
    const codes = await model.transform(data);
    const modality = modalities(model.split(data));
    const exported = model.exportModels();
    assert.deepEqual(
      exported.map(({ name }) => name),
      ["view1", "view2"],
    );
    for (const [m, { name, bytes }] of exported.entries()) {
      const session = await engine.load(bytes);
      const rows = data.samples;
      const x = toDense(data.views[m]!.matrix);
      const code = new Float32Array(rows * codes.columns);
      await session
        .bind(
          { [name]: { data: x.data, shape: [rows, x.columns] } },
          { code: { data: code, shape: [rows, codes.columns] } },
        )
        .run();
      for (let row = 0; row < rows; row++) {
        if (modality[row] !== m) continue;
        for (let j = 0; j < codes.columns; j++) {
          const [found, expected] = [code[row * codes.columns + j]!, codes.data[row * codes.columns + j]!];
          assert.ok(
            Math.abs(found - expected) < 1e-5 * Math.max(1, Math.abs(expected)),
            `${name}, row ${row}: ${found}, ${expected}`,
          );
        }
      }
      await session.release();
    }
    const [own, all] = [
      await make({ unify: "neither", pretrainOnly: true }).fit(data),
      await make({ pretrainOnly: true }).fit(data),
    ];
    assert.deepEqual(
      parameters(own),
      parameters(all),
      "before the mappings are trained, codes stay in their own spaces",
    );
  });
}

test("scaling and principal components are fitted on the modality's own training samples", async () => {
  const model = await make({ pca: 4, pretrainOnly: true, pretrainEpochs: 0 }).fit(data);
  const mixed = model.split(data);
  const modality = modalities(mixed);
  const rows = mixed.splits.train!.filter((row) => modality[row] === 0);
  const { matrix } = data.views[0]!;
  const scaler = fitScaler("standard", matrix, rows);
  const scaled = toDense(applyScaler(scaler, matrix, rows));
  const pca = await fitPca(scaled, 4, engine);
  const found = parameters(model);
  assert.deepEqual(found["view1_input.scale"], [...scaler.scale]);
  assert.deepEqual(found["view1_input.components"], [...pca.components.data]);
  assert.equal(found["view1_ae.encoder.0.weight"]!.length, 10 * 4);
  const reduced = await transformPca(pca, scaled, engine);
  assert.ok(Math.abs(reduced.data.reduce((a, b) => a + b)) < 1e-2);
});

test("data of one modality, and of modalities in another order, is reported by name", async () => {
  const model = await make().fit(data);
  const codes = await model.transform(model.split(data));
  const modality = modalities(model.split(data));
  const second = await model.transform(data.selectViews(["view2"]));
  const swapped = await model.transform(model.split(data).selectViews(["view2", "view1"]));
  assert.deepEqual(swapped, codes);
  for (let row = 0; row < data.samples; row++) {
    if (modality[row] === 0) continue;
    const part = (z: typeof codes) => z.data.slice(row * z.columns, (row + 1) * z.columns);
    assert.deepEqual(part(second), part(codes));
  }
  const [coloring] = model.colorings(data);
  assert.deepEqual(coloring, { name: "modality", values: modality, names: ["view1", "view2"] });
  const metrics = await model.evaluateOn(data);
  assert.ok(metrics.acc > 1 / 3);
});

test("three modalities: a mapping for every ordered pair", async () => {
  const three = synthetic({ samples: 150, views: 3, classes: 3, dimensions: [8, 6, 5], seed: 2 });
  const model = await make({ unify: "view3", batch: 48, pretrainLr: 1e-3 }).fit(three);
  const names = Object.keys(parameters(model));
  for (const a of [1, 2, 3]) {
    for (const b of [1, 2, 3]) {
      assert.equal(names.includes(`view${a}_to_view${b}.encoder.0.weight`), a !== b);
    }
  }
  const { acc } = await model.evaluate();
  assert.ok(acc >= 1 / 3);
});

test("the naive variant: cross-entropies of undecided discriminators are ln 2", async () => {
  const reports: EpochReport[] = [];
  const rates = { lrAutoencoder: 1e-9, lrMapping: 1e-9, lrDiscriminator: 1e-9 };
  const model = make({ gan: "naive", epochs: 1, pretrainEpochs: 1, ...rates });
  await model.fit(data, {
    onEpoch: (report) => void reports.push(report),
    onCheckpoint: (_, last) => {
      // After pre-training: discriminators that say 0 to everything.
      if (last) return;
      for (const [name, { data: values }] of model.modelState().tensors) if (name.startsWith("disc_")) values.fill(0);
    },
  });
  const { adversarial, discriminator } = reports.at(-1)!.losses;
  assert.ok(Math.abs(adversarial! - 2 * Math.LN2) < 1e-5, `${adversarial}`);
  assert.ok(Math.abs(discriminator! - 0.5 * 2 * Math.LN2) < 1e-5, `${discriminator}`);
});

test("discriminators stay inside the clip of the Wasserstein form", async () => {
  const model = await make({ clip: 0.01, discriminatorEvery: 1, lrDiscriminator: 1 }).fit(data);
  const weights = Object.entries(parameters(model)).filter(([name]) => name.startsWith("disc_"));
  const largest = Math.max(...weights.flatMap(([, values]) => values.map(Math.abs)));
  assert.ok(Math.abs(largest - 0.01) < 1e-8, `${largest}`);
});

/** Every sample in the modality that the list says. */
function assigned(places: readonly number[]): MultiViewDataset {
  const views = data.views.map((view, v) => ({
    ...view,
    present: Uint8Array.from(places, (place) => (place === v ? 1 : 0)),
  }));
  return new MultiViewDataset({ ...data, views });
}

test("a batch with one sample of a modality is left out, and it is said where that leaves none", async () => {
  // 2 training samples in the second modality: with a batch of 4 they hardly ever meet.
  const rare = assigned(Array.from({ length: 120 }, (_, row) => (row < 2 ? 1 : 0)));
  const split = rare.withSplits({
    train: Int32Array.from({ length: 100 }, (_, i) => i),
    test: Int32Array.from({ length: 20 }, (_, i) => 100 + i),
  });
  await assert.rejects(
    make({ batch: 4 }).fit(split),
    new UserError(
      `${data.name}: no batch of 4 has two samples of every modality (training samples: view1 98, view2 2): raise option batch`,
    ),
  );
  const model = await make({ batch: 100 }).fit(split);
  assert.ok(parameters(model).centres!.every(Number.isFinite));
});

test("what does not fit is refused in one line", async () => {
  const refused = (options: z.input<typeof dm2cOptions>, set: MultiViewDataset, message: RegExp) =>
    assert.rejects(
      async () => make(options).fit(set),
      (error: Error) => {
        assert.ok(error instanceof UserError, `${error}`);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      },
    );
  await refused(
    {},
    assigned(new Array(120).fill(0)),
    /no training sample is in modality view2; each modality needs at least two/,
  );
  await refused(
    { test: "last:20" },
    assigned(Array.from({ length: 120 }, (_, row) => (row === 5 ? 1 : 0))),
    /only one training sample is in modality view2/,
  );
  await refused({}, data.selectViews(["view1"]), /dm2c needs at least two modalities, this set has only view1/);
  await refused(
    { unify: "audio" },
    data,
    /option unify: there is no modality audio; expected first, second, neither, view1, view2/,
  );
  await refused({ pca: 8 }, data, /option pca: 8 components, but modality view2 has 7 features/);
  await refused(
    {
      hidden: [
        [8, 4],
        [8, 5],
      ],
    },
    data,
    /option hidden: the last widths differ \(view1 4, view2 5\)/,
  );
  await refused(
    {
      hidden: [
        [8, 4],
        [8, 4],
        [8, 4],
      ],
    },
    data,
    /3 lists of widths for 2 modalities/,
  );
  await refused({ test: "last:120" }, data, /test: 120 of 120 samples/);
  await refused({ clusters: 100 }, data, /96 training samples for 100 clusters/);
  await refused({ gan: "other" as "naive" }, data, /option gan/);
  const model = await make({ epochs: 1, pretrainEpochs: 0 }).fit(data);
  const audio = new MultiViewDataset({
    name: "later",
    views: [
      { name: "view1", matrix: dense(2, 12) },
      { name: "audio", matrix: dense(2, 3) },
    ],
  });
  await assert.rejects(
    model.transform(audio),
    /later has the views "view1", "audio"; the model was trained on "view1", "view2"/,
  );
  const wide = new MultiViewDataset({ name: "later", views: [{ name: "view1", matrix: dense(2, 13) }] });
  await assert.rejects(model.predict(wide), /view "view1" has 13 columns, the model was trained on 12/);
});
