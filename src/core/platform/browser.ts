// The platform of browsers. In a Web Worker kernels have threads; a page's main thread may not wait for others, and works alone.
import { UserError } from "../../errors.js";
import type { Platform } from "./platform.js";

/** What a worker's global scope has, as far as it is used here: TypeScript knows Node.js's types only. */
interface Scope {
  readonly navigator: { readonly hardwareConcurrency: number; readonly deviceMemory?: number };
  readonly Worker: new (url: URL, options: { readonly type: "module" }) => BrowserWorker;
  readonly MessageChannel: new () => {
    readonly port1: ReceivingPort;
    readonly port2: { postMessage(data: unknown): void };
  };
  addEventListener(type: "message", listen: (event: { readonly data: unknown }) => void, options: { once: true }): void;
}

interface ReceivingPort {
  onmessage: () => void;
  close(): void;
}

interface BrowserWorker {
  postMessage(data: unknown): void;
  terminate(): void;
}

const scope = globalThis as unknown as Scope;
const { MessageChannel, Worker } = scope;

export const platform: Platform = {
  processors: () => scope.navigator.hardwareConcurrency,
  memoryBytes: () => (scope.navigator.deviceMemory ?? Number.POSITIVE_INFINITY) * 2 ** 30,
  async kernelModule() {
    const response = await fetch(new URL("../kernels/vantage.wasm", import.meta.url));
    if (!response.ok) throw new Error(`${response.url} cannot be loaded: ${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  },
  async startKernelWorker(data) {
    if (!("WorkerGlobalScope" in scope)) throw new Error("the main thread of a page cannot wait for workers");
    // Written so, bundlers find the worker's file.
    const worker = new Worker(new URL("../kernels/worker.js", import.meta.url), { type: "module" });
    worker.postMessage(data);
    return { terminate: async () => worker.terminate() };
  },
  workerData: () =>
    new Promise((resolve) => scope.addEventListener("message", ({ data }) => resolve(data), { once: true })),
  turn: () =>
    new Promise((resolve) => {
      // A timer would wait for four milliseconds.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),
  async usearch() {
    throw new UserError("neighbours of so many samples need native code, which a browser does not run");
  },
};
