// Your own method (examples/own-method) compared with CCA: how often the picture of held-out words ranks first, and in the top ten.
import { methods } from "vantage-ml";
import { registerMethod } from "vantage-ml/method";
import { trainRun } from "vantage-ml/train";
import agree from "../own-method/own-method.mjs";
import { chart } from "./draw.mjs";
import { inTemporaryFolder } from "./place.mjs";

registerMethod(agree);
await inTemporaryFolder(async () => {
  const bars = [];
  for (const name of ["agree", "cca"]) {
    const method = methods.find((each) => each.name === name);
    const options = {
      task: "retrieval",
      test: "random:400",
      seed: 0,
      ...(name === "agree" ? { epochs: 10 } : { dimensions: 128 }),
    };
    const { summary } = await trainRun({ method, options, data: "emoji:views=noto/en", out: `run-${name}` });
    const direction = "en->noto";
    bars.push([`${name}, first`, summary.metrics.recallAt1[direction]]);
    bars.push([`${name}, among the first ten`, summary.metrics.recallAt10[direction]]);
  }
  await chart("own-method", "Words to pictures: 400 emoji that were held out", bars);
});
