// The thread that calls the kernels, in the test of workers that end: it waits, and must not wait for ever.
import { parentPort, workerData } from "node:worker_threads";
import { constant, type Exports, Pool, type WorkerData } from "./pool.js";
import { wasm } from "./webassembly.js";

const { module, memory, control } = workerData as WorkerData;
const { units, patience } = workerData as { readonly units: number; readonly patience: number };
const exports = new wasm.Instance(module, { env: { memory } }).exports as Exports;
const pool = new Pool(exports, memory, control, patience);
const outcomes: unknown[] = [];
for (let i = 0; i < 2; i++) {
  try {
    outcomes.push(pool.run(constant(exports, "Kernel.normal"), units, units / 2, 1));
  } catch (error) {
    outcomes.push((error as { readonly code: string }).code);
  }
}
parentPort!.postMessage(outcomes);
