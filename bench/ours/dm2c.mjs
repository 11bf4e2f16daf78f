// DM2C: seconds per training step at the published Wikipedia shapes, batch 128; discriminators on every 5th step.

import { Engine } from "../../dist/core/runtime/index.js";
import { dm2cModel } from "../../dist/methods/dm2c/model.js";
import { dm2cOptions } from "../../dist/methods/dm2c/options.js";
import { discriminatorStep, generatorStep } from "../../dist/methods/dm2c/steps.js";
import { addWork, emit, median, optimizerBytes, perceptronWork, repeat, threads } from "./common.mjs";

const repetitions = Number(process.argv[2] ?? 20);
const engine = await Engine.open({ threads });
const options = dm2cOptions.parse({});
const views = ["image", "text"].map((name) => ({ name, columns: 2048 }));
const model = dm2cModel(engine, views, options, 0);
const generator = await generatorStep(engine, model, options);
const discriminator = await discriminatorStep(engine, model, options);
const half = options.batch / 2;
const run = generator.at({ n0: half, n1: half });
const evaluated = discriminator.at({ n0: half, n1: half });
for (const values of Object.values(run.inputs)) for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * i);
const seconds = await repeat(async () => {
  await generator.run(run);
  if (generator.steps % options.discriminatorEvery !== 0) return;
  for (const [name, code] of Object.entries(evaluated.inputs)) code.set(run.outputs[name]);
  await discriminator.run(evaluated);
}, repetitions);
const graph = await repeat(() => run.run(), repetitions);
engine.close();
const widths = [views[0].columns, ...options.hidden];
const there = [widths.at(-1), ...options.mappingHidden];
const mapping = [...there, ...there.toReversed().slice(1)];
// A decoder sees own codes and those that came back; a mapping sees codes on their way there and on their way back.
const perModality = addWork(
  perceptronWork(widths, half, optimizerBytes.rmsprop),
  perceptronWork(widths.toReversed(), 2 * half, optimizerBytes.rmsprop, true),
  perceptronWork(mapping, 2 * half, optimizerBytes.rmsprop, true),
);
emit("dm2c_step", {
  seconds,
  median: median(seconds),
  graph: median(graph),
  work: addWork(perModality, perModality),
});
