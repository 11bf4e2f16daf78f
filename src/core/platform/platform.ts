// What the library needs of the surroundings that it runs in: processors, memory, workers, turns of the event loop.

/** A thread that takes part in the kernels' loops. */
export interface KernelWorker {
  terminate(): Promise<unknown>;
}

/**
 * The surroundings. `#platform` (the key "imports" of package.json) is the one for Node.js or the one for browsers, whichever
 * the program is run or bundled for; nothing else in the core names either.
 */
export interface Platform {
  /** Logical processors that this process may use. */
  processors(): number;
  /** Bytes of main memory; Infinity where they are not known. */
  memoryBytes(): number;
  /** The bytes of the kernels' WebAssembly module. */
  kernelModule(): Promise<Uint8Array>;
  /**
   * Starts kernels/worker.ts, which receives the data through `workerData`. The worker does not keep the process alive; one that
   * does not start leaves its share to the others. @throws Error where the platform has no workers.
   */
  startKernelWorker(data: unknown): Promise<KernelWorker>;
  /** In a worker, the data that it was started with. */
  workerData(): Promise<unknown>;
  /** Lets the event loop serve timers and messages. */
  turn(): Promise<void>;
  /** The package usearch (graphs of near neighbors). @throws UserError where the platform runs no native code. */
  usearch(): Promise<typeof import("usearch")>;
}
