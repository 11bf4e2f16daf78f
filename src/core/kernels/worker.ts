// A worker of the kernels' thread pool: its own instance of the module over the shared memory, waiting for work.
import { platform } from "#platform";
import { type Exports, Pool, type WorkerData } from "./pool.js";
import { wasm } from "./webassembly.js";

const { module, memory, control, thread } = (await platform.workerData()) as WorkerData;
const exports = new wasm.Instance(module, { env: { memory } }).exports as Exports;
new Pool(exports, memory, control).serve(thread);
