// Rows that were made before, by the content that they were made from: files that can be made again at any time, written whole.
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../data/cache.js";
import { UserError } from "../errors.js";
import { replaceFile } from "../files.js";

/** Where rows are kept, and how much of them. */
export interface FeatureCacheOptions {
  /** Default: `features` in the cache folder ($VANTAGE_CACHE). */
  readonly folder?: string;
  /** Bytes of all encoders' rows; of more, those that were used longest ago are deleted. Default: 4 GiB. */
  readonly most?: number;
  /** Receives why rows cannot be kept. */
  onNote?(note: string): void;
}

const ending = ".rows";
const [keyBytes, digestBytes, headBytes] = [32, 32, 8];
/** Files whose rows are in memory. */
const openFiles = 4;
const defaultMost = 4 * 2 ** 30;

interface Place {
  readonly file: string;
  readonly row: number;
}

/** The digest of a picture's file or a text: what its row is found by. */
export function contentKey(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * The rows of one encoder: a folder named by its identity, with a file for each batch. A file holds the number of rows and of their
 * values (two 32-bit numbers), the SHA-256 digests of the contents, the rows as float32, all little-endian, and a digest of all that.
 * Several processes may use it at a time. What cannot be read counts as not there; what cannot be written is not kept.
 */
export class FeatureCache {
  readonly #places = new Map<string, Place>();
  /** The rows of the files that were used last. */
  readonly #open = new Map<string, Float32Array | undefined>();
  #isWritable = true;

  private constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly dimensions: number,
    private readonly options: FeatureCacheOptions,
  ) {}

  /** Opens the rows of an encoder. */
  static async open(
    { identity, dimensions }: { readonly identity: string; readonly dimensions: number },
    options: FeatureCacheOptions = {},
  ): Promise<FeatureCache> {
    const root = options.folder ?? join(cacheFolder(), "features");
    const cache = new FeatureCache(root, join(root, identity), dimensions, options);
    await cache.#find();
    return cache;
  }

  /** Rows that it has. */
  get size(): number {
    return this.#places.size;
  }

  /** The row of a content; undefined where it is not there. */
  async get(key: string): Promise<Float32Array | undefined> {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const rows = await this.#rows(place.file);
    if (rows === undefined) {
      this.#places.delete(key);
      return undefined;
    }
    return rows.subarray(place.row * this.dimensions, (place.row + 1) * this.dimensions);
  }

  /** Keeps rows, one after the other, of as many contents. */
  async add(keys: readonly string[], rows: Float32Array): Promise<void> {
    if (!this.#isWritable || keys.length === 0) return;
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(keys.length, 0);
    head.writeUInt32LE(this.dimensions, 4);
    const names = Buffer.concat(keys.map((key) => Buffer.from(key, "hex")));
    const values = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
    const digest = createHash("sha256").update(head).update(names).update(values).digest();
    const file = `${randomBytes(8).toString("hex")}${ending}`;
    try {
      mkdirSync(this.folder, { recursive: true });
      await replaceFile(join(this.folder, file), [head, names, values, digest]);
      for (const [row, key] of keys.entries()) this.#places.set(key, { file, row });
    } catch (error) {
      this.#isWritable = false;
      const reason = error instanceof UserError ? error.message : (error as Error).message;
      this.options.onNote?.(`features are not cached: ${reason}`);
    }
  }

  /** Deletes the oldest rows where there are too many, of all encoders. */
  close(): void {
    if (!this.#isWritable) return;
    try {
      prune(this.root, this.options.most ?? defaultMost);
    } catch {
      // Another process may prune at the same time; the next one to close does it.
    }
  }

  async #find(): Promise<void> {
    let files: string[];
    try {
      files = readdirSync(this.folder).filter((name) => name.endsWith(ending));
    } catch {
      return;
    }
    for (const file of files.sort()) {
      for (const [row, key] of (await this.#keys(file)).entries()) this.#places.set(key, { file, row });
    }
  }

  /** Contents of a file; none where it is not whole. */
  async #keys(file: string): Promise<string[]> {
    try {
      const handle = await open(join(this.folder, file));
      try {
        const { size } = await handle.stat();
        const head = Buffer.alloc(headBytes);
        await handle.read(head, 0, headBytes, 0);
        const [count, dimensions] = [head.readUInt32LE(0), head.readUInt32LE(4)];
        if (dimensions !== this.dimensions || size !== fileBytes(count, dimensions)) return [];
        const names = Buffer.alloc(count * keyBytes);
        await handle.read(names, 0, names.length, headBytes);
        return Array.from({ length: count }, (_, i) => names.toString("hex", i * keyBytes, (i + 1) * keyBytes));
      } finally {
        await handle.close();
      }
    } catch {
      return [];
    }
  }

  /** All rows of a file; undefined where it is gone or damaged. */
  async #rows(file: string): Promise<Float32Array | undefined> {
    if (this.#open.has(file)) return this.#open.get(file);
    const path = join(this.folder, file);
    const bytes = await readFile(path).catch(() => undefined);
    const rows = bytes && this.#checked(bytes);
    if (rows) touch(path);
    if (this.#open.size >= openFiles) this.#open.delete(this.#open.keys().next().value!);
    this.#open.set(file, rows);
    return rows;
  }

  #checked(bytes: Buffer): Float32Array | undefined {
    if (bytes.length < headBytes + digestBytes) return undefined;
    const payload = bytes.subarray(0, -digestBytes);
    const digest = createHash("sha256").update(payload).digest();
    const count = bytes.readUInt32LE(0);
    if (!digest.equals(bytes.subarray(-digestBytes)) || bytes.length !== fileBytes(count, this.dimensions)) {
      return undefined;
    }
    // A copy begins where float32 may begin.
    return new Float32Array(Uint8Array.from(payload.subarray(headBytes + count * keyBytes)).buffer);
  }
}

function fileBytes(count: number, dimensions: number): number {
  return headBytes + count * (keyBytes + dimensions * Float32Array.BYTES_PER_ELEMENT) + digestBytes;
}

/** Marks a file as used now. */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // A cache that may only be read works as well.
  }
}

function prune(root: string, most: number): void {
  const files = readdirSync(root).flatMap((identity) => {
    const folder = join(root, identity);
    if (!statSync(folder).isDirectory()) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => {
        const path = join(folder, name);
        const { size, mtimeMs } = statSync(path);
        return { path, size, mtimeMs };
      });
  });
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= most) break;
    rmSync(path, { force: true });
    total -= size;
  }
}
