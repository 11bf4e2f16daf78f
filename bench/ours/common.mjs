// What our side of every benchmark shares: repetitions after a warm-up, and the one JSON line at the end.
import { availableParallelism } from "node:os";

export const threads = Number(process.env.BENCH_THREADS ?? availableParallelism());

/** Seconds of each of `repetitions` calls of `step`, after `warmup` calls that do not count. */
export async function repeat(step, repetitions, warmup = 2) {
  for (let i = 0; i < warmup; i++) await step();
  const seconds = [];
  for (let i = 0; i < repetitions; i++) {
    const begin = performance.now();
    await step();
    seconds.push((performance.now() - begin) / 1000);
  }
  return seconds;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function emit(name, fields) {
  process.stdout.write(`${JSON.stringify({ name, ...fields, threads })}\n`);
}

/** Bytes that an optimizer step must read and write for each parameter: value and state, each once in and once out. */
export const optimizerBytes = { adam: 24, sgd: 16, rmsprop: 16 };

/**
 * What a training step of a perceptron cannot do without: operations in matrix products (forward, gradient of weights, gradient of
 * inputs for all layers but the first unless `inputGradient`), and bytes of its optimizer.
 */
export function perceptronWork(widths, rows, perParameter, inputGradient = false) {
  let [flop, parameters] = [0, 0];
  for (let layer = 1; layer < widths.length; layer++) {
    const weights = widths[layer - 1] * widths[layer];
    flop += 2 * rows * weights * (layer > 1 || inputGradient ? 3 : 2);
    parameters += weights;
  }
  return { flop, bytes: parameters * perParameter };
}

export function addWork(...parts) {
  return {
    flop: parts.reduce((sum, { flop }) => sum + flop, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Pictures that bench/peers/backbones.py has too, between −2 and 2. */
export function fillPictures(values, seed) {
  let key = 0x811c9dc5;
  for (const byte of Buffer.from(`pictures${seed || ""}`)) key = Math.imul(key ^ byte, 0x01000193);
  for (let i = 0; i < values.length; i++) {
    let h = Math.imul(i + 1, 2654435761) ^ key;
    h ^= h >>> 15;
    h = Math.imul(h, 2246822519);
    h ^= h >>> 13;
    values[i] = 4 * ((h >>> 0) / 2 ** 32 - 0.5);
  }
}
