// Every retrieval measure of 2000 queries against 18,000 codes of 64 bits with several labels each, on one core.
import { Random } from "../../dist/core/kernels/random.js";
import { Engine } from "../../dist/core/runtime/index.js";
import { retrievalMetrics } from "../../dist/metrics/hamming-retrieval.js";
import { emit, median, repeat } from "./common.mjs";

const [QUERIES, ITEMS, BITS, CLASSES] = [2000, 18_000, 64, 24];
const random = new Random(0, "hash measures");

function labels(count) {
  const matrix = new Uint8Array(count * CLASSES);
  for (let i = 0; i < count; i++) for (let j = 0; j < 3; j++) matrix[i * CLASSES + random.integer(CLASSES)] = 1;
  return { kind: "multi", matrix, names: Array.from({ length: CLASSES }, (_, c) => `${c}`) };
}

const codes = (count) => Uint8Array.from({ length: (count * BITS) / 8 }, () => random.integer(256));
const engine = await Engine.open({ threads: 1 });
const task = {
  engine,
  queryCodes: codes(QUERIES),
  databaseCodes: codes(ITEMS),
  bytes: BITS / 8,
  queryLabels: labels(QUERIES),
  databaseLabels: labels(ITEMS),
  at: [1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, ITEMS],
};
const seconds = await repeat(() => retrievalMetrics(task), 3, 1);
emit("hash_measures", { seconds, median: median(seconds), map: (await retrievalMetrics(task)).map });
await engine.close();
