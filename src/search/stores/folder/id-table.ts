// From the hash of an id to rows: open addressing in typed arrays, a few bytes per item, in parts that grow one by one so
// that no addition waits for millions of others to be moved.

const parts = 256;
const firstSize = 8;
const fullest = 0.8;
const growth = 1.5;

/** 32 bits of a text's UTF-16 units (FNV-1a, then mixed as MurmurHash3 ends). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Rows by their hash; a row's hash is requested, not stored here. */
export class IdTable {
  /** Per part: row + 1, or 0 where empty. A row stands at the first free place from its own on. */
  readonly #parts = Array.from({ length: parts }, () => new Uint32Array(firstSize));
  readonly #used = new Uint32Array(parts);

  constructor(readonly hashOf: (row: number) => number) {}

  get bytes(): number {
    return this.#parts.reduce((sum, part) => sum + part.byteLength, 0);
  }

  /** The row of this hash that `matches` says yes to; -1 where there is none. */
  find(hash: number, matches: (row: number) => boolean): number {
    const part = this.#parts[hash >>> 24]!;
    for (let at = home(hash, part.length); part[at] !== 0; at = at + 1 === part.length ? 0 : at + 1) {
      const row = part[at]! - 1;
      if (this.hashOf(row) === hash && matches(row)) return row;
    }
    return -1;
  }

  add(hash: number, row: number): void {
    const number = hash >>> 24;
    if (this.#used[number]! + 1 > fullest * this.#parts[number]!.length) this.#grow(number);
    this.#used[number]!++;
    place(this.#parts[number]!, hash, row);
  }

  remove(hash: number, row: number): void {
    const number = hash >>> 24;
    const part = this.#parts[number]!;
    let hole = home(hash, part.length);
    while (part[hole] !== row + 1) hole = hole + 1 === part.length ? 0 : hole + 1;
    // Whatever stands behind the hole and would be found no more moves into it.
    for (let at = hole; ; ) {
      at = at + 1 === part.length ? 0 : at + 1;
      if (part[at] === 0) break;
      const own = home(this.hashOf(part[at]! - 1), part.length);
      if ((at - own + part.length) % part.length < (at - hole + part.length) % part.length) continue;
      part[hole] = part[at]!;
      hole = at;
    }
    part[hole] = 0;
    this.#used[number]!--;
  }

  #grow(number: number): void {
    const old = this.#parts[number]!;
    const larger = new Uint32Array(Math.ceil(growth * old.length));
    for (const entry of old) if (entry !== 0) place(larger, this.hashOf(entry - 1), entry - 1);
    this.#parts[number] = larger;
  }
}

/** Where a hash belongs in a part of this size. */
function home(hash: number, size: number): number {
  return Math.floor(((hash & 0xffffff) * size) / 0x1000000);
}

function place(part: Uint32Array, hash: number, row: number): void {
  let at = home(hash, part.length);
  while (part[at] !== 0) at = at + 1 === part.length ? 0 : at + 1;
  part[at] = row + 1;
}
