// The same seed gives the same bits at any number of threads: state, representations, measures and exported encoders.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Engine } from "../core/runtime/index.js";
import { synthetic } from "../data/sets/synthetic.js";
import { findMethod } from "./index.js";
import { parseOptions } from "./options.js";

/** Sizes whose products ONNX Runtime splits by columns: more columns than samples in a step, more than one block to sum over. */
const settings: Readonly<Record<string, Record<string, unknown>>> = {
  cca: { dimensions: 4 },
  itq: { bits: 64 },
  gmae: { hidden: [150, 100], latent: 40, starts: 2, epochs: 2, batch: 30 },
  djsrh: { hidden: 300, bits: 64, epochs: 2 },
  dchn: { hidden: 300, bits: 64, epochs: 2 },
  mvlnet: { arch: [150, 20], autoencoder: [], siameseEpochs: 1, pairs: 320, epochs: 2, steps: 3, batch: 40 },
  dm2c: { hidden: [300, 200, 100], mappingHidden: [150], pretrainEpochs: 1, epochs: 1 },
};
const data = synthetic({ samples: 240, views: 2, classes: 3, dimensions: [310, 150], seed: 3 });
const engines = await Promise.all([1, 2, 7].map((threads) => Engine.open({ threads })));
after(() => Promise.all(engines.map((engine) => engine.close())));

for (const [name, values] of Object.entries(settings)) {
  test(`${name}: the same bits on 1, 2 and 7 threads`, async () => {
    const { create, options } = findMethod(name);
    const results = [];
    for (const engine of engines) {
      const method = await create(parseOptions(name, options, { ...values, seed: 5 }), engine).fit(data);
      const { tensors, ...rest } = method.state();
      results.push({
        tensors: new Map([...tensors].map(([key, tensor]) => [key, tensor.data.slice()])),
        rest: JSON.stringify(rest),
        representation: (await method.transform(data)).data,
        measures: await method.evaluate(),
        encoders: (await method.exportModels()).map(({ bytes }) => bytes),
      });
    }
    for (const each of results.slice(1)) assert.deepEqual(each, results[0]);
  });
}
