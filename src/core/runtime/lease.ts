// Leases: calls on one program that overlap have buffers of their own, which go back to a pool.
import { ClosedError, OutOfMemoryError } from "../../errors.js";
import type { BufferSet, Execution, Sizes } from "./buffer-set.js";

/** Buffers of a program for one caller, until `release`: fill `inputs`, await `run()`, read `outputs`. */
export class Lease implements Execution {
  #release: (() => void) | undefined;

  /** @internal */
  constructor(
    private readonly execution: Execution,
    release: () => void,
  ) {
    this.#release = release;
  }

  get #own(): Execution {
    if (this.#release === undefined) throw new ClosedError("the lease is released");
    return this.execution;
  }

  /** The float32 inputs, by name. @throws ClosedError where the lease is released. */
  get inputs(): Execution["inputs"] {
    return this.#own.inputs;
  }

  /** The int64 inputs, by name. @throws ClosedError where the lease is released. */
  get indices(): Execution["indices"] {
    return this.#own.indices;
  }

  /** The outputs, by name: what the last run computed. @throws ClosedError where the lease is released. */
  get outputs(): Execution["outputs"] {
    return this.#own.outputs;
  }

  /** Computes the outputs from what the inputs hold. @throws ClosedError where the lease is released, RuntimeError where the run fails. */
  async run(): Promise<void> {
    await this.#own.run();
  }

  /** Has something done when the arrays are given up. @throws ClosedError where the lease is released. */
  onRelease(action: () => void): void {
    this.#own.onRelease(action);
  }

  /** Gives the buffers back; they may be another caller's at once. To be called once no run is in flight. */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}

/** Sets of buffers that are lent out, at most so many at a time; who comes later waits, first come first served. */
export class LeasePool {
  /** The set given back last is lent first: its memory is still in the cache. */
  readonly #free: BufferSet[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #onReturn: (() => void)[] = [];
  #lent = 0;
  /** Leases that wait for memory. */
  #short = 0;

  constructor(
    private readonly make: () => BufferSet,
    private readonly most: number,
  ) {}

  /**
   * Where memory is short, a lease waits for another one's buffers.
   * @throws OutOfMemoryError where there is no other lease to wait for.
   */
  async lease(sizes: Sizes): Promise<Lease> {
    if (this.#lent < this.most) this.#lent++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    for (;;) {
      const set = this.#free.pop() ?? this.make();
      try {
        const execution = set.at(sizes);
        return new Lease(execution, () => {
          this.#free.push(set);
          this.#end();
        });
      } catch (error) {
        set.release();
        const isShort = error instanceof OutOfMemoryError && (this.#free.length > 0 || this.#lent > this.#short + 1);
        if (!isShort) {
          this.#end();
          throw error;
        }
      }
      if (this.#free.length > 0) {
        this.release();
        continue;
      }
      this.#short++;
      await this.#returned();
      this.#short--;
    }
  }

  #returned(): Promise<void> {
    return new Promise((resolve) => this.#onReturn.push(resolve));
  }

  /** One lease less: the next one that waits begins. */
  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#lent--;
    else next();
    for (const resolve of this.#onReturn.splice(0)) resolve();
  }

  /** Resolves once all leases are released, those that wait among them. */
  async whenIdle(): Promise<void> {
    while (this.#lent > 0) await this.#returned();
  }

  /** Frees the buffers that are not lent. */
  release(): void {
    for (const set of this.#free.splice(0)) set.release();
  }
}
