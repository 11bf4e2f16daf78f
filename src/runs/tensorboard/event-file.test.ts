// Tests of TensorBoard event files: framing, points by stage and epoch, hyperparameters, and that a resumed run has no point twice.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import protobuf from "protobufjs";
import type { Metrics } from "../metrics-log.js";
import type { SavedRun } from "../run-folder.js";
import { eventFolder, openEventLog, writeEvents } from "./event-file.js";
import { record } from "./records.js";

/** Thirty epochs, measured at every tenth. */
const run: SavedRun = {
  folder: "runs/a",
  config: {
    method: "gmae",
    task: "clustering",
    dataset: { name: "Digits" },
    seed: 1,
    options: { lr: 0.1, hidden: [8] },
  },
  environment: {
    started: "2026-01-02T03:04:05.000Z",
    ...{ vantage: "0", node: "20", onnxruntime: "1", platform: "linux", cpu: "a", cores: 2, memoryBytes: 1, files: [] },
  },
  metrics: Array.from({ length: 30 }, (_, i) => ({
    ...{ stage: "train", epoch: i + 1, seconds: i, losses: { total: 1 / (i + 1) } },
    metrics: (i % 10 === 9 ? { acc: 0.5, map: { "a->b": 0.25 } } : {}) as Metrics,
  })),
};
const result = {
  ...{
    method: "gmae",
    task: "clustering",
    seed: 1,
    epochs: 30,
    seconds: 29,
    secondsPerEpoch: 1,
    metrics: { acc: 0.5 },
  },
  dataset: { name: "Digits", samples: 60, views: [], splits: {}, notes: [] },
};

test("a record is framed as TFRecord says", () => {
  const bytes = Buffer.from(record(new Uint8Array(0)));
  assert.equal(bytes.readUInt32LE(12), 0xa282ead8, "masked checksum of nothing");
  // RFC 3720: the CRC-32C of 32 zero bytes is 0x8a9136aa.
  const masked = Buffer.from(record(new Uint8Array(32))).readUInt32LE(44);
  const unmasked = (masked - 0xa282ead8) >>> 0;
  assert.equal(((unmasked << 15) | (unmasked >>> 17)) >>> 0, 0x8a9136aa);
});

/** What the numbered fields of a message hold. */
function fields(bytes: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const reader = protobuf.Reader.create(bytes);
  const found = new Map<number, (number | Uint8Array)[]>();
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const read = {
      0: () => Number(reader.uint64()),
      1: () => reader.double(),
      2: () => reader.bytes(),
      5: () => reader.float(),
    };
    const value = read[(tag & 7) as 0 | 1 | 2 | 5]();
    found.set(tag >>> 3, [...(found.get(tag >>> 3) ?? []), value]);
  }
  return found;
}

const text = (bytes: unknown) => Buffer.from(bytes as Uint8Array).toString();

/** Points by tag, in the order of the file. */
function pointsOf(folder: string): Map<string, [step: number, value: number][]> {
  const [name, ...others] = readdirSync(folder);
  assert.deepEqual(others, [], "one file");
  const bytes = readFileSync(join(folder, name!));
  const points = new Map<string, [number, number][]>();
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const content = bytes.subarray(at + 12, at + 12 + length);
    assert.deepEqual(Buffer.from(record(content)), bytes.subarray(at, at + length + 16));
    at += length + 16;
    const event = fields(content);
    for (const summary of event.get(5) ?? []) {
      for (const each of fields(summary as Uint8Array).get(1) ?? []) {
        const value = fields(each as Uint8Array);
        const tag = text(value.get(1)![0]);
        points.set(tag, [
          ...(points.get(tag) ?? []),
          [(event.get(2)?.[0] ?? 0) as number, value.get(2)?.[0] as number],
        ]);
      }
    }
  }
  return points;
}

test("a finished run: losses and measures by stage with the epoch as step, results, hyperparameters", () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-events-"));
  try {
    assert.equal(writeEvents({ ...run, result }, folder), folder);
    const points = pointsOf(folder);
    assert.deepEqual(
      points.get("train/loss/total")!.map(([step]) => step),
      run.metrics.map(({ epoch }) => epoch),
    );
    assert.deepEqual(points.get("train/acc"), [
      [10, 0.5],
      [20, 0.5],
      [30, 0.5],
    ]);
    assert.deepEqual(points.get("train/map/a->b")!.at(-1), [30, 0.25]);
    assert.deepEqual(points.get("result/acc"), [[30, 0.5]]);
    for (const tag of ["session_start_info", "experiment", "session_end_info"]) assert(points.has(`_hparams_/${tag}`));
    writeEvents({ ...run, result }, folder);
    assert.deepEqual(pointsOf(folder), points, "written again it is the same");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a resumed run has each epoch once, and the file of the earlier session goes", () => {
  const folder = mkdtempSync(join(tmpdir(), "vantage-events-"));
  try {
    const own = { ...run, folder: join(folder, "run") };
    const place = join(folder, "logs");
    const first = openEventLog(own, place, []);
    for (const line of run.metrics.slice(0, 12)) first.add(line);
    first.close();
    rmSync(join(place, "run", readdirSync(join(place, "run"))[0]!));
    writeFileSync(join(place, "run", "events.out.tfevents.1.earlier.vantage"), "");
    const again = openEventLog(own, place, run.metrics.slice(0, 10));
    for (const line of run.metrics.slice(10)) again.add(line);
    again.finish(result);
    again.close();
    const steps = pointsOf(join(place, "run"))
      .get("train/loss/total")!
      .map(([step]) => step);
    assert.deepEqual(
      steps,
      run.metrics.map(({ epoch }) => epoch),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("where event files go", () => {
  assert.equal(eventFolder("runs/a", true), join("runs", "a", "tensorboard"));
  assert.equal(eventFolder("runs/a/", "logs"), join("logs", "a"));
  assert.equal(eventFolder("runs/wide/seed-3", "logs"), join("logs", "wide", "seed-3"));
});
