// Tests of progress within epochs: every trained method reports its steps, in order, and all of them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { synthetic } from "../data/sets/synthetic.js";
import { findMethod } from "./index.js";
import { parseOptions } from "./options.js";
import type { StepReport } from "./training.js";

const engine = await Engine.open({ threads: 1 });
after(() => engine.close());

const settings: Readonly<Record<string, Record<string, unknown>>> = {
  gmae: { epochs: 2, batch: 30, hidden: [8], latent: 4, clusters: 3, posNum: 3, evaluateEvery: 0, starts: 1 },
  djsrh: { epochs: 2, batch: 20, bits: 8, hidden: 8, evaluateEvery: 0 },
  dchn: { epochs: 2, batch: 20, bits: 8, hidden: 8, evaluateEvery: 0 },
};

for (const [name, options] of Object.entries(settings)) {
  test(`${name} reports each step of an epoch`, async () => {
    const definition = findMethod(name);
    const data = synthetic({ samples: 160, classes: 3, dimensions: 12, seed: 1 });
    const model = definition.create(parseOptions(definition.name, definition.options, { ...options, seed: 0 }), engine);
    const reports: StepReport[] = [];
    const epochs: [stage: string, epoch: number][] = [];
    await model.fit(data, {
      onStep: (report) => void reports.push(report),
      onEpoch: ({ stage, epoch }) => void epochs.push([stage, epoch]),
    });
    const trained = epochs.filter(([stage]) => reports.some((report) => report.stage === stage));
    assert.ok(trained.length >= 2);
    for (const [stage, epoch] of trained) {
      const own = reports.filter((report) => report.stage === stage && report.epoch === epoch);
      const { steps } = own[0]!;
      assert.deepEqual(
        own.map(({ step }) => step),
        Array.from({ length: steps }, (_, i) => i + 1),
      );
    }
  });
}
