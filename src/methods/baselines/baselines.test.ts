// Baselines beside results: the same samples, labels only where there are any, and notes where the result is worse.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { kmeans } from "../../numerics/kmeans/kmeans.js";
import { CCA } from "../cca/index.js";
import { DCHN } from "../dchn/dchn.js";
import { DM2C } from "../dm2c/dm2c.js";
import { GMAE } from "../gmae/gmae.js";
import type { Protocol } from "../protocol.js";
import { baselineNotes, describeClusters, measureBaselines } from "./index.js";
import { affordable, scaledView } from "./scaled-views.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());
const options = { engine, seed: 0 };
const data = synthetic({ samples: 240, views: 2, classes: 3, dimensions: [12, 8], seed: 3 });
const truth = (data.labels as { values: Int32Array }).values;

const baselinesOf = async (method: { protocol(): Protocol | undefined }) =>
  measureBaselines(method.protocol()!, options);

test("clustering: k-means on the joined views scaled to [0, 1], and the best view by the labels", async () => {
  const method = await new GMAE({ epochs: 1, hidden: [8], latent: 4, evaluateEvery: 0, starts: 1 }, engine).fit(data);
  const { joined, bestView, views, notes } = await baselinesOf(method);
  const all = Int32Array.from({ length: 240 }, (_, i) => i);
  const [a, b] = data.views.map((view) => scaledView(view, all, all));
  const x = dense(240, 20);
  for (let i = 0; i < 240; i++) {
    x.data.set(a!.data.subarray(12 * i, 12 * i + 12), 20 * i);
    x.data.set(b!.data.subarray(8 * i, 8 * i + 8), 20 * i + 12);
  }
  assert.ok(x.data.every((value) => value >= 0 && value <= 1));
  const { labels } = await kmeans(x, { clusters: 3, starts: 10, seed: 0, engine });
  const { acc, nmi, ari, purity } = clusteringMetrics(truth, labels);
  assert.deepEqual(joined, { acc, nmi, ari, purity });
  assert.deepEqual(Object.keys(views!), ["view1", "view2"]);
  const best = Object.entries(views!).reduce((m, each) => (each[1].acc! > m[1].acc! ? each : m));
  assert.deepEqual(bestView, { name: best[0], ...best[1] });
  assert.equal(notes, undefined);
});

test("samples without a label are clustered and not measured; without any there are sizes and a silhouette", async () => {
  const values = truth.map((value, i) => (i % 3 === 0 ? -1 : value));
  const partly = new MultiViewDataset({ ...data, labels: { kind: "single", values, names: data.labels!.names } });
  const all = Int32Array.from({ length: 240 }, (_, i) => i);
  const protocol = { task: "clustering", data: partly, test: all, clusters: 3 } as const;
  const { joined } = await measureBaselines(protocol, options);
  assert.ok(joined!.acc! > 0.34 && joined!.acc! <= 1);
  const unlabeled = new MultiViewDataset({ ...data, labels: undefined });
  assert.deepEqual(await measureBaselines({ ...protocol, data: unlabeled }, options), {});
  const apart = dense(
    240,
    1,
    Float32Array.from(truth, (value, i) => 5 * value + (i % 10) / 10),
  );
  const right = await describeClusters(unlabeled, truth, apart, options);
  assert.equal(right.stability, 1);
  assert.deepEqual(
    right.sizes,
    [0, 1, 2].map((c) => truth.filter((value) => value === c).length),
  );
  const shuffled = await describeClusters(
    unlabeled,
    truth.map((_, i) => i % 3),
    // points evenly on a circle have no three clusters
    dense(
      240,
      2,
      Float32Array.from({ length: 480 }, (_, e) => (e % 2 ? Math.sin : Math.cos)((Math.floor(e / 2) * Math.PI) / 120)),
    ),
    options,
  );
  assert.ok(shuffled.stability! < 0.8, `${shuffled.stability}`);
  assert.ok(right.silhouette! > shuffled.silhouette! + 0.02, `${right.silhouette} ${shuffled.silhouette}`);
});

test("mixed-modal samples: missing views at their mean, no view alone", async () => {
  const settings = { epochs: 1, pretrainEpochs: 1, hidden: [8, 4], mappingHidden: [4], evaluateEvery: 0 };
  const method = await new DM2C(settings, engine).fit(data);
  const { joined, bestView, notes } = await baselinesOf(method);
  assert.ok(joined!.acc! > 0);
  assert.equal(bestView, undefined);
  assert.match(notes!.join(), /each view lacks some samples/);
});

test("classification: a linear SVM; retrieval: CCA fitted on the training samples, in the method's directions", async () => {
  const classified = await new CCA({ task: "classification", dimensions: 3 }, engine).fit(data);
  const { joined, bestView } = await baselinesOf(classified);
  assert.ok(joined!.accuracy! > 0.9, `${joined!.accuracy}`);
  assert.ok((bestView!.accuracy as number) > 0.6);
  const hashed = await new DCHN({ epochs: 1, hidden: 8, bits: 8, evaluateEvery: 0 }, engine).fit(data);
  const { cca } = (await baselinesOf(hashed)) as { cca: Record<string, Record<string, number>> };
  const own = await hashed.evaluate();
  assert.deepEqual(Object.keys(cca.map!), Object.keys(own.map!));
  assert.ok(
    Object.values(cca.map!).every((value) => value > 0.5),
    JSON.stringify(cca.map),
  );
  assert.ok(Object.values(cca.recallAt1!).every((value, i) => value > Number(Object.values(own.recallAt1!)[i])));
  const { notes } = await measureBaselines({ ...hashed.protocol(data)!, train: undefined }, options);
  assert.match(notes!.join(), /no training samples to fit CCA on/);
});

test("a note for every baseline that is better, and none for one that is not", () => {
  const baselines = { joined: { acc: 0.455 }, bestView: { name: "rna", acc: 0.5 } };
  assert.deepEqual(baselineNotes({ acc: 0.412 }, baselines), [
    "acc .412 is below k-means on the joined views (.455)",
    'acc .412 is below k-means on view "rna" alone (.500)',
  ]);
  assert.deepEqual(baselineNotes({ acc: 0.5 }, baselines), []);
  const map = { "a->b": 0.3, "b->a": 0.4 };
  assert.deepEqual(baselineNotes({ map }, { cca: { map: { "a->b": 0.2, "b->a": 0.41 } } }), [
    "map b->a .400 is below plain CCA (.410)",
  ]);
});

test("too many rows are sampled, the same ones each time; a signal ends the work", async () => {
  const rows = Int32Array.from({ length: 1000 }, (_, i) => 2 * i);
  const some = affordable(rows, 10, 100, 1);
  assert.equal(some.length, 100);
  assert.deepEqual(affordable(rows, 10, 100, 1), some);
  assert.deepEqual(some, some.slice().sort());
  assert.equal(affordable(rows, 10, 1000, 1), rows);
  const protocol = { task: "clustering", data, test: Int32Array.from(truth.keys()), clusters: 3 } as const;
  await assert.rejects(measureBaselines(protocol, { ...options, signal: AbortSignal.abort() }), { name: "AbortError" });
});
