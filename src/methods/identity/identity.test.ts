// The identity: representations are the features, at length 1; its tasks, encoders and mistakes.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { Identity } from "./index.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());
const data = synthetic({ samples: 200, views: 2, classes: 3, dimensions: [12, 12], seed: 3 });
const values = data.views.map(({ matrix }) => (matrix as DenseMatrix).data);

test("the representation is each view's features over their length, in the library and in the exported encoders", async () => {
  const model = await new Identity({}, engine).fit(data);
  const z = await model.transform(data);
  const ort = createRequire(import.meta.url)("onnxruntime-node") as typeof import("onnxruntime-common");
  for (const [v, { name, bytes }] of model.exportModels().entries()) {
    const session = await ort.InferenceSession.create(bytes);
    const { representation } = await session.run({ [name]: new ort.Tensor("float32", values[v]!, [200, 12]) });
    const found = (await representation!.getData()) as Float32Array;
    for (let i = 0; i < 200; i++) {
      const row = values[v]!.subarray(12 * i, 12 * i + 12);
      const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      for (let j = 0; j < 12; j++) {
        assert.ok(Math.abs(z.data[24 * i + 12 * v + j]! - row[j]! / length) < 1e-6);
        assert.ok(Math.abs(found[12 * i + j]! - row[j]! / length) < 1e-6);
      }
    }
    await session.release();
  }
});

test("without a scaling the features stay as they are, bit for bit", async () => {
  const model = await new Identity({ scaling: "none", task: "classification" }, engine).fit(data);
  const z = await model.transform(data);
  for (let i = 0; i < 200; i++) {
    assert.deepEqual(z.data.subarray(24 * i, 24 * i + 12), values[0]!.subarray(12 * i, 12 * i + 12));
  }
  assert.ok((await model.evaluate()).accuracy > 0.8);
  assert.equal((await model.predict(data)).length, 200);
});

test("a pair of equal vectors is found first; views of different widths are refused for search only", async () => {
  const [first] = data.views;
  const equal = new MultiViewDataset({ ...data, views: [first!, { ...first!, name: "again" }] });
  const { recallAt1 } = await (await new Identity({}, engine).fit(equal)).evaluate();
  assert.deepEqual(recallAt1, { "view1->again": 1, "again->view1": 1 });
  const apart = synthetic({ samples: 60, views: 2, classes: 3, dimensions: [8, 9], seed: 3 });
  await assert.rejects(new Identity({}, engine).fit(apart), /8 and 9 columns: identity compares vectors of one space/);
  assert.ok((await (await new Identity({ task: "clustering" }, engine).fit(apart)).evaluate()).acc > 0.3);
});
