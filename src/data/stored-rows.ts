// Views too large for memory: their rows lie as float32 in a file of the cache and are read when a batch needs them.
import { createHash } from "node:crypto";
import { openSync, readSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { constrainedMemory } from "node:process";
import { platform } from "#platform";
import { UserError } from "../errors.js";
import { makeFolder, replaceFile } from "../files.js";
import { cacheFolder } from "./cache.js";
import { count, type NumericVariable } from "./formats/variables.js";
import { featuresRowMajor, matrixSize } from "./layout/matrix.js";
import type { LazyMatrix } from "./matrix.js";

const bytesPerValue = Float32Array.BYTES_PER_ELEMENT;
/** Read from the source and written at a time. */
const blockBytes = 2 ** 26;
/** Most that one read takes from the stored file. */
const runBytes = 2 ** 22;

/**
 * Bytes that one view may take in memory: $VANTAGE_MEMORY in GiB, else a quarter of what the machine, or the container, has.
 * @throws UserError where the variable is set to something else than a positive number.
 */
export function memoryForView(): number {
  const { VANTAGE_MEMORY } = process.env;
  if (VANTAGE_MEMORY !== undefined && VANTAGE_MEMORY !== "") {
    const limit = Number(VANTAGE_MEMORY) * 2 ** 30;
    if (limit > 0) return limit;
    throw new UserError(
      `VANTAGE_MEMORY is "${VANTAGE_MEMORY}", expected the GiB that one view may take, as in VANTAGE_MEMORY=4`,
    );
  }
  const constrained = constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(platform.memoryBytes(), constrained) / 4;
}

/** Whether a dense variable takes more than that, and lies so that its samples can be read some at a time. */
export function isTooLarge(variable: NumericVariable, samplesLast: boolean): boolean {
  const { shape, order } = variable;
  const [rows] = matrixSize(variable, samplesLast);
  const isSliced =
    (samplesLast ? shape.at(-1) : shape[0]) === rows && !(samplesLast && order === "row" && shape.length > 1);
  return isSliced && count(shape) * bytesPerValue > memoryForView();
}

/**
 * Copies a variable's samples to a file of the cache, unless it is there from before, and gives them as a lazy matrix. The
 * copy belongs to the variable of a file of this size and date. HDF5 in chunks, MATLAB's columns and float64 thereby become
 * rows that a batch can pick from.
 * @param reference what the variable is called in the file at `path`.
 * @throws UserError where the disk is full, or the source cannot be read.
 */
export async function storeRows(
  variable: NumericVariable,
  samplesLast: boolean,
  path: string,
  reference: string,
): Promise<LazyMatrix> {
  const { shape, order } = variable;
  const [rows, columns] = matrixSize(variable, samplesLast);
  const { size, mtimeMs } = statSync(path);
  // the number counts the orders in which columns have been written
  const key = JSON.stringify([resolve(path), size, mtimeMs, reference, samplesLast, 2]);
  const stored = join(cacheFolder(), `rows-${createHash("sha256").update(key).digest("hex").slice(0, 32)}.f32`);
  if (statSync(stored, { throwIfNoEntry: false })?.size !== rows * columns * bytesPerValue) {
    const inOrder = samplesLast
      ? async (start: number, end: number) =>
          featuresRowMajor(await variable.read(start, end), shape.slice(0, -1), end - start)
      : order === "row"
        ? variable.read
        : variable.slice;
    const read = shape.length === 1 ? variable.read : inOrder;
    await writeRows(stored, rows, Math.max(1, Math.floor(blockBytes / bytesPerValue / columns)), read);
  }
  return storedRows(stored, rows, columns);
}

async function writeRows(
  path: string,
  rows: number,
  step: number,
  read: (start: number, end: number) => Promise<ArrayLike<number>>,
): Promise<void> {
  makeFolder(cacheFolder());
  await replaceFile(path, blocks());

  async function* blocks(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < rows; start += step) {
      yield new Uint8Array(new Float32Array(await read(start, Math.min(rows, start + step))).buffer);
    }
  }
}

/** A file of float32 rows as a matrix; it stays open as long as the process runs. */
function storedRows(path: string, rows: number, columns: number): LazyMatrix {
  const file = openSync(path, "r");
  const rowBytes = columns * bytesPerValue;
  const longest = Math.max(1, Math.floor(runBytes / rowBytes));
  const gather = (requested: ArrayLike<number>, target: Float32Array) => {
    const places = Int32Array.from({ length: requested.length }, (_, i) => i).sort(
      (a, b) => requested[a]! - requested[b]!,
    );
    for (let p = 0; p < places.length; ) {
      const first = requested[places[p]!]!;
      let end = p + 1;
      while (end < places.length && requested[places[end]!]! - requested[places[end - 1]!]! <= 1) {
        if (requested[places[end]!]! - first >= longest) break;
        end++;
      }
      const run = new Float32Array((requested[places[end - 1]!]! - first + 1) * columns);
      readWhole(file, new Uint8Array(run.buffer), first * rowBytes, path);
      for (; p < end; p++) {
        const from = (requested[places[p]!]! - first) * columns;
        target.set(run.subarray(from, from + columns), places[p]! * columns);
      }
    }
  };
  return { kind: "lazy", rows, columns, gather };
}

function readWhole(file: number, bytes: Uint8Array, offset: number, path: string): void {
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(file, bytes, done, bytes.length - done, offset + done);
    if (got === 0) throw new UserError(`${path} became shorter while it was read; run the command again`);
    done += got;
  }
}
