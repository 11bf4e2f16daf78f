// Missing views: GMAE on digits in four quarters, where some samples lack some quarters.
import { GMAE } from "vantage-ml";
import { quarters } from "./digits.mjs";
import { chart } from "./draw.mjs";

const { data } = await quarters(1000);
const bars = [];
for (const rate of [0, 0.3, 0.6]) {
  const options = {
    task: "classification",
    epochs: 12,
    seed: 0,
    evaluateEvery: 0,
    ...(rate > 0 && { corrupt: `missing=${rate}` }),
  };
  const model = await new GMAE(options).fit(data);
  const { accuracy } = await model.evaluate();
  await model[Symbol.asyncDispose]();
  bars.push([rate === 0 ? "all quarters there" : `${100 * rate}% of the samples lack some`, accuracy]);
}
await chart("missing-views", "Accuracy on 200 digits that were held out", bars);
