// DCHN as its users meet it: views trained alone, added later, unpaired; labels; resuming; exported encoders; mistakes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { type Labels, MultiViewDataset } from "../../data/dataset.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { DJSRH } from "../djsrh/djsrh.js";
import { saveModel, viewFolder } from "../saving.js";
import { assertSameState, copyOf, interruptAfter, interruption, runExported } from "../shared/checks.testing.js";
import { DCHN } from "./dchn.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());
const data = synthetic({ samples: 300, views: 3, classes: 4, dimensions: [20, 12, 30], seed: 1 });
const options = { hidden: 32, bits: 16, epochs: 3, evaluateEvery: 0 } as const;
const { values, names } = data.labels as Extract<Labels, { kind: "single" }>;

/** Samples of class c have c, and every third the next class too. */
function multiLabel(): MultiViewDataset {
  const matrix = new Uint8Array(300 * 4);
  values.forEach((value, i) => {
    matrix[i * 4 + value] = 1;
    if (i % 3 === 0) matrix[i * 4 + ((value + 1) % 4)] = 1;
  });
  return new MultiViewDataset({ ...data, labels: { kind: "multi", matrix, names } });
}

test("single- and multi-label codes find more relevant items than chance, in all directions", async () => {
  for (const [set, chance, available] of [
    [data, 0.25, 100],
    [data, 0.25, 0],
    [multiLabel(), 0.5, 100],
  ] as const) {
    const model = await new DCHN({ ...options, hidden: 128, epochs: 15, lr: 1e-3, available }, engine).fit(set);
    const { map } = await model.evaluate();
    assert.equal(Object.keys(map!).length, 6);
    for (const [direction, value] of Object.entries(map!)) {
      assert.ok(value > chance + 0.2, `${direction}: ${value}, chance ${chance}, ${available} label rows`);
    }
  }
});

test("order and presence of other views make no difference", async () => {
  const all = await new DCHN(options, engine).fit(data);
  const other = await new DCHN(options, engine).fit(data.selectViews(["view3", "view1"]));
  for (const name of ["view1", "view3"]) assertSameState(other.viewState(name), all.viewState(name));
});

test("views trained side by side are those trained one after another, also when resumed", async () => {
  // wide enough for calls that leave the thread, and for gradients in factors
  const wide = { ...options, hidden: 1200, evaluateEvery: 1 };
  const inTurn = await new DCHN(wide, engine).fit(data);
  const together = await new DCHN({ ...wide, sideBySide: true }, engine).fit(data);
  assertSameState(together.modelState(), inTurn.modelState());
  const checkpoint = await interruptAfter(new DCHN({ ...wide, sideBySide: true }, engine), data, 2);
  const resumed = await new DCHN({ ...wide, sideBySide: true }, engine).fit(data, { resume: checkpoint });
  assertSameState(resumed.modelState(), inTurn.modelState());
});

test("a view added later is the view trained with the rest, and touches nothing else", async () => {
  const all = await new DCHN(options, engine).fit(data);
  const two = await new DCHN(options, engine).fit(data.selectViews(["view1", "view2"]));
  const saved = copyOf(two.modelState());

  const model = await new DCHN(options, engine).reopen(data.selectViews(["view1", "view2"]), saved);
  await model.addView(data, "view3");
  assertSameState(model.viewState("view3"), all.viewState("view3"));
  for (const name of ["view1", "view2"]) assertSameState(model.viewState(name), two.viewState(name));
  assert.deepEqual(await model.evaluate(), await all.evaluate());

  const taken = await new DCHN(options, engine).restore(saved);
  taken.takeView(copyOf(model.viewState("view3")));
  assert.deepEqual(await taken.evaluateOn(all.split(data)), await all.evaluate());
  await assert.rejects(model.addView(data, "view3"), { name: "UserError", message: /has a view "view3" already/ });
});

test("adding a view goes on where it was interrupted", async () => {
  const whole = await new DCHN(options, engine).fit(data.selectViews(["view1"]));
  const saved = copyOf(whole.modelState());
  await whole.addView(data, "view2");
  const stopped = await new DCHN(options, engine).restore(saved);
  const { hooks, taken } = interruption(2);
  await assert.rejects(stopped.addView(data, "view2", hooks), { name: "InterruptedError" });
  const resumed = await new DCHN(options, engine).restore(saved);
  await resumed.addView(data, "view2", { resume: taken() });
  assertSameState(resumed.viewState("view2"), whole.viewState("view2"));
});

test("a resumed run gives the same bits, wherever it stopped", async () => {
  const whole = await new DCHN(options, engine).fit(data);
  // the Hamming space is one epoch, each view three: inside the first view, and between the second and the third
  for (const epochs of [1, 3, 7]) {
    const checkpoint = await interruptAfter(new DCHN(options, engine), data, epochs);
    const resumed = await new DCHN(options, engine).fit(data, { resume: checkpoint });
    assertSameState(resumed.modelState(), whole.modelState());
  }
});

test("a saved model encodes as the fitted one, and so does the exported encoder", async () => {
  const model = await new DCHN({ ...options, scaling: "minmax" }, engine).fit(data);
  const again = await new DCHN({ ...options, scaling: "minmax" }, engine).restore(copyOf(model.modelState()));
  const z = await model.transform(data);
  assert.deepEqual([z.rows, z.columns], [300, 48]);
  assert.deepEqual(await again.transform(data), z);
  const models = model.exportModels();
  assert.deepEqual(
    models.map(({ name }) => name),
    ["view1", "view2", "view3"],
  );
  for (const [v, { name, bytes }] of models.entries()) {
    const { code, packed } = await runExported(bytes, data.views[v]!);
    assert.deepEqual(packed, (await again.encode(name, data)).codes);
    for (let i = 0; i < 300; i++) {
      assert.deepEqual(code.subarray(i * 16, (i + 1) * 16), z.data.subarray(i * 48 + v * 16, i * 48 + (v + 1) * 16));
    }
  }
});

test("a run folder opens with the codes that were saved, views that were added to it included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-dchn-"));
  try {
    const run = join(folder, "run");
    const model = await new DCHN(options, engine).fit(data.selectViews(["view1", "view2"]));
    await model.save(run);
    const again = await DCHN.load(run, engine);
    assertSameState(again.modelState(), model.modelState());
    assert.deepEqual(again.options, model.options);

    await model.addView(data, "view3");
    const config = { method: "dchn", dataset: { name: data.name }, seed: 0, options: { ...model.options } };
    await saveModel(viewFolder(run, "view3"), config, model.viewState("view3"), []);
    const whole = await DCHN.load(run, engine);
    for (const { name } of data.views) {
      assert.deepEqual(await whole.encode(name, data), await model.encode(name, data), name);
    }
    await assert.rejects(DJSRH.load(run, engine), { name: "UserError", message: /is a run of dchn, not of djsrh/ });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("unpaired views: each is trained and searched on its own samples", async () => {
  const present = [0, 1, 2].map((v) => Uint8Array.from({ length: 300 }, (_, i) => (i % 3 === v ? 1 : 0)));
  const unpaired = new MultiViewDataset({
    ...data,
    views: data.views.map((view, v) => ({ ...view, present: present[v]! })),
  });
  const model = await new DCHN({ ...options, hidden: 128, epochs: 30, lr: 1e-3 }, engine).fit(unpaired);
  const { map } = await model.evaluate();
  for (const [direction, value] of Object.entries(map!)) assert.ok(value > 0.4, `${direction}: ${value}`);

  // what a view holds where it is absent is never read
  const views = unpaired.views.map(({ name, matrix, present: mask }) => {
    if (matrix.kind !== "dense") throw new Error("expected dense");
    const corrupted = matrix.data.map((value, e) => (mask![Math.floor(e / matrix.columns)] ? value : Number.NaN));
    return { name, matrix: { ...matrix, data: corrupted }, present: mask! };
  });
  const corrupted = await new DCHN({ ...options, hidden: 128, epochs: 30, lr: 1e-3 }, engine).fit(
    new MultiViewDataset({ ...unpaired, views }),
  );
  assertSameState(corrupted.modelState(), model.modelState());
  assert.deepEqual(await corrupted.evaluate(), await model.evaluate());
  const { codes } = await model.encode("view2", unpaired);
  assert.ok(
    codes.subarray(0, 2).every((byte) => byte === 0),
    "sample 0 has no second view",
  );
});

test("a later view's labels are matched by name", async () => {
  const model = await new DCHN(options, engine).fit(data.selectViews(["view1"]));
  const turned = { kind: "single" as const, values: values.map((value) => 3 - value), names: [...names].reverse() };
  const other = await new DCHN(options, engine).restore(copyOf(model.modelState()));
  await model.addView(data, "view2");
  await other.addView(new MultiViewDataset({ ...data, labels: turned }), "view2");
  assertSameState(other.viewState("view2"), model.viewState("view2"));

  const strange = new MultiViewDataset({ ...data, labels: { ...turned, names: ["w", "x", "y", "z"] } });
  await assert.rejects(model.addView(strange, "view3"), {
    name: "UserError",
    message: /class "w" is unknown; the model's classes are/,
  });
  await assert.rejects(model.addView(multiLabel(), "view3"), {
    message: /several labels per sample; the model was trained on one/,
  });
});

test("mistakes get one line that says what to do", async () => {
  const message = (text: RegExp) => ({ name: "UserError", message: text });
  const fit = (set: MultiViewDataset) => new DCHN(options, engine).fit(set);
  await assert.rejects(
    fit(new MultiViewDataset({ ...data, labels: undefined })),
    message(/^synthetic: dchn needs labels and there are none: name them with --labels$/),
  );
  const fifth = new MultiViewDataset({ ...data, labels: { kind: "single", values, names: [...names, "unseen"] } });
  await assert.rejects(fit(fifth), message(/^synthetic: class "unseen" has no training sample/));
  const one = new MultiViewDataset({
    ...data,
    labels: { kind: "single", values: new Int32Array(300), names: ["only"] },
  });
  await assert.rejects(fit(one), message(/only one class \(only\)/));
  const absent = data.views.map((view, v) => (v === 1 ? { ...view, present: new Uint8Array(300) } : view));
  await assert.rejects(
    fit(new MultiViewDataset({ ...data, views: absent })),
    message(/no training sample has view "view2" and a label/),
  );
  assert.throws(
    () => new DCHN({ bits: 20 }),
    message(/^option bits: expected a positive multiple of 8, such as 64 \(got 20\)$/),
  );
  assert.throws(() => new DCHN({ bits: -8 }), message(/multiple of 8/));
  const model = await fit(data);
  await assert.rejects(
    model.encode("audio", data),
    message(/^there is no view "audio": the model was trained on view1, view2, view3$/),
  );
  await assert.rejects(model.addView(data, "audio"), message(/no view "audio"; its views are view1, view2, view3/));
  await assert.rejects(model.predict(data), message(/dchn makes hash codes/));
});
