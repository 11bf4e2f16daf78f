// A small finished run for the tests of the report.
import type { Metrics } from "../runs/metrics-log.js";
import type { ReportRun } from "./report-run.js";

export interface FakeRun {
  readonly seed?: number;
  readonly method?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly acc?: number;
  readonly classes?: readonly string[];
  readonly retrieval?: boolean;
  readonly folder?: string;
}

/** Thirty epochs, evaluated at every tenth; 60 points in a map, three of four right. */
export function fakeRun({
  seed = 0,
  method = "gmae",
  options = {},
  acc = 0.9,
  classes = ["a", "b", "c"],
  retrieval,
  folder = `runs/${method}-${seed}`,
}: FakeRun): ReportRun {
  const metrics: Metrics = retrieval
    ? { map: { "image->text": acc, "text->image": acc / 2 } }
    : { acc, nmi: acc - 0.1 };
  const label = Int32Array.from({ length: 60 }, (_, i) => i % classes.length);
  const cluster = label.map((value, i) => (i % 4 === 3 ? (value + 1) % classes.length : value));
  const counts = classes.map((_, r) =>
    classes.map((_, c) => label.reduce((sum, value, i) => sum + Number(value === r && cluster[i] === c), 0)),
  );
  const task = retrieval ? "retrieval" : "clustering";
  return {
    folder,
    config: {
      method,
      task,
      dataset: { name: "Digits", path: "digits.mat" },
      seed,
      options: { rate: 0.001, ...options },
    },
    environment: {
      started: "2026-01-02T03:04:05.000Z",
      vantage: "0.1.0",
      node: "20.19.0",
      onnxruntime: "1.30.0",
      platform: "linux x64",
      cpu: "a processor",
      cores: 2,
      memoryBytes: 2 ** 33,
      files: [{ path: "digits.mat", bytes: 2048, sha256: "ab".repeat(32) }],
    },
    lines: Array.from({ length: 30 }, (_, i) => ({
      stage: "train",
      epoch: i + 1,
      seconds: i,
      losses: { reconstruction: 1 / (i + 1), total: 1000 / (i + 1) ** 2 },
      metrics: i % 10 === 9 ? metrics : {},
    })),
    result: {
      method,
      task,
      seed,
      epochs: 30,
      seconds: 29,
      secondsPerEpoch: 1,
      metrics,
      dataset: {
        name: "Digits",
        samples: 60,
        views: [
          {
            name: "pix",
            columns: 240,
            storage: "sparse",
            density: 0.125,
            min: -1,
            max: 6,
            mean: 1,
            constant: 2,
            missing: 15,
          },
        ],
        labels: { kind: "single", classes: classes.map((name) => ({ name, samples: 20 })) },
        splits: {},
        notes: [],
      },
      viewMetrics: { pix: { acc: 0.625 } },
      ...(retrieval
        ? {
            retrieval: ["image->text", "text->image"].map((direction) => ({
              direction,
              byRadius: { precision: [0, 0.5, 0.4], recall: [0, 0.5, 1] },
              precisionAt: { k: [1, 10], precision: [0.6, 0.5] },
            })),
          }
        : { confusion: { rows: classes, columns: classes, counts } }),
    },
    map: retrieval
      ? undefined
      : {
          projection: "PCA",
          x: Float32Array.from(label, (value, i) => value * 10 + (i % 7)),
          y: Float32Array.from(label, (value, i) => value + (i % 5)),
          colorings: [
            { name: "label", values: label, names: classes },
            { name: "cluster", values: cluster, names: classes },
          ],
        },
  };
}
