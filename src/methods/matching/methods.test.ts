// Every method and task on data whose columns, views and classes stand in another order, and on data with labels missing.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { type Labels, MultiViewDataset, samplesByClass } from "../../data/dataset.js";
import { selectColumns, toDense } from "../../data/matrix.js";
import { mixedModal } from "../../data/mixed-modal.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { CCA, DCHN, DJSRH, DM2C, GMAE, MvLNet } from "../../index.js";
import type { ViewShape } from "../feeding.js";
import type { Method } from "../method.js";
import type { Metrics, State } from "../training.js";

let engine: Engine;
let folder: string;
before(async () => {
  engine = await Engine.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "vantage-matching-"));
});
after(() => {
  engine.close();
  rmSync(folder, { recursive: true, force: true });
});

type Single = Extract<Labels, { kind: "single" }>;
const names = ["ash", "elm", "oak"];
const made = synthetic({ samples: 120, views: 2, classes: 3, dimensions: [6, 5], seed: 4, noise: 0.1 });
/** Named views, columns and classes, and every tenth sample without a label. */
const data = new MultiViewDataset({
  ...made,
  name: "trees",
  views: made.views.map(({ matrix }, v) => {
    const name = ["image", "text"][v]!;
    return { name, matrix, features: Array.from({ length: matrix.columns }, (_, j) => `${name} ${j}`) };
  }),
  labels: {
    kind: "single",
    names,
    values: (made.labels as Single).values.map((value, i) => (i % 10 === 9 ? -1 : value)),
  },
  ids: Array.from({ length: 120 }, (_, i) => `t${i}`),
  splits: {},
});

/** The same samples with views, columns and classes in another order. */
const other = new MultiViewDataset({
  ...data,
  name: "others",
  views: data.views.toReversed().map(({ name, matrix, features }) => {
    const places = Int32Array.from({ length: matrix.columns }, (_, j) => (j + 2) % matrix.columns);
    return {
      name,
      matrix: toDense(selectColumns(matrix, places)),
      features: Array.from(places, (place) => features![place]!),
    };
  }),
  labels: {
    kind: "single",
    names: ["fir", ...names.toReversed()],
    values: (data.labels as Single).values.map((value) => (value < 0 ? -1 : 3 - value)),
  },
});

const hashing = { hidden: 8, bits: 8, epochs: 2, batch: 16 };
const perView = {
  epochs: 2,
  steps: 3,
  batch: 30,
  autoencoder: [] as number[],
  affinity: "knn" as const,
  arch: [8, 3],
  neighbours: 2,
  scaleNeighbour: 2,
  scaling: "standard" as const,
};
const gmae = { hidden: [8], latent: 4, epochs: 3, starts: 2 };
const cases: Record<string, () => Method> = {
  "gmae clustering": () => new GMAE(gmae, engine),
  "gmae classification": () => new GMAE({ ...gmae, task: "classification" }, engine),
  "gmae classification, corrupted": () =>
    new GMAE({ ...gmae, task: "classification", corrupt: "conflict=0.3" }, engine),
  "cca clustering": () => new CCA({ dimensions: 2, task: "clustering" }, engine),
  "cca classification": () => new CCA({ dimensions: 2, task: "classification" }, engine),
  "cca retrieval": () => new CCA({ dimensions: 2, task: "retrieval" }, engine),
  "mvlnet clustering": () => new MvLNet({ ...perView, task: "clustering" }, engine),
  "mvlnet classification": () => new MvLNet({ ...perView, task: "classification" }, engine),
  "mvlnet retrieval": () => new MvLNet({ ...perView, task: "retrieval" }, engine),
  "dm2c clustering": () =>
    new DM2C({ hidden: [8, 4], mappingHidden: [4], epochs: 2, pretrainEpochs: 1, batch: 32, starts: 2 }, engine),
  "djsrh retrieval": () => new DJSRH(hashing, engine),
  "dchn retrieval": () => new DCHN(hashing, engine),
};

const loaders = { gmae: GMAE, cca: CCA, mvlnet: MvLNet, dm2c: DM2C, djsrh: DJSRH, dchn: DCHN };

function assertFinite(metrics: Metrics, what: string): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") assert.ok(Number.isFinite(value), `${what}: ${name} is ${value}`);
    else assertFinite(value, `${what}: ${name}`);
  }
}

/** Sums over classes in another order differ in their last digits. */
const rounded = (metrics: Metrics) =>
  JSON.parse(JSON.stringify(metrics), (_, value) => (typeof value === "number" ? Number(value.toFixed(9)) : value));

for (const [title, make] of Object.entries(cases)) {
  test(`${title}: by name, in any order, with labels missing`, async () => {
    const notes: string[] = [];
    const model = await make().fit(data, { onNote: (note) => void notes.push(note) });
    assert.equal(
      notes.filter((note) => /^12 of 120 samples have no label: they are/.test(note)).length,
      1,
      notes.join(),
    );
    const metrics = await model.evaluate();
    assert.ok(Object.keys(metrics).length > 0);
    assertFinite(metrics, "own test split");

    const reported: string[] = [];
    const z = await model.transform(other, { onNote: (note) => reported.push(note) });
    assert.equal(reported.filter((note) => /different order/.test(note)).length, 2, reported.join());
    assert.deepEqual(z, await model.transform(data));
    if (model.predicts) assert.deepEqual(await model.predict(other), await model.predict(data));
    if (model.encode) assert.deepEqual(await model.encode("text", other), await model.encode("text", data));
    const evaluated = await model.evaluateOn(other);
    assertFinite(evaluated, "other data");
    assert.deepEqual(rounded(evaluated), rounded(await model.evaluateOn(data)));
    assert.deepEqual(model.classes, model.predicts === "classes" ? names : undefined);
    if (model.classes) await classesApart(model);

    const trained = model.countTrained(data)!;
    assert.ok(trained > 0 && trained <= 120, `${trained}`);
    assert.equal(model.countTrained(other), trained);
    const fresh = synthetic({ samples: 20, views: 2, classes: 3, dimensions: [6, 5], seed: 5 });
    const others = data.views.map((view, v) => ({ ...view, matrix: fresh.views[v]!.matrix }));
    assert.equal(model.countTrained(new MultiViewDataset({ name: "fresh", views: others })), 0);

    const renamed = data.views.map((view) => ({ ...view, name: view.name === "text" ? "pictures" : "text" }));
    await assert.rejects(model.transform(new MultiViewDataset({ name: "renamed", views: renamed })), {
      name: "UserError",
      message: /"text", "pictures"; the model was trained on "image", "text"/,
    });

    const path = join(folder, title);
    await model.save(path);
    const again = await loaders[model.name as keyof typeof loaders].load(path, engine);
    assert.deepEqual(await again.transform(other), z);
    assert.deepEqual([again.views, again.classes, again.countTrained(other)], [model.views, model.classes, trained]);
  });
}

/** A class that is lacking, one that is new, and none in common. */
async function classesApart(model: Method): Promise<void> {
  const { labels } = data as { labels: Single };
  const [, elms = [], oaks = []] = samplesByClass(labels);
  const rows = [...elms, ...oaks];
  const predicted = await model.predict(data);
  const expected = rows.filter((row) => predicted[row] === labels.values[row]).length / rows.length;
  const lacking = {
    ...data.select(rows),
    labels: { ...labels, names: ["elm", "oak"], values: Int32Array.from(rows, (row) => labels.values[row]! - 1) },
  };
  const { accuracy } = await model.evaluateOn(new MultiViewDataset(lacking));
  assert.equal(accuracy, expected, "a class is lacking");

  const withFirs = new MultiViewDataset({ ...data, labels: { ...labels, names: ["fir", "elm", "oak"] } });
  const notes: string[] = [];
  const known = await model.evaluateOn(withFirs, { onNote: (note) => notes.push(note) });
  assert.equal(known.accuracy, expected, "a class is new");
  const firs = labels.values.filter((value) => value === 0).length;
  assert.deepEqual(model.unknownClasses(withFirs), { fir: firs });
  assert.match(notes.join(), new RegExp(`${firs} of 120 samples are of classes that the model does not know \\("fir"`));
  const strange = new MultiViewDataset({ ...data, labels: { ...labels, names: ["fir", "larch", "yew"] } });
  await assert.rejects(
    model.evaluateOn(strange),
    /the classes "fir", .*; the model was trained on "ash", "elm", "oak"/,
  );
}

test("runs of older versions, without names and fingerprints, still open", async () => {
  for (const title of ["cca classification", "gmae classification"]) {
    const model = await cases[title]!().fit(data);
    const { tensors, json } = model.state();
    const views = (json.views as unknown as ViewShape[]).map(({ name, columns }) => ({ name, columns }));
    const { classNames, trainedViews, ...rest } = json;
    assert.deepEqual([classNames, trainedViews], [names, ["image", "text"]]);
    const named: State["json"] = title.startsWith("gmae") ? { classNames: names } : {};
    const old = {
      tensors: new Map([...tensors].filter(([name]) => !name.startsWith("trained"))),
      json: { ...rest, ...named, views },
    };
    const again = await cases[title]!().restore(old);
    const reported: string[] = [];
    const metrics = await again.evaluateOn(data, { onNote: (note) => reported.push(note) });
    assert.deepEqual(metrics, await model.evaluateOn(data));
    assert.match(reported.join(), /matched by position, since only one side has names/);
    if (again.classes === undefined) assert.match(reported.join(), /stores no class names/);
    assert.equal(again.countTrained(data), undefined);
  }
});

test("a mixed-modal set with labels missing", async () => {
  const model = await cases["dm2c clustering"]!().fit(mixedModal(data, 1));
  assertFinite(await model.evaluate(), "mixed-modal");
  assert.ok(model.countTrained(data)! > 0);
});
