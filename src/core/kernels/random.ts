// Random numbers one at a time: a seeded stream with named, independent sub-streams.
import { philox, seedWords } from "./philox.js";

/** Last counter words that only key derivation uses, so that a stream never meets the words its sub-streams are keyed by. */
const ofRoot = 0xfffffffd;
const ofNumber = 0xfffffffe;
const ofString = 0xffffffff;

/**
 * A stream of random numbers (Philox4x32-10) that depends on nothing but the seed and the path of labels:
 * `new Random(7, "split", 2)` is `new Random(7).fork("split").fork(2)`, whatever else has been drawn in between.
 */
export class Random {
  #k0: number;
  #k1: number;
  /** 128-bit blocks drawn so far. */
  #block = 0;
  readonly #words = new Uint32Array(4);
  /** Words of the present block already used. */
  #used = 4;
  #spareNormal: number | undefined;

  /** @throws RangeError where the seed is not a whole number from 0 to 2^53 - 1. */
  constructor(seed: number, ...path: (string | number)[]) {
    [this.#k0, this.#k1] = seedWords(seed);
    this.#rekey(0, 0, 0, ofRoot);
    for (const label of path) this.#descend(label);
  }

  /** An independent stream named by the label; how much this stream has been used makes no difference. */
  fork(label: string | number): Random {
    const child = new Random(0);
    child.#k0 = this.#k0;
    child.#k1 = this.#k1;
    child.#descend(label);
    return child;
  }

  /** A number from [0, 1), a multiple of 2^-53. */
  next(): number {
    const high = this.#word() >>> 5;
    return (high * 2 ** 26 + (this.#word() >>> 6)) / 2 ** 53;
  }

  /**
   * A whole number from 0 to n - 1, all equally likely.
   * @throws RangeError where n is not a whole number from 1 to 2^32.
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`integer(${n}): expected 1 to 2^32`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = this.#word();
    while (word >= limit) word = this.#word();
    return word % n;
  }

  /** A number from the normal distribution with mean 0 and deviation 1 (Box and Muller 1958). */
  normal(): number {
    const spare = this.#spareNormal;
    this.#spareNormal = undefined;
    if (spare !== undefined) return spare;
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Puts the values in random order, in place (Fisher and Yates), and returns them. */
  shuffle<T extends Int32Array>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
    return values;
  }

  /** 0 … n-1 in random order. */
  permutation(n: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: n }, (_, i) => i));
  }

  /**
   * k different numbers from 0 … n-1 in random order.
   * @throws RangeError where k > n.
   */
  choice(n: number, k: number): Int32Array {
    if (k > n) throw new RangeError(`choice: ${k} different numbers asked, there are ${n}`);
    const values = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < k; i++) {
      const j = i + this.integer(n - i);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
    return values.slice(0, k);
  }

  #word(): number {
    if (this.#used === 4) {
      philox(this.#words, this.#block >>> 0, Math.floor(this.#block / 2 ** 32), 0, 0, this.#k0, this.#k1);
      this.#block++;
      this.#used = 0;
    }
    return this.#words[this.#used++]!;
  }

  #descend(label: string | number): void {
    const bytes =
      typeof label === "number" ? new Uint8Array(Float64Array.of(label).buffer) : new TextEncoder().encode(label);
    const padded = new Uint8Array(Math.max(8, Math.ceil(bytes.length / 8) * 8));
    padded.set(bytes);
    const words = new Uint32Array(padded.buffer);
    for (let i = 0; i < words.length; i += 2) {
      // The count of bytes still to come keeps "a" and "a\0" apart.
      this.#rekey(words[i]!, words[i + 1]!, bytes.length - 4 * i, typeof label === "number" ? ofNumber : ofString);
    }
  }

  #rekey(c0: number, c1: number, c2: number, c3: number): void {
    philox(this.#words, c0, c1, c2, c3, this.#k0, this.#k1);
    this.#k0 = this.#words[0]!;
    this.#k1 = this.#words[1]!;
    this.#used = 4;
  }
}
