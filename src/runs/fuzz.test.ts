// Fuzzing of the files of a run folder. VANTAGE_FUZZ sets how many inputs each gets.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32 } from "node:zlib";
import { type FuzzTarget, fuzz } from "../fuzz.testing.js";
import { loadCheckpoint } from "./checkpoint.js";
import { writeResult } from "./result.js";
import { createRun, openRun } from "./run-folder.js";
import { readTensors, type StoredTensor, writeTensors } from "./safetensors.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-runs-fuzz-"));
after(() => rmSync(folder, { recursive: true }));
const run = join(folder, "run");
const inside = (name: string) => join(run, name);
const tensor = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

const { saveCheckpoint, log, close } = createRun(
  run,
  {
    method: "gmae",
    task: "clustering",
    dataset: { name: "a", data: "a.mat" },
    seed: 1,
    options: { lr: 1e-3, hidden: [8] },
  },
  {
    ...{ started: "2026-01-01", vantage: "1", node: "20", onnxruntime: "1", platform: "linux x64", cpu: "x", cores: 2 },
    ...{ memoryBytes: 1, files: [{ path: "a.mat", bytes: 1, sha256: "00" }] },
  },
);
log({ stage: "train", epoch: 1, seconds: 1.5, losses: { total: 2 }, metrics: { map: { "a->b": 0.25 }, acc: 1 } });
log({ stage: "train", epoch: 2, seconds: 2.5, losses: { total: Number.NaN }, metrics: {} });
saveCheckpoint({ tensors: new Map([["w", tensor]]), json: { position: { stage: 0, epoch: 2 }, model: { views: [] } } });
close();
const axis = Float32Array.of(0, 1);
writeResult(
  run,
  {
    ...{
      method: "gmae",
      task: "clustering",
      seed: 1,
      epochs: 2,
      seconds: 3,
      secondsPerEpoch: 1,
      metrics: { acc: 0.5 },
    },
    dataset: { name: "a", samples: 2, views: [], notes: [] } as never,
  },
  {
    projection: "t-SNE",
    x: axis,
    y: axis,
    colorings: [{ name: "label", values: Int32Array.of(0, 1), names: ["a", "b"] }],
  },
);

/** One file of the run is changed, then the run is read. */
function part(name: string, share?: number): FuzzTarget {
  const whole = readFileSync(inside(name));
  return {
    seeds: [whole],
    share,
    read(bytes) {
      writeFileSync(inside(name), bytes);
      try {
        openRun(run);
      } finally {
        writeFileSync(inside(name), whole);
      }
    },
  };
}

/** Where a file has a checksum, that of what its data and metadata are now. */
function withChecksum(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes);
  if (file.length < 8) return bytes;
  const length = file.readUInt32LE(0);
  try {
    const header = JSON.parse(file.toString("utf8", 8, 8 + length));
    const { __metadata__: all, ...tensors } = header;
    const { checksum: old, ...metadata } = all;
    const described = Object.entries(
      tensors as Record<string, { dtype: unknown; shape: unknown; data_offsets: unknown }>,
    )
      .map(([name, { dtype, shape, data_offsets }]) => [name, dtype, shape, data_offsets] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const now = crc32(file.subarray(8 + length), crc32(JSON.stringify([metadata, described])));
    const at = file.indexOf(`"checksum":"${old}"`, 8, "latin1");
    const text = now.toString(16).padStart(8, "0");
    if (typeof old === "string" && old.length === 8 && at > 0) file.write(text, at + 12, "latin1");
  } catch {
    // It is no JSON any more, and the reader must say so.
  }
  return new Uint8Array(file);
}

const checkpoint = inside("checkpoint/state-1.safetensors");
const other = join(folder, "other.safetensors");
const bytes: StoredTensor = { shape: [3], data: Uint8Array.of(1, 2, 3) };
writeTensors(
  other,
  new Map([
    ["b", bytes],
    ["t", tensor],
  ]),
);
const bare = Buffer.from('                {"a":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}        abcdefgh');
bare.writeBigUInt64LE(BigInt(bare.length - 16), 0);

const targets: Record<string, FuzzTarget> = {
  safetensors: {
    seeds: [readFileSync(checkpoint), readFileSync(other), readFileSync(inside("map.safetensors")), bare],
    repair: withChecksum,
    read(bytes) {
      writeFileSync(other, bytes);
      readTensors(other);
    },
  },
  checkpoint: {
    seeds: [readFileSync(checkpoint)],
    repair: withChecksum,
    share: 0.5,
    read(bytes) {
      writeFileSync(checkpoint, bytes);
      loadCheckpoint(run);
    },
  },
  "config.yaml": part("config.yaml", 0.2),
  "environment.json": part("environment.json", 0.2),
  "metrics.jsonl": part("metrics.jsonl", 0.2),
  "result.json": part("result.json", 0.2),
  "map.safetensors": { ...part("map.safetensors", 0.2), repair: withChecksum },
};
for (const [name, target] of Object.entries(targets)) {
  test(`fuzzing: ${name}`, { timeout: 2 ** 31 - 1 }, () => fuzz(name, target));
}
