// How training grows: seconds per epoch and the process's memory at its peak.
//   node bench/ours/scale-training.mjs METHOD DATA EPOCHS OPTIONS-AS-JSON

import { Engine } from "../../dist/core/runtime/index.js";
import { loadDataset, methods } from "../../dist/index.js";
import { emit, median, threads } from "./common.mjs";

const [name, source, epochs, options = "{}"] = process.argv.slice(2);
const method = methods.find((each) => each.name === name);
const settings = method.options.parse({ ...JSON.parse(options), epochs: Number(epochs), evaluateEvery: 0 });
const engine = await Engine.open({ threads });
const data = await loadDataset(source);
const lastStages = ["train", data.views.at(-1).name];
const stages = new Map();
/** Thrown after the last epoch: what follows it (k-means, measures) is not training. */
const trained = new Error("trained");
try {
  await method.create(settings, engine).fit(data, {
    onEpoch({ stage, epoch, epochs, seconds }) {
      stages.set(stage, [...(stages.get(stage) ?? []), seconds]);
      if (epoch === epochs && lastStages.includes(stage)) throw trained;
    },
  });
} catch (error) {
  if (error !== trained) throw error;
}
engine.close();
stages.delete("Hamming space (SHAM)"); // solved once, not in every epoch
// The first epoch warms up, where there are others.
const epochTimes = [...stages.values()].map((list) => median(list.length > 1 ? list.slice(1) : list));
emit("scale_training", {
  median: epochTimes.reduce((a, b) => a + b, 0),
  stages: Object.fromEntries([...stages.keys()].map((stage, i) => [stage, epochTimes[i]])),
  samples: data.samples,
  peakMemory: process.resourceUsage().maxRSS * 1024,
});
