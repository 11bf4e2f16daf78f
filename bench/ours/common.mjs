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
