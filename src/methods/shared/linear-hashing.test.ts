// Methods with linear codes: signs and LSH against what their definitions say.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../../core/runtime/index.js";
import { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { UserError } from "../../errors.js";
import { LSH } from "../lsh/index.js";
import { Signs } from "../signs/index.js";
import { columnMean } from "./linear-hashing.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());
const data = synthetic({ samples: 200, views: 2, classes: 3, dimensions: [20, 20], seed: 3 });

test("signs: a bit for each column, set where the value is above the training mean; the last byte is filled with zeros", async () => {
  const model = await new Signs({ queries: "last:40" }, engine).fit(data);
  const { codes, bits } = await model.encode("view2", data);
  assert.equal(bits, 24);
  const { data: values } = data.views[1]!.matrix as DenseMatrix;
  const mean = columnMean(dense(160, 20, values.slice(0, 160 * 20)));
  for (let i = 0; i < 200; i++) {
    for (let j = 0; j < 24; j++) {
      const bit = (codes[3 * i + (j >> 3)]! >> (7 - (j & 7))) & 1;
      assert.equal(bit, j < 20 ? Number(values[20 * i + j]! > Math.fround(mean[j]!)) : 0, `sample ${i}, bit ${j}`);
    }
  }
});

test("lsh: bits differ as often as the angle says, the same seed has the same hyperplanes, in all views", async () => {
  const bits = 4096;
  const model = await new LSH({ bits, seed: 7 }, engine).fit(data);
  const { codes } = await model.encode("view1", data);
  const { data: values } = data.views[0]!.matrix as DenseMatrix;
  const rows = model.split(data).splits.train!;
  const mean = columnMean(dense(rows.length, 20, gather(values, rows)));
  const centered = (i: number) => Array.from(mean, (each, j) => values[20 * i + j]! - each);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);
  for (let i = 0; i < 30; i++) {
    const [a, b] = [centered(i), centered(i + 50)];
    const angle = Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
    let differing = 0;
    for (let at = 0; at < bits / 8; at++) {
      for (let byte = codes[(bits / 8) * i + at]! ^ codes[(bits / 8) * (i + 50) + at]!; byte > 0; byte &= byte - 1)
        differing++;
    }
    // five standard deviations of a share of 4096 draws
    assert.ok(Math.abs(differing / bits - angle / Math.PI) < 0.04, `${i}: ${differing / bits}, ${angle / Math.PI}`);
  }
  const again = await new LSH({ bits, seed: 7 }, engine).fit(data);
  assert.deepEqual((await again.encode("view1", data)).codes, codes);
  const other = await new LSH({ bits, seed: 8 }, engine).fit(data);
  assert.notDeepEqual((await other.encode("view1", data)).codes, codes);
  const twice = new MultiViewDataset({ ...data, views: [data.views[0]!, { ...data.views[0]!, name: "again" }] });
  const both = await new LSH({ bits: 64 }, engine).fit(twice);
  assert.deepEqual((await both.encode("again", twice)).codes, (await both.encode("view1", twice)).codes);
});

function gather(values: Float32Array, rows: Int32Array): Float32Array {
  return Float32Array.from({ length: rows.length * 20 }, (_, e) => values[20 * rows[Math.floor(e / 20)]! + (e % 20)]!);
}

test("views of different widths have no codes in common, and that is said in one line", async () => {
  const apart = synthetic({ samples: 60, views: 2, classes: 3, dimensions: [8, 9], seed: 3 });
  for (const model of [new Signs({}, engine), new LSH({}, engine)]) {
    await assert.rejects(model.fit(apart), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /"view1" and "view2" have 8 and 9 columns/);
      return true;
    });
  }
  const [a, b] = apart.views;
  const none = Uint8Array.from({ length: 60 }, (_, i) => i % 2);
  const never = new MultiViewDataset({
    ...apart,
    views: [
      { ...a!, present: none },
      { ...a!, name: b!.name, present: none.map((each) => 1 - each) },
    ],
  });
  await assert.rejects(new Signs({}, engine).fit(never), /0 training samples with all views/);
});
