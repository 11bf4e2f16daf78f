// GMAE as a library: fitting, missing views, mini-batches, saving, exported encoders.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { Random } from "../../core/kernels/random.js";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense, selectRows, toDense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { clusteringMetrics } from "../../metrics/clustering.js";
import { interruptAfter } from "../shared/checks.testing.js";
import type { EpochReport } from "../training.js";
import { GMAE } from "./gmae.js";
import { nearestRows } from "./nearest.js";
import { countNeighbors, dropLastRow, findHubs, neighborNumbers } from "./neighbors.js";
import type { GmaeOptions } from "./options.js";

let engine: Engine;
let folder: string;
before(async () => {
  engine = await Engine.open({ threads: 2 });
  folder = mkdtempSync(join(tmpdir(), "vantage-gmae-"));
});
after(() => {
  engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const small = { hidden: [24, 16], latent: 8, starts: 4, epochs: 6, evaluateEvery: 0 };
const data = synthetic({ samples: 160, views: 2, classes: 3, dimensions: [12, 7], seed: 3 });

test("the published numbers of neighbors, and what stands for them below 100 samples", () => {
  assert.deepEqual(neighborNumbers(2000, 21, 1 / 4), { nearest: 500, positives: 20, negatives: 239 });
  assert.deepEqual(neighborNumbers(210, 21, 1 / 4), { nearest: 52, positives: 20, negatives: 15 });
  const few = neighborNumbers(40, 21, 1 / 4);
  assert.ok(
    few.positives >= 1 && few.negatives >= 1 && few.positives + few.negatives < few.nearest,
    JSON.stringify(few),
  );
  assert.throws(() => neighborNumbers(15, 21, 1 / 4), /at least 16 samples in a batch, got 15/);
  assert.deepEqual(neighborNumbers(4000, 21, 1 / 2), { nearest: 2000, positives: 20, negatives: 989 });
  assert.throws(() => neighborNumbers(100, 21, 0.03), /^UserError: kShare: 0.03 of 100 samples are 3 nearest/);
});

test("neighbor counts: nearest but the sample itself are positive, the last ones negative, the last row empty", async () => {
  const n = 24;
  const x = Float32Array.from({ length: n }, (_, i) => i * i);
  const numbers = { nearest: 6, positives: 2, negatives: 2 };
  const counts = { positive: new Float32Array(n * n), negative: new Float32Array(n * n) };
  const ranked = await nearestRows(engine, x, n, 1, numbers.nearest, "euclidean");
  countNeighbors(ranked, numbers, n, counts);
  countNeighbors(ranked, numbers, n, counts);
  const columns = (values: Float32Array, row: number) =>
    [...values.subarray(row * n, (row + 1) * n).entries()].filter(([, c]) => c > 0);
  // row 0 is at 0, its neighbors at 1, 4, 9, 16, 25
  assert.deepEqual(columns(counts.positive, 0), [
    [1, 2],
    [2, 2],
  ]);
  assert.deepEqual(columns(counts.negative, 0), [
    [4, 2],
    [5, 2],
  ]);
  dropLastRow(n, counts);
  assert.deepEqual(columns(counts.positive, n - 1), []);
  assert.notDeepEqual(columns(counts.positive, n - 2), []);
});

test("cosine neighbors: by direction whatever the length, a row of zeros as far as a right angle, the row itself first", async () => {
  const n = 16;
  const x = new Float32Array(2 * n);
  // Pairs of rows of length 1 and 100 at 0°, 20°, 40° …, the last row zero.
  for (let i = 0; i < n; i++) {
    const [angle, length] = [((i >> 1) * 20 * Math.PI) / 180, i % 2 === 0 ? 1 : 100];
    x.set([length * Math.cos(angle), length * Math.sin(angle)], 2 * i);
  }
  x.fill(0, 2 * n - 2);
  const rows = (ranked: Int32Array, i: number, k: number) => [...ranked.subarray(i * k, (i + 1) * k)];
  const cosine = await nearestRows(engine, x, n, 2, 11, "cosine");
  assert.deepEqual(new Set(rows(cosine, 1, 11).slice(0, 4)), new Set([0, 1, 2, 3]));
  assert.deepEqual(rows(cosine, 1, 11)[0], 1);
  assert.equal(rows(cosine, 0, 11)[10], n - 1, "after those at 0° to 80°, before those beyond 90°");
  assert.deepEqual(rows(cosine, n - 1, 11), [n - 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const euclidean = await nearestRows(engine, x, n, 2, 10, "euclidean");
  assert.equal(rows(euclidean, 0, 10)[1], 2);
  assert.ok(!rows(euclidean, 0, 10).slice(0, 9).includes(1), "the long row of the same direction is far");
});

test("cosine neighbors train to something else than Euclidean ones", async () => {
  const weights = async (distance: "euclidean" | "cosine") =>
    (await new GMAE({ ...small, distance }, engine).fit(data)).modelState().tensors.get("encoder_shared.0.weight");
  assert.notDeepEqual(await weights("cosine"), await weights("euclidean"));
});

test("the share of the most chosen twentieth among neighbors", () => {
  const n = 40;
  const numbers = { nearest: 5, positives: 2, negatives: 1 };
  const lists = (neighbors: (i: number) => number[]) =>
    Int32Array.from(Array.from({ length: n }, (_, i) => [i, ...neighbors(i), 7, 8]).flat());
  assert.deepEqual(
    findHubs(
      lists((i) => [(i + 1) % n, (i + 2) % n]),
      numbers,
    ),
    { count: 2, share: 4 / 80, concentration: 0 },
    "everybody is chosen twice",
  );
  const { share, concentration } = findHubs(
    lists((i) => [3, i < 20 ? 5 : (i + 1) % n]),
    numbers,
  );
  assert.equal(share, (40 + 20) / 80, "samples 3 and 5");
  assert.ok(Math.abs(concentration - (share - 0.05) / 0.95) < 1e-12);
});

/** Word counts: documents of 5 to 80 words out of 400. */
function documents(samples = 600): MultiViewDataset {
  const random = new Random(1, "documents");
  const views = ["a", "b"].map((name) => {
    const matrix = dense(samples, 400);
    for (let i = 0; i < samples; i++) {
      const words = 5 + random.integer(76);
      for (let w = 0; w < words; w++) matrix.data[i * 400 + random.integer(400)]!++;
    }
    return { name, matrix };
  });
  return new MultiViewDataset({ name: "documents", views });
}

test("the first epoch tells of poor neighbors, and names the remedy: few samples that are everybody's, too few clusters", async () => {
  const notesOf = async (options: Partial<GmaeOptions>, on: MultiViewDataset) => {
    const notes: (readonly string[])[] = [];
    const hooks = { onEpoch: (report: EpochReport) => void (report.notes && notes.push(report.notes)) };
    await new GMAE({ ...small, clusters: 5, ...options, epochs: 2 }, engine).fit(on, hooks);
    return notes;
  };
  const words = documents();
  for (const batch of [0, 500]) {
    const notes = await notesOf({ batch }, words);
    assert.equal(notes.length, 1);
    assert.match(notes[0]![0]!, /^view "a": 5% of the samples are [5-9][0-9]% of all .*--set distance=cosine/);
    assert.match(notes[0]![1]!, /^view "b"/);
  }
  assert.deepEqual(await notesOf({ distance: "cosine" }, words), []);
  assert.deepEqual(await notesOf({}, data), []);
  // Four clusters, and a quarter of the samples looked up: the negatives are of the sample's own cluster.
  const [short] = await notesOf({ clusters: 4 }, data);
  assert.match(
    short!.join(),
    /^the nearest 0.25 of the samples, .* one of 4 clusters has; --set kShare=0.75 looks beyond$/,
  );
  const [two] = await notesOf({ clusters: 2 }, data);
  assert.match(two!.join(), /no more than one of 2 clusters has$/, "what helps with two clusters was not measured");
  assert.deepEqual(await notesOf({ clusters: 2, kShare: 1 }, data), []);
  // Where 5% of the samples are 6 and there are 20 positives, these few cannot hold half of all places.
  const few = await notesOf({ clusters: 3 }, documents(120));
  assert.match(few[0]![0]!, /^view "a": 6 of 120 samples are [23][0-9]% of all .*--set distance=cosine/);
});

test("dense views with hubs get no advice, and neighbors beyond a cluster's size are reported", async () => {
  const notesOf = async (options: Partial<GmaeOptions>, on: MultiViewDataset) => {
    const notes: string[] = [];
    const hooks = { onEpoch: (report: EpochReport) => void notes.push(...(report.notes ?? [])) };
    await new GMAE({ ...small, ...options, epochs: 1 }, engine).fit(on, hooks);
    return notes;
  };
  // Points on a sphere, and a few in its middle, which are near to all of them.
  const random = new Random(2, "sphere");
  const matrix = dense(300, 60);
  for (let i = 0; i < 300; i++) {
    const row = Float32Array.from({ length: 60 }, () => random.normal());
    matrix.data.set(
      row.map((value) => (i < 21 ? 0.02 * value : value)),
      i * 60,
    );
  }
  const dots = new MultiViewDataset({ name: "sphere", views: [{ name: "x", matrix }] });
  const [hubs, sizes, ...more] = await notesOf({ clusters: 4 }, dots);
  assert.match(hubs!, /^view "x": 5% of the samples are [5-9][0-9]% of all nearest neighbors.* the others$/);
  assert.match(sizes!, /no more than one of 4 clusters has$/, "longer lists of hubs say no more");
  assert.deepEqual(more, []);
  const [positives] = await notesOf({ clusters: 20 }, data);
  assert.match(
    positives!,
    /^20 neighbors of a sample count as positive \(option posNum\), and one of 20 clusters has .*; --set posNum=[0-9]+ stays inside$/,
  );
  const [reduced] = await notesOf({ clusters: 3 }, data.select(Int32Array.from({ length: 40 }, (_, i) => i)));
  assert.equal(reduced, "option posNum: 21 is too many for 40 samples; 4 neighbors count as positive");
});

test("a fit lowers the loss and finds the classes better than the first representation does", async () => {
  const losses: number[] = [];
  const method = new GMAE({ ...small, epochs: 60 }, engine);
  await method.fit(data, { onEpoch: ({ losses: { total } }: EpochReport) => void losses.push(total!) });
  assert.ok(losses.at(-1)! < losses[0]! - 0.01, `${losses[0]} to ${losses.at(-1)}`);
  const { nmi } = clusteringMetrics((data.labels as { values: Int32Array }).values, await method.predict(data));
  assert.ok(nmi > 0.4, `nmi ${nmi}`);
});

test("a saved model opens with the same representation and predictions", async () => {
  const method = await new GMAE(small, engine).fit(data);
  const path = join(folder, "saved");
  await method.save(path);
  const again = await GMAE.load(path, engine);
  assert.deepEqual(await again.transform(data), await method.transform(data));
  assert.deepEqual(await again.predict(data), await method.predict(data));
  await assert.rejects(method.save(path), /already holds a run/);
});

test("the exported encoder takes raw features, one sample alone too, and gives the library's representation", async () => {
  const method = await new GMAE({ ...small, task: "classification" }, engine).fit(data);
  const [model] = method.exportModels();
  const session = await InferenceSession.create(model!.bytes);
  const rows = [7];
  const feeds = Object.fromEntries(
    data.views.map(({ name, matrix }) => {
      const row = toDense(selectRows(matrix, rows));
      return [name, new Tensor(row.data, [1, row.columns])];
    }),
  );
  const { representation, probabilities } = await session.run(feeds);
  const expected = toDense(selectRows(await method.transform(data), rows)).data;
  const actual = representation!.data as Float32Array;
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < 1e-5, `${i}: ${actual[i]}, expected ${value}`);
  });
  const values = [...(probabilities!.data as Float32Array)];
  assert.equal(values.indexOf(Math.max(...values)), (await method.predict(data))[7]);
});

test("missing views that are masked out: what stands in their place makes no difference", async () => {
  const present = Uint8Array.from({ length: data.samples }, (_, i) => (i % 5 === 0 ? 0 : 1));
  const withFiller = (filler: number) => {
    const [first, second] = data.views;
    const matrix = toDense(second!.matrix);
    const values = matrix.data.map((value, at) => (present[Math.floor(at / matrix.columns)] === 0 ? filler : value));
    const view = { name: second!.name, present, matrix: dense(matrix.rows, matrix.columns, values) };
    return new MultiViewDataset({ ...data, views: [first!, view] });
  };
  const options = { ...small, maskMissing: true };
  const one = await new GMAE(options, engine).fit(withFiller(50));
  const other = await new GMAE(options, engine).fit(withFiller(-3));
  assert.deepEqual(
    one.modelState().tensors.get("decoder.1.2.weight"),
    other.modelState().tensors.get("decoder.1.2.weight"),
  );
  const unmasked = await new GMAE({ ...small }, engine).fit(withFiller(50));
  assert.notDeepEqual(
    one.modelState().tensors.get("decoder.1.2.weight"),
    unmasked.modelState().tensors.get("decoder.1.2.weight"),
  );
});

test("mini-batches resume to the same bits and reports as a run that never stopped", async () => {
  // Two clusters: the first epoch has something to note, which a resumed run has reported already.
  const options = { ...small, clusters: 2, batch: 64, epochs: 4 };
  const reports = (of: unknown[]) => ({ onEpoch: (report: EpochReport) => void of.push({ ...report, seconds: 0 }) });
  const [reported, repeated]: [unknown[], unknown[]] = [[], []];
  const whole = await new GMAE(options, engine).fit(data, reports(reported));
  assert.match(String((reported[0] as EpochReport).notes), /kShare/);
  const middle = await interruptAfter(new GMAE(options, engine), data, 2);
  const resumed = await new GMAE(options, engine).fit(data, { resume: middle, ...reports(repeated) });
  assert.deepEqual(resumed.modelState().tensors, whole.modelState().tensors);
  assert.deepEqual(repeated, reported.slice(2));
});

test("the three corruptions change the training data and still train", async () => {
  const clean = (await new GMAE(small, engine).fit(data)).modelState().tensors.get("encoder_shared.0.weight");
  for (const corrupt of ["missing=0.3", "conflict=0.3", "noise=0.3"]) {
    const method = await new GMAE({ ...small, corrupt }, engine).fit(data);
    assert.notDeepEqual(method.modelState().tensors.get("encoder_shared.0.weight"), clean, corrupt);
  }
});

test("data that does not fit a model is refused", async () => {
  const method = await new GMAE(small, engine).fit(data);
  const narrow = synthetic({ samples: 20, views: 2, classes: 3, dimensions: [12, 6], seed: 3 });
  await assert.rejects(method.transform(narrow), /has 6 columns, the model was trained on 7/);
  const unlabeled = new MultiViewDataset({ name: "bare", views: data.views });
  await assert.rejects(
    new GMAE({ ...small, task: "classification" }, engine).fit(unlabeled),
    /bare: classification needs labels/,
  );
});
