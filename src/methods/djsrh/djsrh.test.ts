// DJSRH as its users meet it: codes of paired views, resuming, saving, exported encoders, mistakes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { dense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { DCHN } from "../dchn/dchn.js";
import { assertSameState, interruptAfter, runExported } from "../shared/checks.testing.js";
import { DJSRH } from "./djsrh.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());
const data = synthetic({ samples: 300, classes: 4, dimensions: [20, 12], seed: 1 });
const options = { hidden: 32, bits: 16, epochs: 4, evaluateEvery: 0 } as const;

test("codes find more relevant items than chance, in both directions", async () => {
  const model = await new DJSRH({ ...options, hidden: 256, epochs: 40 }, engine).fit(data);
  const { map, mapAt50 } = await model.evaluate();
  assert.deepEqual(Object.keys(map!), ["view1->view2", "view2->view1"]);
  // four balanced classes: chance is 0.25
  for (const value of [...Object.values(map!), ...Object.values(mapAt50!)]) assert.ok(value > 0.4, `${value}`);
  assert.deepEqual(
    model.retrievalCurves().map(({ direction }) => direction),
    Object.keys(map!),
  );
});

test("a resumed run gives the same bits", async () => {
  const whole = await new DJSRH(options, engine).fit(data);
  const checkpoint = await interruptAfter(new DJSRH(options, engine), data, 2);
  const resumed = await new DJSRH(options, engine).fit(data, { resume: checkpoint });
  assertSameState(resumed.modelState(), whole.modelState());
  assert.equal(whole.modelState().tensors.get("view1.alpha")!.data[0], 2, "α = √epochs at the end");
});

test("a saved model encodes as the fitted one, and so does the exported encoder", async () => {
  for (const scaling of ["none", "standard"] as const) {
    const model = await new DJSRH({ ...options, scaling }, engine).fit(data);
    const again = await new DJSRH({ ...options, scaling }, engine).restore(model.modelState());
    const z = await model.transform(data);
    assert.deepEqual([z.rows, z.columns], [300, 32]);
    assert.deepEqual(await again.transform(data), z);
    assert.deepEqual(await again.evaluateOn(model.split(data)), await model.evaluate());
    for (const [v, { name, bytes }] of model.exportModels().entries()) {
      const { codes } = await model.encode(name, data);
      assert.deepEqual(await again.encode(name, data.selectViews([name])), { codes, bits: 16 });
      const { code, packed } = await runExported(bytes, data.views[v]!);
      assert.deepEqual(packed, codes);
      for (let i = 0; i < 300; i++) {
        assert.deepEqual(code.subarray(i * 16, (i + 1) * 16), z.data.subarray(i * 32 + v * 16, i * 32 + (v + 1) * 16));
      }
    }
  }
});

test("a run folder opens with the codes that were saved", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-djsrh-"));
  try {
    const model = await new DJSRH({ ...options, scaling: "standard" }, engine).fit(data);
    await model.save(join(folder, "run"));
    const again = await DJSRH.load(join(folder, "run"), engine);
    assert.deepEqual(again.options, model.options);
    for (const { name } of data.views) assert.deepEqual(await again.encode(name, data), await model.encode(name, data));
    await assert.rejects(DCHN.load(join(folder, "run"), engine), {
      name: "UserError",
      message: /is a run of djsrh, not of dchn/,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("samples that lack a view do not train and are not searched", async () => {
  const present = Uint8Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 0 : 1));
  const poisoned = dense(
    300,
    12,
    Float32Array.from({ length: 3600 }, (_, e) => (present[Math.floor(e / 12)] ? 1 : Number.NaN)),
  );
  const views = [data.views[0]!, { name: "view2", matrix: poisoned, present }];
  const model = await new DJSRH(options, engine).fit(new MultiViewDataset({ ...data, views }));
  assert.ok((await model.transform(new MultiViewDataset({ ...data, views }))).data.every(Number.isFinite));
  assert.equal(Object.keys((await model.evaluate()).map!).length, 2);
});

test("without labels it trains, and measures how well it finds the pair itself", async () => {
  const model = await new DJSRH(options, engine).fit(new MultiViewDataset({ ...data, labels: undefined }));
  const { recallAt1, recallAt10, medianRank, ...others } = await model.evaluate();
  assert.deepEqual(Object.keys(recallAt1!), ["view1->view2", "view2->view1"]);
  for (const direction of Object.keys(recallAt1!)) {
    assert.ok((recallAt1![direction] as number) <= (recallAt10![direction] as number));
    assert.ok((medianRank![direction] as number) >= 1);
  }
  assert.deepEqual(Object.keys(others), ["recallAt5"], "without labels nothing else can be measured");
});

test("mistakes get one line that says what to do", async () => {
  const message = (text: RegExp) => ({ name: "UserError", message: text });
  await assert.rejects(
    new DJSRH(options, engine).fit(data.selectViews(["view1"])),
    message(/^synthetic: djsrh takes exactly two views and this set has 1 \(view1\): choose with --views$/),
  );
  await assert.rejects(
    new DJSRH({ ...options, batch: 250 }, engine).fit(data),
    message(/240 training samples.*batch \(250\)/),
  );
  assert.throws(
    () => new DJSRH({ bits: 12 }),
    message(/^option bits: expected a positive multiple of 8, such as 64 \(got 12\)$/),
  );
  assert.throws(() => new DJSRH({ bits: 0 }), message(/option bits.*multiple of 8/));
  assert.throws(() => new DJSRH({ queries: "693" }), message(/option queries: expected first:N, last:N or random:N/));
  assert.throws(
    () => new DJSRH({ alpha: "fixed" as "growing" }),
    message(/option alpha: expected "growing" or a positive number/),
  );
  assert.throws(
    () => new DJSRH({ lr: [0.1, 0.1, 0.1] as unknown as number }),
    message(/option lr: expected a positive number, or two/),
  );
  const model = await new DJSRH({ ...options, epochs: 1 }, engine).fit(data);
  await assert.rejects(
    model.encode("audio", data),
    message(/^there is no view "audio": the model was trained on view1, view2$/),
  );
  await assert.rejects(model.predict(data), message(/djsrh makes hash codes/));
});
