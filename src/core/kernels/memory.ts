// One shared WebAssembly memory and its allocator: where parameters, gradients, optimizer state and codes live.

import { ClosedError, OutOfMemoryError } from "../../errors.js";
import { type WasmMemory, wasm } from "./webassembly.js";

const pageBytes = 65536;
const maximumPages = 65536;
/** Every block starts at a multiple of a cache line, which is also the widest vector register. */
const alignment = 64;
/** The first page belongs to the WebAssembly module (static data), the last stays unused so that end addresses fit 32 bits. */
const firstByte = pageBytes;
const lastByte = (maximumPages - 1) * pageBytes;
const initialPages = 16;

/** A typed array over the shared memory. */
export type SharedView =
  | Float32Array<SharedArrayBuffer>
  | Float64Array<SharedArrayBuffer>
  | Int32Array<SharedArrayBuffer>
  | Uint32Array<SharedArrayBuffer>
  | Uint16Array<SharedArrayBuffer>
  | Uint8Array<SharedArrayBuffer>;

type ViewConstructor<V> = { readonly BYTES_PER_ELEMENT: number; new (b: SharedArrayBuffer, o: number, n: number): V };

function reserve(): WasmMemory {
  try {
    return new wasm.Memory({ initial: initialPages, maximum: maximumPages, shared: true });
  } catch {
    throw new OutOfMemoryError(
      "out of memory: an engine reserves 4 GiB of addresses, which this process may not have (ulimit -v shows its limit)",
    );
  }
}

interface Block {
  readonly begin: number;
  readonly end: number;
}

/** What hands out arrays for kernels and models: the whole memory of an engine, or a part of it that is given back at once. */
export abstract class Memory {
  /**
   * For instances of the kernels' module, in this thread and in workers.
   * @internal
   */
  abstract readonly wasm: WasmMemory;

  /** Bytes in blocks handed out and not yet freed (sizes rounded up to 64). */
  abstract get bytesInUse(): number;

  /** Whether the view lies in this memory, so that kernels can work on it. */
  abstract holds(view: ArrayBufferView): boolean;

  /**
   * The view's address in the memory.
   * @throws RangeError where the view lies elsewhere.
   */
  abstract address(view: ArrayBufferView): number;

  /**
   * Gives a block back. The view, and every view into it, must not be used afterwards.
   * @throws RangeError where the view is not a whole block of this memory, or was freed before.
   */
  abstract free(view: ArrayBufferView): void;

  /** @internal */
  abstract allocate<V extends SharedView>(type: ViewConstructor<V>, length: number): V;

  /** So many 32-bit floating-point numbers, all 0. @throws OutOfMemoryError where they do not fit. */
  float32(length: number): Float32Array<SharedArrayBuffer> {
    return this.allocate<Float32Array<SharedArrayBuffer>>(Float32Array, length);
  }

  /** So many 64-bit floating-point numbers, all 0. @throws OutOfMemoryError where they do not fit. */
  float64(length: number): Float64Array<SharedArrayBuffer> {
    return this.allocate<Float64Array<SharedArrayBuffer>>(Float64Array, length);
  }

  /** So many 32-bit integers, all 0. @throws OutOfMemoryError where they do not fit. */
  int32(length: number): Int32Array<SharedArrayBuffer> {
    return this.allocate<Int32Array<SharedArrayBuffer>>(Int32Array, length);
  }

  /** So many unsigned 32-bit integers, all 0. @throws OutOfMemoryError where they do not fit. */
  uint32(length: number): Uint32Array<SharedArrayBuffer> {
    return this.allocate<Uint32Array<SharedArrayBuffer>>(Uint32Array, length);
  }

  /** So many unsigned 16-bit integers, all 0. @throws OutOfMemoryError where they do not fit. */
  uint16(length: number): Uint16Array<SharedArrayBuffer> {
    return this.allocate<Uint16Array<SharedArrayBuffer>>(Uint16Array, length);
  }

  /** So many bytes, all 0. @throws OutOfMemoryError where they do not fit. */
  uint8(length: number): Uint8Array<SharedArrayBuffer> {
    return this.allocate<Uint8Array<SharedArrayBuffer>>(Uint8Array, length);
  }
}

/**
 * A shared `WebAssembly.Memory` of up to 4 GiB that hands out zero-filled typed arrays aligned to 64 bytes. It grows on
 * demand; views made before a growth stay valid. Freed blocks are merged with free neighbours and used again (best fit).
 */
export class WholeMemory extends Memory {
  override readonly wasm: WasmMemory = reserve();
  /** Free blocks below `top`, by address, never touching each other. */
  readonly #free: Block[] = [];
  /** Size in bytes of each block handed out, by its address. */
  readonly #sizes = new Map<number, number>();
  /** A shared memory has another buffer object after each growth; all of them are the same bytes. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  #buffer = this.#latestBuffer();
  /** Everything from here on is free. */
  #top = firstByte;
  /** Everything from here on was never handed out and is therefore still zero. */
  #touched = firstByte;
  #bytesInUse = 0;

  override get bytesInUse(): number {
    return this.#bytesInUse;
  }

  override holds(view: ArrayBufferView): boolean {
    return this.#buffers.has(view.buffer);
  }

  override address(view: ArrayBufferView): number {
    if (!this.holds(view)) {
      throw new RangeError(
        `a ${view.constructor.name} of ${view.byteLength} bytes lies outside the kernels' shared memory; allocate it there`,
      );
    }
    return view.byteOffset;
  }

  override free(view: ArrayBufferView): void {
    const begin = this.address(view);
    const size = this.#sizes.get(begin);
    if (size === undefined) throw new RangeError(`free: no block of the shared memory starts at byte ${begin}`);
    this.#sizes.delete(begin);
    this.#bytesInUse -= size;
    this.#release(begin, begin + size);
  }

  #latestBuffer(): SharedArrayBuffer {
    const { buffer } = this.wasm;
    this.#buffers.add(buffer);
    return buffer;
  }

  override allocate<V extends SharedView>(type: ViewConstructor<V>, length: number): V {
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`an array cannot have ${length} elements`);
    const bytes = length * type.BYTES_PER_ELEMENT;
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const begin = this.#reuse(size) ?? this.#extend(size, bytes);
    const dirty = Math.min(begin + size, this.#touched) - begin;
    if (dirty > 0) new Float64Array(this.#buffer, begin, dirty / 8).fill(0);
    this.#touched = Math.max(this.#touched, begin + size);
    this.#sizes.set(begin, size);
    this.#bytesInUse += size;
    return new type(this.#buffer, begin, length);
  }

  /** Takes `size` bytes from the smallest free block that holds them. */
  #reuse(size: number): number | undefined {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#free.length; i++) {
      const { begin, end } = this.#free[i]!;
      if (end - begin < size || end - begin >= least) continue;
      best = i;
      least = end - begin;
    }
    if (best < 0) return undefined;
    const { begin, end } = this.#free[best]!;
    if (end - begin === size) this.#free.splice(best, 1);
    else this.#free[best] = { begin: begin + size, end };
    return begin;
  }

  /** Takes `size` bytes from the top, growing the memory where they do not fit. */
  #extend(size: number, asked: number): number {
    const begin = this.#top;
    const end = begin + size;
    const full = () =>
      new OutOfMemoryError(
        `out of memory: ${asked} bytes requested, ${this.#bytesInUse} bytes in use of the 4 GiB that one engine holds`,
      );
    if (end > lastByte) throw full();
    const missing = Math.ceil((end - this.#buffer.byteLength) / pageBytes);
    if (missing > 0) {
      try {
        this.wasm.grow(missing);
      } catch {
        throw full();
      }
      this.#buffer = this.#latestBuffer();
    }
    this.#top = end;
    return begin;
  }

  #release(begin: number, end: number): void {
    const free = this.#free;
    let low = 0;
    for (let high = free.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (free[middle]!.begin < begin) low = middle + 1;
      else high = middle;
    }
    const before = low > 0 && free[low - 1]!.end === begin ? 1 : 0;
    const after = low < free.length && free[low]!.begin === end ? 1 : 0;
    const merged = {
      begin: before ? free[low - 1]!.begin : begin,
      end: after ? free[low]!.end : end,
    };
    const at = low - before;
    if (merged.end === this.#top) {
      free.splice(at, before + after);
      this.#top = merged.begin;
    } else {
      free.splice(at, before + after, merged);
    }
  }
}

/** A part of a memory: what it hands out is given back at once where it was not before. */
export class MemoryScope extends Memory {
  readonly #blocks = new Map<number, ArrayBufferView>();
  #isReleased = false;

  constructor(private readonly parent: Memory) {
    super();
  }

  override get wasm(): WasmMemory {
    return this.parent.wasm;
  }

  override get bytesInUse(): number {
    return this.parent.bytesInUse;
  }

  override holds(view: ArrayBufferView): boolean {
    return this.parent.holds(view);
  }

  override address(view: ArrayBufferView): number {
    return this.parent.address(view);
  }

  /** Does nothing once the scope is released: the block went with it. */
  override free(view: ArrayBufferView): void {
    if (this.#isReleased) return;
    this.parent.free(view);
    this.#blocks.delete(this.address(view));
  }

  override allocate<V extends SharedView>(type: ViewConstructor<V>, length: number): V {
    if (this.#isReleased) throw new ClosedError("the memory of a released model is used");
    const view = this.parent.allocate(type, length);
    this.#blocks.set(this.address(view), view);
    return view;
  }

  /** Gives everything back; nothing that was handed out may be used afterwards. */
  release(): void {
    this.#isReleased = true;
    for (const view of this.#blocks.values()) this.parent.free(view);
    this.#blocks.clear();
  }
}

/** Does something with arrays that are given back whatever comes of it, memory running out included. */
export function temporarily<R>(memory: Memory, work: (scope: MemoryScope) => R): R {
  const scope = new MemoryScope(memory);
  try {
    return work(scope);
  } finally {
    scope.release();
  }
}
