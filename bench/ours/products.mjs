// What a step's matrix products take by themselves, each at its own shape: a step cannot be faster than these and its optimizer together.

import { bindProduct, Engine } from "../../dist/core/runtime/index.js";
import { emit, median, repeat, threads } from "./common.mjs";

/** Products of a perceptron's forward pass and gradients: rows, widths, times it is passed, whether its input has a gradient. */
const steps = {
  "DM2C, batch 128, 2 × 2048 features": [
    { widths: [2048, 1024, 256, 128], rows: 64, times: 2 },
    { widths: [128, 256, 1024, 2048], rows: 128, times: 2, inputGradient: true },
    { widths: [128, 128, 256, 128, 128], rows: 128, times: 2, inputGradient: true },
  ],
  "DJSRH, batch 32, 4096 hidden, Wikipedia's features": [
    { widths: [128, 4096, 64], rows: 32, times: 1 },
    { widths: [10, 4096, 64], rows: 32, times: 1 },
  ],
  "DCHN, one view, batch 64, Wikipedia's image features": [{ widths: [128, 4096, 4096, 64], rows: 64, times: 1 }],
  "MvLNet, 2 views of 784, 1024-1024-1024-10, batch 1024 twice": [
    { widths: [784, 1024, 1024, 1024, 10], rows: 2048, times: 2 },
  ],
};
const engine = await Engine.open({ threads });
const known = new Map();

async function seconds(shape) {
  const key = JSON.stringify(shape);
  if (known.has(key)) return known.get(key);
  const { m, k, n } = shape;
  const arrays = [m * k, k * n, m * n].map((length) => engine.memory.float32(length).fill(0.5));
  const product = await bindProduct(engine, ...arrays, shape);
  const taken = median(await repeat(() => product.run(), 30, 5));
  product.release();
  for (const array of arrays) engine.memory.free(array);
  known.set(key, taken);
  return taken;
}

for (const [name, parts] of Object.entries(steps)) {
  let [products, flop, parameters] = [0, 0, 0];
  for (const { widths, rows, times, inputGradient = false } of parts) {
    for (let layer = 1; layer < widths.length; layer++) {
      const [from, to] = [widths[layer - 1], widths[layer]];
      const shapes = [
        { m: rows, k: from, n: to, transposeB: true },
        { m: to, k: rows, n: from, transposeA: true },
        ...(layer > 1 || inputGradient ? [{ m: rows, k: to, n: from }] : []),
      ];
      for (const shape of shapes) products += times * (await seconds(shape));
      flop += times * shapes.length * 2 * rows * from * to;
      parameters += times * from * to;
    }
  }
  emit("products", { step: name, milliseconds: 1000 * products, gflops: flop / products / 1e9, parameters });
}
await engine.close();
