// Loaded into a command before it starts (node --import): writes what engines and threads it had into a file of VANTAGE_COUNTS.
import { readdirSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import threads from "node:worker_threads";
import { wasm } from "../core/kernels/webassembly.js";

export interface Counts {
  /** Shared WebAssembly memories: each engine has one. */
  engines: number;
  workers: number;
  /** Most threads of the process at one time, as the operating system counts them. */
  threads: number;
}

const folder = process.env.VANTAGE_COUNTS;
if (folder !== undefined && threads.isMainThread) {
  const counts: Counts = { engines: 0, workers: 0, threads: 0 };
  const { Memory } = wasm;
  (wasm as { Memory: typeof Memory }).Memory = class extends Memory {
    constructor(limits: ConstructorParameters<typeof Memory>[0]) {
      super(limits);
      if (limits.shared) counts.engines++;
    }
  };
  const { Worker } = threads;
  threads.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      counts.workers++;
    }
  };
  syncBuiltinESMExports();
  const look = () => {
    counts.threads = Math.max(counts.threads, readdirSync("/proc/self/task").length);
  };
  setInterval(look, 5).unref();
  process.on("exit", () => {
    look();
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(counts));
  });
}
