// What a finished run leaves, where samples have no label and there are more clusters than classes.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { type Labels, MultiViewDataset } from "../data/dataset.js";
import { synthetic } from "../data/sets/synthetic.js";
import { findMethod } from "../methods/index.js";
import type { Method } from "../methods/method.js";
import { parseOptions } from "../methods/options.js";
import { readResult } from "../runs/result.js";
import { compareResult } from "./compare-result.js";
import { describeResult } from "./describe-result.js";
import type { TrainingSummary } from "./summary.js";

const made = synthetic({ samples: 60, views: 2, classes: 3, dimensions: [6, 5], seed: 4 });
const { names, values } = made.labels as Extract<Labels, { kind: "single" }>;
const withLabels = (change: (value: number, row: number) => number) =>
  new MultiViewDataset({ ...made, labels: { kind: "single", names, values: values.map(change) } });
const some = withLabels((value, row) => (row % 4 === 3 ? -1 : value));

test("confusion, map and what the views reach alone are over the samples that have a label", async () => {
  const engine = await Engine.open({ threads: 1 });
  const folder = mkdtempSync(join(tmpdir(), "vantage-result-"));
  try {
    const result = async (task: "clustering" | "classification", clusters: number, data: MultiViewDataset) => {
      const { create, options } = findMethod("gmae");
      const own = { task, clusters, hidden: [8], latent: 4, epochs: 2, starts: 2 };
      const trained: Method<Record<string, unknown>> = await create(parseOptions("gmae", options, own), engine).fit(
        data,
      );
      const metrics = await trained.evaluate();
      const { parts } = await compareResult(trained, metrics, { engine, seed: 0 });
      const made = { seed: 0, method: "gmae", task, epochs: 2, seconds: 1, secondsPerEpoch: 0.5 };
      const summary = { metrics, ...parts, ...made } as unknown as TrainingSummary;
      await describeResult(folder, trained, data, summary, { notes: [], engine });
      return readResult(folder)!;
    };
    const clustered = await result("clustering", 5, some);
    const { confusion } = clustered.result;
    assert.deepEqual(confusion!.columns, [...names, "unmatched"]);
    assert.equal(
      confusion!.counts.flat().reduce((sum, count) => sum + count),
      45,
    );
    assert.ok(clustered.result.viewMetrics!.view1!.acc as number);
    const label = clustered.map!.colorings.find(({ name }) => name === "label")!;
    assert.equal(label.values.filter((value) => value === -1).length, 15);
    const classified = await result("classification", 3, some);
    assert.equal(
      classified.result.confusion!.counts.flat().reduce((sum, count) => sum + count),
      9,
      "a fifth of 45",
    );
    const none = await result(
      "clustering",
      3,
      withLabels(() => -1),
    );
    assert.deepEqual([none.result.confusion, none.result.metrics], [undefined, {}]);
  } finally {
    engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
