// The platform Node.js.
import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker, workerData } from "node:worker_threads";
import { needPackages } from "../../optional.js";
import type { Platform } from "./platform.js";

export const platform: Platform = {
  processors: availableParallelism,
  memoryBytes: totalmem,
  kernelModule: () => readFile(new URL("../kernels/vantage.wasm", import.meta.url)),
  async startKernelWorker(data) {
    const worker = new Worker(new URL("../kernels/worker.js", import.meta.url), { workerData: data, execArgv: [] });
    worker.on("error", () => {});
    worker.unref();
    return worker;
  },
  workerData: async () => workerData,
  turn: () => setImmediate(),
  usearch() {
    needPackages("nearest neighbors of so many samples");
    return import("usearch");
  },
};
