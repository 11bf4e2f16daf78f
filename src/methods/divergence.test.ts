// Training that goes wrong, for every method that learns in steps: it stops at the first loss that is no number, and never stores such a state.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { synthetic } from "../data/sets/synthetic.js";
import { findMethod } from "./index.js";
import { parseOptions } from "./options.js";
import type { Checkpoint, FitHooks } from "./training.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

const data = synthetic({ samples: 160, views: 2, classes: 3, dimensions: [12, 7], seed: 3 });

/** Four epochs of small networks. */
const small: Readonly<Record<string, Record<string, unknown>>> = {
  gmae: { hidden: [24, 16], latent: 8, starts: 2, epochs: 4, evaluateEvery: 0 },
  djsrh: { hidden: 16, bits: 8, epochs: 4 },
  dchn: { hidden: 16, bits: 8, epochs: 4 },
  mvlnet: {
    arch: [16, 6],
    autoencoder: [],
    siameseEpochs: 4,
    pairs: 320,
    epochs: 4,
    steps: 3,
    batch: 40,
    evaluateEvery: 0,
  },
  dm2c: { pretrainEpochs: 4, epochs: 4 },
};

/** Stored states as a run folder would keep them, copied. */
function keeping(kept: Checkpoint[]): NonNullable<FitHooks["onCheckpoint"]> {
  return async (take) => {
    const { position, tensors, json } = await take();
    const copies = [...tensors].map(
      ([name, { shape, data: values }]) => [name, { shape, data: values.slice() }] as const,
    );
    kept.push({ position, json, tensors: new Map(copies) });
  };
}

for (const [name, settings] of Object.entries(small)) {
  const { create, options } = findMethod(name);
  const build = () => create(parseOptions(name, options, settings), engine);
  const damage = (method: ReturnType<typeof build>) => {
    for (const { data: values } of method.modelState().tensors.values()) values.fill(Number.NaN);
  };

  test(`${name}: a loss that becomes NaN stops the run; the last checkpoint is from before`, async () => {
    const method = build();
    const kept: Checkpoint[] = [];
    const keep = keeping(kept);
    const fit = method.fit(data, {
      async onCheckpoint(take, last) {
        await keep(take, last);
        if (kept.length === 2) damage(method);
      },
    });
    await assert.rejects(fit, { name: "DivergenceError" });
    assert.equal(kept.length, 2);
    for (const [tensor, { data: values }] of kept[1]!.tensors) assert.ok(values.every(Number.isFinite), tensor);
  });

  test(`${name}: parameters that are no longer numbers are not stored`, async () => {
    const method = build();
    const kept: Checkpoint[] = [];
    let epochs = 0;
    const fit = method.fit(data, {
      onEpoch() {
        if (++epochs === 2) damage(method);
      },
      onCheckpoint: keeping(kept),
    });
    await assert.rejects(fit, { name: "DivergenceError", message: /is no longer finite/ });
    assert.equal(kept.length, 1);
  });
}
