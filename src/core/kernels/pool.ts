// The thread pool's JavaScript side: the control block in shared memory, and sleeping and waking.
import type { WasmMemory, WasmModule } from "./webassembly.js";

/** The module's exports that assembly/pool.ts describes, and its constants. */
export interface Exports extends Readonly<Record<string, unknown>> {
  publish(control: number, kernel: number, units: number, grain: number, helpers: number): number;
  take(control: number, thread: number): number;
  poll(address: number, value: number, until: boolean): number;
}

/** What a worker is given. */
export interface WorkerData {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly control: number;
  readonly thread: number;
}

/**
 * The value of an exported constant.
 * @throws RangeError where the module has none of that name.
 */
export function constant(exports: Readonly<Record<string, unknown>>, name: string): number {
  const value = (exports[name] as { value: number } | undefined)?.value;
  if (value === undefined) throw new RangeError(`dist/core/kernels/vantage.wasm has no ${name}: build it anew`);
  return value;
}

/** A thread of the pool ended in the middle of a job. The job is lost with what it worked on, and so are the kernels. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly code = "ERR_WORKER";
}

/** The calling thread waits this long at a time (ms): time that a process is suspended counts as one turn of waiting. */
const TURN = 100;
/** Chunks take milliseconds. Where none was done for so long (ms), a thread that had one has ended. */
const PATIENCE = 60_000;

/** One thread's access to the control block. */
export class Pool {
  readonly #exports: Exports;
  readonly #control: number;
  readonly #words: Int32Array;
  readonly #generation: number;
  readonly #sleepers: number;
  readonly #done: number;
  readonly #callerWaits: number;
  readonly #failed: number;
  readonly #chunks: number;

  #isBroken = false;

  /** @param patience how long the caller waits for chunks of which none is done (ms). */
  constructor(
    exports: Exports,
    memory: WasmMemory,
    control: number,
    private readonly patience = PATIENCE,
  ) {
    this.#exports = exports;
    this.#control = control;
    this.#words = new Int32Array(memory.buffer, control, constant(exports, "CONTROL_BYTES") / 4);
    const word = (name: string) => constant(exports, name) / 4;
    this.#generation = word("GENERATION");
    this.#sleepers = word("SLEEPERS");
    this.#done = word("DONE");
    this.#callerWaits = word("CALLER_WAITS");
    this.#failed = word("FAILED");
    this.#chunks = word("CHUNKS");
  }

  /**
   * Runs a job together with the workers and returns how many of its chunks trapped in one.
   * @throws WorkerError where a worker ended before its chunk was done, now or in an earlier job.
   */
  run(kernel: number, units: number, grain: number, helpers: number): number {
    if (this.#isBroken)
      throw new WorkerError("a thread of the kernels has ended in an earlier job: open another engine");
    const words = this.#words;
    const asleep = this.#exports.publish(this.#control, kernel, units, grain, helpers);
    if (asleep < 0) return 0;
    if (asleep > 0) Atomics.notify(words, this.#generation, asleep);
    this.#take(0);
    const chunks = words[this.#chunks]!;
    if (!this.#exports.poll(this.#control + 4 * this.#done, chunks, true)) {
      Atomics.store(words, this.#callerWaits, 1);
      const isDone = this.#wait(chunks);
      Atomics.store(words, this.#callerWaits, 0);
      if (!isDone) {
        this.#isBroken = true;
        throw new WorkerError("a thread of the kernels has ended before its work was done: open another engine");
      }
    }
    return Atomics.load(words, this.#failed);
  }

  /** Sleeps until all chunks are done; false where none was for too long. */
  #wait(chunks: number): boolean {
    const words = this.#words;
    let idle = 0;
    for (let done = Atomics.load(words, this.#done); done !== chunks; ) {
      Atomics.wait(words, this.#done, done, TURN);
      const now = Atomics.load(words, this.#done);
      idle = now === done ? idle + TURN : 0;
      if (idle > this.patience) return false;
      done = now;
    }
    return true;
  }

  /** A worker's life: take chunks, poll for the next job for a moment, then sleep until there is one. */
  serve(thread: number): never {
    const words = this.#words;
    for (;;) {
      const seen = Atomics.load(words, this.#generation);
      if (this.#take(thread)) Atomics.notify(words, this.#done);
      if (this.#exports.poll(this.#control + 4 * this.#generation, seen, false)) continue;
      Atomics.add(words, this.#sleepers, 1);
      Atomics.wait(words, this.#generation, seen);
      Atomics.sub(words, this.#sleepers, 1);
    }
  }

  /** Takes chunks until none is left; returns whether the caller must be woken. */
  #take(thread: number): boolean {
    for (;;) {
      try {
        return this.#exports.take(this.#control, thread) !== 0;
      } catch {
        // A trap in a kernel: the chunk counts as done, and the calling thread throws once the others are done too.
        Atomics.add(this.#words, this.#failed, 1);
        Atomics.add(this.#words, this.#done, 1);
        Atomics.notify(this.#words, this.#done);
      }
    }
  }
}
