// HDF5 files, MATLAB v7.3 files among them: the tree of variables at once, their numbers in blocks when requested.
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { UserError } from "../../../errors.js";
import { decode, isWide, writtenIntegers } from "../decode.js";
import { skippedNotes } from "../notes.js";
import { recordColumn } from "../record-columns.js";
import { columnsOfRows, sortedColumns } from "../sparse-rows.js";
import {
  count,
  type FileContent,
  type NumericArray,
  type NumericVariable,
  numeric,
  type SparseVariable,
  sparse,
  type Variable,
} from "../variables.js";
import type { Answer, Block, DatasetPlace, Hdf5Task, Node, OpenedFile, RecordsPlace } from "./tree.js";

/** A block that one request reads, in bytes: large enough for whole chunks, small enough for the memory of WebAssembly. */
const blockBytes = 2 ** 26;
/** A damaged file can make HDF5 loop for ever; no single step of a good one takes as long. */
const patience = 15_000;

/**
 * Opens an HDF5 file in a thread of its own and lists what it holds: MATLAB v7.3's arrays, cells, structs, text and sparse
 * matrices, tables of pandas, AnnData's matrices with their names, or plain datasets, with groups as structs. Dense numbers stay on disk until `read` or `slice` requests them, so
 * that a file larger than memory can be gone through in slices of rows; slices of many rows, ideally whole chunks, are fastest.
 * @param stall milliseconds without any progress after which the file counts as corrupt.
 * @throws UserError where HDF5 cannot read the file.
 */
export async function openHdf5(path: string, size: number, stall = patience): Promise<FileContent> {
  const thread = startThread(path, size, stall);
  let opened: OpenedFile;
  try {
    opened = (await thread.ask(undefined)) as OpenedFile;
  } catch (error) {
    thread.close();
    throw error;
  }
  const variables = new Map<string, Variable>();
  for (const [name, node] of opened.nodes) variables.set(name, toVariable(node, name, thread));
  if (variables.size === 0) {
    thread.close();
    throw new UserError(`${path} is an HDF5 file without any dataset`);
  }
  const { format, table } = opened;
  const notes = [...opened.notes, ...skippedNotes(variables)];
  return { format, path, variables, ...(table && { table }), notes, close: thread.close };
}

interface Thread {
  readonly path: string;
  /** Records that were loaded, by the dataset's path. */
  readonly records: Map<string, Promise<Uint8Array>>;
  /** Asks for a block, or for the tree where none is named (it comes by itself, once). */
  ask(block: Block | undefined): Promise<OpenedFile | Uint8Array>;
  close(): void;
}

function startThread(path: string, size: number, stall: number): Thread {
  const progress = new SharedArrayBuffer(4);
  const counter = new Int32Array(progress);
  const task: Hdf5Task = { path: resolve(path), size, progress };
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: task,
    stdout: true,
    stderr: true,
  });
  const waiting = new Map<number, { resolve(value: OpenedFile | Uint8Array): void; reject(error: Error): void }>();
  let serial = 0;
  let over: Error | undefined;
  let watch: NodeJS.Timeout | undefined;
  const fail = (error: Error) => {
    over ??= error;
    for (const { reject } of waiting.values()) reject(over);
    waiting.clear();
    clearInterval(watch);
    void worker.terminate();
  };
  worker.on("message", (answer: Answer) => {
    const request = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) {
      worker.unref();
      clearInterval(watch);
    }
    if ("problem" in answer) {
      const what = answer.isDamage ? `is corrupt, truncated or no HDF5 file: ${answer.problem}` : answer.problem;
      request?.reject(new UserError(answer.isDamage ? `${path} ${what}` : what));
    } else request?.resolve("opened" in answer ? answer.opened : answer.bytes);
  });
  const crashed = (error?: Error) =>
    fail(new UserError(`${path} is corrupt: HDF5 broke down while reading it${error ? ` (${error.message})` : ""}`));
  worker.on("error", crashed);
  worker.on("exit", () => crashed());
  const watchProgress = () => {
    let last = -1;
    let since = Date.now();
    clearInterval(watch);
    watch = setInterval(
      () => {
        const now = Atomics.load(counter, 0);
        if (now !== last) {
          last = now;
          since = Date.now();
        } else if (Date.now() - since > stall) {
          fail(new UserError(`${path} is corrupt: HDF5 made no progress with it for ${stall / 1000} s`));
        }
      },
      Math.min(1000, stall / 4),
    );
  };
  return {
    path,
    records: new Map(),
    ask: (block) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over);
        const id = serial++;
        waiting.set(id, { resolve, reject });
        worker.ref();
        if (waiting.size === 1) watchProgress();
        if (block) worker.postMessage({ id, ...block });
      }),
    close: () => fail(new UserError(`${path} was closed before it was read`)),
  };
}

const askBytes = async (thread: Thread, block: Block) => (await thread.ask(block)) as Uint8Array;

function toVariable(node: Node, name: string, thread: Thread): Variable {
  switch (node.kind) {
    case "numeric":
      return datasetVariable(node, thread);
    case "column":
      return recordColumn(
        { path: thread.path, rows: node.rows, size: node.size, load: () => loadRecords(thread, node.records) },
        { ...node, name },
      );
    case "values": {
      const { element, shape, order, bytes, type, names } = node;
      const written = isWide(type) && { written: async () => writtenIntegers(bytes, type, true) };
      const data = () => decode(bytes, type, true, thread.path, name);
      return numeric(element, shape, order, data, { ...written, ...(names && { names }) });
    }
    case "sparse":
      return sparseVariable(node, name, thread);
    case "cell":
      return {
        kind: "cell",
        shape: node.shape,
        items: node.items.map((item, i) => toVariable(item, `${name}{${i + 1}}`, thread)),
      };
    case "struct": {
      const elements = node.elements.map(
        (fields) =>
          new Map([...fields].map(([field, value]) => [field, toVariable(value, `${name}.${field}`, thread)])),
      );
      return { kind: "struct", shape: node.shape, elements };
    }
    default:
      return node;
  }
}

function datasetVariable(node: Node & { kind: "numeric" }, thread: Thread): NumericVariable {
  const { place, element, matlab, names } = node;
  const { shape, type } = place;
  const outer = shape[0]!;
  return {
    kind: "numeric",
    element,
    shape: matlab ? [...shape].reverse() : shape,
    order: matlab ? "column" : "row",
    read: (start = 0, end = outer) => readRange(thread, place, 0, start, end),
    slice: async (start, end) => {
      if (!matlab) return readRange(thread, place, 0, start, end);
      const block = await readRange(thread, place, shape.length - 1, start, end);
      const part = numeric(element, [end - start, ...[...shape].reverse().slice(1)], "column", block);
      return part.slice(0, end - start);
    },
    ...(isWide(type) && {
      written: async () => {
        const pieces: string[][] = [];
        await eachBlock(thread, place, 0, 0, outer, (bytes) => pieces.push(writtenIntegers(bytes, type, true)));
        return pieces.flat();
      },
    }),
    ...(names && { names }),
  };
}

/**
 * Bytes of positions start … end-1 of one axis, all of the others, in the dataset's order: given to `take` in blocks along the
 * first axis, with the place of each block's first value.
 */
async function eachBlock(
  thread: Thread,
  place: DatasetPlace | RecordsPlace,
  axis: number,
  start: number,
  end: number,
  take: (bytes: Uint8Array, at: number, size: readonly number[]) => void,
): Promise<void> {
  const from = place.shape.map((_, i) => (i === axis ? start : 0));
  const size = place.shape.map((length, i) => (i === axis ? end - start : length));
  const rowSize = count(size.slice(1));
  const valueSize = "type" in place ? 8 : place.size;
  const rows = Math.max(1, Math.floor(blockBytes / valueSize / Math.max(1, rowSize)));
  for (let row = 0; row < size[0]!; row += rows) {
    const length = Math.min(rows, size[0]! - row);
    const block = { place, start: [from[0]! + row, ...from.slice(1)], count: [length, ...size.slice(1)] };
    take(await askBytes(thread, block), row * rowSize, size);
  }
}

/** Positions start … end-1 of one axis, all of the others, in the dataset's order. */
async function readRange(
  thread: Thread,
  place: DatasetPlace,
  axis: number,
  start: number,
  end: number,
): Promise<NumericArray> {
  let whole: NumericArray | undefined;
  await eachBlock(thread, place, axis, start, end, (bytes, at, size) => {
    const block = decode(bytes, place.type, true, thread.path, place.path);
    const values = count(size);
    if (block.length === values) whole = block;
    else {
      whole ??= new (block.constructor as new (length: number) => NumericArray)(values);
      whole.set(block, at);
    }
  });
  return whole ?? new Float64Array(0);
}

/** All records of a dataset, loaded once for all of its columns. */
function loadRecords(thread: Thread, place: RecordsPlace): Promise<Uint8Array> {
  const load = async () => {
    const whole = new Uint8Array(count(place.shape) * place.size);
    await eachBlock(thread, place, 0, 0, place.shape[0]!, (bytes, at) => whole.set(bytes, at * place.size));
    return whole;
  };
  const loading = thread.records.get(place.path) ?? load();
  thread.records.set(place.path, loading);
  return loading;
}

function sparseVariable(node: Node & { kind: "sparse" }, name: string, thread: Thread): SparseVariable {
  const { offsets, indices, values, element, shape, compressed, names } = node;
  const complain = (what: string) => new UserError(`${thread.path}: variable ${name} is corrupt or truncated: ${what}`);
  const all = async (place: DatasetPlace | undefined) =>
    place ? readRange(thread, place, 0, 0, place.shape[0]!) : new Float64Array(0);
  return {
    kind: "sparse",
    element,
    shape,
    read: async () => {
      const parts = {
        offsets: Uint32Array.from(await all(offsets)),
        indices: Uint32Array.from(await all(indices)),
        values: await all(values),
      };
      const columns =
        compressed === "rows" ? columnsOfRows(parts, shape, complain) : sortedColumns(parts, shape, complain);
      return sparse(element, shape, columns, complain);
    },
    ...(names && { names }),
  };
}
