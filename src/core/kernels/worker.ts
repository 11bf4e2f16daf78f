// A worker of the kernels' thread pool: its own instance of the module over the shared memory, waiting for work.
import { workerData } from "node:worker_threads";
import { type Exports, Pool, type WorkerData } from "./pool.js";
import { wasm } from "./webassembly.js";

const { module, memory, control, thread } = workerData as WorkerData;
const exports = new wasm.Instance(module, { env: { memory } }).exports as Exports;
new Pool(exports, memory, control).serve(thread);
