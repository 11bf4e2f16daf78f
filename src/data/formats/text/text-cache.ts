// Strings for cells, where the same ones come again and again: found by their bytes, without making them anew.

const longest = 32;

/** Remembers the last string for each of a few thousand hashes. */
export class TextCache {
  readonly #entries: (string | undefined)[];
  readonly #mask: number;
  /** Whether the last string was there before. */
  wasKnown = false;

  /** @param size a power of two. */
  constructor(size: number) {
    this.#entries = new Array(size).fill(undefined);
    this.#mask = size - 1;
  }

  /** The text of bytes `from` … `to`-1 as UTF-8. */
  text(buffer: Buffer, from: number, to: number): string {
    this.wasKnown = false;
    const length = to - from;
    if (length > longest) return buffer.toString("utf8", from, to);
    let hash = length;
    let bits = 0;
    for (let i = from; i < to; i++) {
      const byte = buffer[i]!;
      bits |= byte;
      hash = Math.imul(hash ^ byte, 16_777_619);
    }
    const place = (hash ^ (hash >>> 15)) & this.#mask;
    const entry = this.#entries[place];
    if (bits < 128) {
      if (entry !== undefined && entry.length === length && isSame(entry, buffer, from)) {
        this.wasKnown = true;
        return entry;
      }
      const text = buffer.toString("latin1", from, to);
      this.#entries[place] = text;
      return text;
    }
    const text = buffer.toString("utf8", from, to);
    if (entry === text) {
      this.wasKnown = true;
      return entry;
    }
    this.#entries[place] = text;
    return text;
  }
}

function isSame(text: string, buffer: Buffer, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== buffer[from + i]) return false;
  return true;
}
