// Fuzzing of the readers of data files. VANTAGE_FUZZ sets how many inputs each gets.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import { File, ready } from "h5wasm/node";
import { UserError } from "../../errors.js";
import { type FuzzTarget, fuzz } from "../../fuzz.testing.js";
import { columnarFile } from "./columnar.testing.js";
import { HeaderError, HeaderReader } from "./hdf5/types.js";
import { idxHeader, readIdx } from "./idx.js";
import { readVariables, writeNpy, writeNpz, writeParquet } from "./index.js";
import { readMatlab4 } from "./matlab/matlab4.js";
import { encodeMatlab4 } from "./matlab/matlab4.testing.js";
import { readMatlab5 } from "./matlab/matlab5.js";
import { array, encodeMatlab5, type MatlabValue } from "./matlab/matlab5.testing.js";
import { readNpy } from "./numpy/npy.js";
import { readNpz } from "./numpy/npz.js";
import { objectsNpz } from "./numpy/numpy.testing.js";
import { PickleError, readPickle } from "./pickle.js";
import { pythonVariable } from "./python-values.js";
import { fixture, readAll, testFolder } from "./readers.testing.js";
import { bytesSource, type Source } from "./source.js";
import { readArff } from "./text/arff.js";
import { readJson } from "./text/json.js";
import { readTable } from "./text/table.js";
import type { FileContent } from "./variables.js";

const folder = testFolder();
await ready;

async function everything(opening: FileContent | Promise<FileContent>): Promise<void> {
  const content = await opening;
  try {
    for (const variable of content.variables.values()) await readAll(variable);
  } finally {
    content.close();
  }
}

/** A reader of files that are in memory. */
const of = (read: (source: Source) => FileContent | Promise<FileContent>) => (bytes: Uint8Array) =>
  everything(read(bytesSource("file", bytes)));

/** The value in a pickle, as .npy files and pandas' HDF5 files hold them. */
async function pickle(bytes: Uint8Array): Promise<void> {
  try {
    await readAll(pythonVariable(readPickle(bytes), { path: "file", name: "x", bytes: bytes.length, notes: [] }));
  } catch (error) {
    throw error instanceof PickleError ? new UserError(error.message) : error;
  }
}

/** Any reader, by way of the disk. */
async function anyFile(bytes: Uint8Array): Promise<void> {
  const path = join(folder, "input");
  rmSync(path, { force: true });
  writeFileSync(path, bytes);
  await everything(readVariables(path));
}

function written(name: string, write: (path: string) => void): Uint8Array {
  const path = join(folder, name);
  write(path);
  return readFileSync(path);
}

const x1 = { data: Float32Array.from({ length: 24 }, (_, i) => i / 7), shape: [8, 3] };
const y = { data: Int32Array.from({ length: 8 }, (_, i) => i % 3), shape: [8] };
const cell: MatlabValue = { kind: "cell", shape: [1, 2], items: [array([2, 2], [1, 2, 3, 4]), null] };
const values: Record<string, MatlabValue> = {
  X: cell,
  Y: array([3, 1], [1, 2, 1]),
  t: { kind: "text", lines: ["ab", "cd"] },
  u: { kind: "text", lines: ["é"], encoding: "utf16" },
  s: { kind: "sparse", shape: [3, 2], offsets: [0, 1, 3], rows: [0, 1, 2], values: [1, 2, 3] },
  c: { kind: "numeric", shape: [1, 2], values: [1, 2], class: "single", stored: "uint8", complex: true },
  st: {
    kind: "struct",
    shape: [1, 2],
    elements: [
      { a: array([1, 1], [1]), b: cell },
      { a: cell, b: cell },
    ],
  },
  f: { kind: "functionHandle" },
  o: { kind: "opaque", class: "string" },
};
const matlab = [
  encodeMatlab5(values),
  encodeMatlab5(values, { little: false }),
  encodeMatlab5(values, { compressed: true }),
];
const matlab4 = [true, false].map((little) =>
  encodeMatlab4(
    [
      { name: "x", rows: 2, columns: 2, values: [1, 2, 3, 4] },
      { name: "t", rows: 2, columns: 1, values: [65, 66], type: "uint8", kind: "text" },
      { name: "s", rows: 3, columns: 3, values: [1, 2, 2, 1, 2, 2, 5, 6, 0], kind: "sparse" },
    ],
    little,
  ),
);
const npy = [
  written("a.npy", (path) => writeNpy(path, x1.data, x1.shape)),
  written("b.npy", (path) => writeNpy(path, Float64Array.of(1, 2), [2])),
  npyFile("{'descr': '>f8', 'fortran_order': True, 'shape': (2, 1), }", Float64Array.of(1, 2)),
  npyFile("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", Uint8Array.of(1, 0, 1)),
];
const recordNpy = npyFile(
  "{'descr': [('a', '<i8'), ('b', '<U2'), ('c', '>f4', (2,))], 'fortran_order': False, 'shape': (2,), }",
  new Uint8Array(48),
);
const npz = [written("a.npz", (path) => writeNpz(path, { x1, y })), packedNpz()];
const pickles = Object.entries(unzipSync(objectsNpz())).map(([, bytes]) => bytes.subarray(128));
const csv = [
  'id,a,b,label\nx1,1,-2.5e1,cat\nx2,,NA,dog\nx3,+.5,inf,"cat, big"\n',
  "1;2,5;red\n3;4;blue\n",
  "a\tb\n1\t2\n3\t4\n",
];
const texts = [
  "# made\na b c\n1.5e-3 2 x\n3 4 y\n",
  'n;b\n1.055;4,24\n"2.000";1,5\n7;$5\n',
  'id|v\n1|"[0.1, 0.2]"\n2|"[0.3\n 0.4]"\n',
  Buffer.from("\ufeffa\tb\r\n1\t2\r\n", "utf16le"),
  Buffer.from("a,b\n1,\xe9\n2,\xe8\n", "latin1"),
];
const json = [
  '{"a": 1, "v": [1, 2.5], "o": {"x": "p"}, "id": 1234567890123456}\n{"a": null, "v": [3, 4], "o": {"x": "q"}, "id": 1}\n',
  '[{"a": true, "w": ["x"]}, {"a": false, "b": NaN}, {"b": 2}]',
];
const arff = [
  "@relation r\n@attribute 'a b' real\n@attribute c {x,'y z'}\n@data\n1.50,x\n?,'y z'\n",
  "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n{0 5, 1 y}\n{}\n",
];
const idx = [
  Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2]), Buffer.alloc(12, 7)]),
  Buffer.concat([Buffer.from([0, 0, 13, 1, 0, 0, 0, 3]), Buffer.alloc(12, 1)]),
];
const parquet = [
  written("a.parquet", (path) =>
    writeParquet(path, [
      { name: "id", data: ["a", "b", "c"] },
      { name: "label", data: Int32Array.of(1, 2, 1) },
      { name: "x", data: Float32Array.of(1, 2, 3, 4, 5, 6), width: 2 },
    ]),
  ),
  ...(["types-parquet", "ZSTD", "LZ4", "BROTLI"] as const).map(columnarFile),
];
const arrow = (["types-arrow", "arrow-lz4", "arrow-zstd"] as const).map(columnarFile);
/** One has integers that no number can hold. Small files may hold 2^24 values whatever their size: runs and dictionaries pack columns of few values to nothing. */
const columnar = { mayRefuse: true, patience: 30_000, memory: (bytes: number) => 2 ** 28 + 1600 * bytes };

function npyFile(header: string, { buffer }: Float64Array | Uint8Array): Uint8Array {
  const head = Buffer.from(`\x93NUMPY\x01\x00  ${header}\n`, "latin1");
  head.writeUInt16LE(head.length - 10, 8);
  return Buffer.concat([head, new Uint8Array(buffer)]);
}

/** What numpy.savez_compressed wrote: the same kind of entries, deflated. */
function packedNpz(): Uint8Array {
  return Buffer.from(
    "UEsDBC0AAAAIAAAAIQAhbl/M//////////8GABQAeDEubnB5AQAQAOAAAAAAAAAAhAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RoWOgrGmjoKtQpkAy4GMGiwBxIOQATEDUC8AIgPAPEDIGZwZGAQAGIFIDYAYgcgDgDiBCAuAOIGIO4A4glAPAOIFwDxCiDeAMQ7HAFQSwMELQAAAAgAAAAhAG/xbRX//////////wUAFAB5Lm5weQEAEADAAAAAAAAAAE8AAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaFjqaOgq1ChQALgYoYITSTAyogJA4AFBLAQItAy0AAAAIAAAAIQAhbl/MhAAAAOAAAAAGAAAAAAAAAAAAAACAAQAAAAB4MS5ucHlQSwECLQMtAAAACAAAACEAb/FtFU8AAADAAAAABQAAAAAAAAAAAAAAgAG8AAAAeS5ucHlQSwUGAAAAAAIAAgBnAAAAQgEAAAAA",
    "base64",
  );
}

function hdf5(): Uint8Array {
  return written("a.h5", (path) => {
    const file = new File(path, "w");
    file.create_dataset({ name: "x", data: Float32Array.from(x1.data), shape: [8, 3], chunks: [4, 3], compression: 4 });
    file.create_dataset({ name: "y", data: Int32Array.from(y.data), shape: [8] });
    file.create_dataset({ name: "names", data: ["ab", "c"] });
    const group = file.create_group("g");
    group.create_attribute("MATLAB_class", "double");
    group.create_attribute("MATLAB_sparse", 3);
    group.create_dataset({ name: "jc", data: BigUint64Array.of(0n, 2n, 3n) });
    group.create_dataset({ name: "ir", data: BigUint64Array.of(0n, 2n, 1n) });
    group.create_dataset({ name: "data", data: Float64Array.of(1.5, 2.5, -1) });
    file.close();
  });
}

const hdf5Files = [
  "types.h5",
  "outside.h5",
  "anndata.h5ad",
  "mudata.h5mu",
  "pandas-table.h5",
  "pandas-fixed.h5",
  "octave.h5",
].map((name) => readFileSync(fixture(folder, name)));

/** What would be the header of an object at each place of a file. */
function headers(bytes: Uint8Array): void {
  let refused = 0;
  for (let address = 0; address < Math.min(bytes.length, 2 ** 14); address += 8) {
    try {
      new HeaderReader((offset, length) => bytes.subarray(offset, offset + length), bytes.length).read(address);
    } catch (error) {
      if (!(error instanceof HeaderError)) throw error;
      refused++;
    }
  }
  if (refused > 0) throw new UserError("some are no headers");
}

const targets: Record<string, FuzzTarget> = {
  "MATLAB v4": { seeds: matlab4, read: of(readMatlab4) },
  "MATLAB v5": { seeds: matlab, read: of(readMatlab5) },
  NumPy: { seeds: [...npy, recordNpy], read: of(readNpy) },
  "NumPy archives": { seeds: npz, read: of(readNpz) },
  "Python's pickles": { seeds: pickles, read: pickle, mayRefuse: true },
  "NumPy, inside an archive": { seeds: npy, read: (bytes) => of(readNpz)(zipSync({ "a.npy": bytes })), share: 0.5 },
  "text tables": { seeds: [...csv, ...texts], read: of(readTable) },
  "JSON lines": { seeds: json, read: of(readJson) },
  ARFF: { seeds: arff, read: of(readArff) },
  IDX: {
    seeds: idx,
    read: of((source) => {
      const header = idxHeader(Buffer.from(source.read(0, 65536)), source.size);
      if (!header) throw new UserError("no IDX file");
      return readIdx(source, header);
    }),
  },
  "any file, recognized by its content": {
    seeds: [
      ...matlab,
      ...npy,
      ...npz,
      ...csv,
      ...texts,
      ...json,
      ...arff,
      ...idx,
      gzipSync(npy[0]!),
      gzipSync(csv[0]!),
    ],
    read: anyFile,
    share: 0.2,
  },
  "HDF5's object headers": { seeds: [hdf5(), ...hdf5Files.slice(0, 2)], read: headers, mayRefuse: true, share: 0.2 },
  "HDF5, MATLAB v7.3, pandas, AnnData": {
    seeds: [hdf5(), ...hdf5Files],
    read: anyFile,
    share: 0.02,
    mayRefuse: true,
    patience: 30_000,
  },
  Parquet: { seeds: parquet, read: anyFile, share: 0.02, ...columnar },
  Arrow: { seeds: arrow, read: anyFile, share: 0.02, ...columnar },
};
for (const [name, target] of Object.entries(targets)) {
  test(`fuzzing: ${name}`, { timeout: 2 ** 31 - 1 }, () => fuzz(name, target));
}
