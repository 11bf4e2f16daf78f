// What a browser's worker has, over one of Node.js: messages, workers and fetch for files; `process` and `Buffer` are gone.
// It runs the module that it is given the address of; the first worker gets ONNX Runtime and calls the module's `main`.
import { readFile } from "node:fs/promises";
import { parentPort, Worker, workerData } from "node:worker_threads";

class BrowserWorker {
  readonly #worker: Worker;

  constructor(url: URL) {
    this.#worker = new Worker(new URL(import.meta.url), { workerData: { url: url.href } });
    this.#worker.unref();
  }

  postMessage(data: unknown): void {
    this.#worker.postMessage(data);
  }

  terminate(): void {
    this.#worker.terminate();
  }
}

const { url, threads, isPage } = workerData as {
  readonly url: string;
  readonly threads?: number;
  /** Whether the module runs as on a page's main thread. */
  readonly isPage?: boolean;
};
const ort = threads === undefined ? undefined : await import("onnxruntime-node");
const scope = globalThis as Record<string, unknown>;
Object.assign(scope, {
  Worker: BrowserWorker,
  fetch: async (address: URL) => ({ ok: true, arrayBuffer: async () => (await readFile(address)).buffer }),
  addEventListener: (_type: string, listen: (event: { data: unknown }) => void) =>
    parentPort!.once("message", (data) => listen({ data })),
});
Object.defineProperty(scope, "navigator", { value: { hardwareConcurrency: 2 } });
if (!isPage) scope.WorkerGlobalScope = class {};
// onnxruntime-node itself calls setImmediate.
for (const name of ["process", "Buffer"]) delete scope[name];

const loaded = (await import(url)) as { main?(module: unknown, threads: number): Promise<unknown> };
if (ort !== undefined) {
  // onnxruntime-web calls its processor "wasm".
  const create = (model: Uint8Array, options: object) =>
    ort.InferenceSession.create(model, { ...options, executionProviders: ["cpu"] });
  parentPort!.postMessage(await loaded.main!({ Tensor: ort.Tensor, InferenceSession: { create } }, threads!));
}
