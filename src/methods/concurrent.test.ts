// Calls at the same time on one fitted model, for every method: each gets the numbers that it would get alone.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { MultiViewDataset } from "../data/dataset.js";
import { synthetic } from "../data/synthetic.js";
import { Engine } from "../runtime/index.js";
import { findMethod } from "./index.js";
import { parseOptions } from "./options.js";

const engine = await Engine.open({ threads: 2 });
after(() => engine.close());

const small: Readonly<Record<string, Record<string, unknown>>> = {
  cca: { dimensions: 4 },
  gmae: { hidden: [24, 16], latent: 8, starts: 2, epochs: 2, evaluateEvery: 0 },
  djsrh: { hidden: 16, bits: 8, epochs: 1 },
  dchn: { hidden: 16, bits: 8, epochs: 1 },
  mvlnet: {
    arch: [16, 6],
    autoencoder: [],
    siameseEpochs: 1,
    pairs: 320,
    epochs: 1,
    steps: 3,
    batch: 40,
    evaluateEvery: 0,
  },
  dm2c: { pretrainEpochs: 1, epochs: 1 },
};

const dimensions = [12, 7];
const data = synthetic({ samples: 160, views: 2, classes: 3, dimensions, seed: 3 });
/** Of different sizes, one of several chunks: a first run at a size leaves the thread, so that calls overlap. */
const others = Array.from({ length: 20 }, (_, i) =>
  synthetic({ samples: i === 0 ? 2100 : 30 + i, views: 2, classes: 3, dimensions, seed: 10 + i }),
);

for (const [name, settings] of Object.entries(small)) {
  const { create, options } = findMethod(name);
  const build = () => create(parseOptions(name, options, settings), engine);

  test(`${name}: 20 calls at the same time give what they give one by one`, async () => {
    const fitted = await build().fit(data);
    const callsOf = (method: typeof fitted, other: MultiViewDataset): (() => Promise<ArrayLike<number>>)[] => [
      async () => (await method.transform(other)).data,
      ...(method.encode ? method.views : []).map(({ name: view }) => async () => {
        return (await method.encode!(view, other)).codes;
      }),
      ...(method.predicts === undefined ? [] : [() => method.predict(other)]),
    ];
    const alone: ArrayLike<number>[] = [];
    const serial = await build().restore(fitted.state());
    for (const call of others.flatMap((other) => callsOf(serial, other))) alone.push(await call());
    // On a model whose encoders are still to be made, so that calls at the same time make them too.
    const fresh = await build().restore(fitted.state());
    const together = await Promise.all(others.flatMap((other) => callsOf(fresh, other)).map((call) => call()));
    assert.deepEqual(together, alone);
  });

  test(`${name}: a second fit is the model from then on`, async () => {
    const method = await build().fit(data);
    await method.transform(others[1]!);
    const next = synthetic({ samples: 150, views: 2, classes: 3, dimensions, seed: 4 });
    await method.fit(next);
    const fresh = await build().fit(next);
    assert.deepEqual(await method.transform(others[1]!), await fresh.transform(others[1]!));
  });
}
