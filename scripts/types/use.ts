// The public API as a strict TypeScript project uses it: checked from the tarball by src/package.test.ts, never run.
import {
  AmbiguousDataError,
  CCA,
  DCHN,
  DJSRH,
  DM2C,
  Engine,
  type EngineOptions,
  GMAE,
  type GmaeOptions,
  InterruptedError,
  loadDataset,
  MissingPackageError,
  MultiViewDataset,
  MvLNet,
  methods,
  UserError,
} from "vantage-ml";
import { type DenseMatrix, dense, synthetic, toDense, type View } from "vantage-ml/data";
import type { Method, MethodDefinition, PackedCodes } from "vantage-ml/method";
import { type ClusteringMetrics, clusteringMetrics, kmeans } from "vantage-ml/metrics";
import { openPgliteStore, SearchIndex, type Store } from "vantage-ml/search";
import { createServer } from "vantage-ml/server";
import type { EpochReport, FitHooks, Metrics } from "vantage-ml/train";

const options: EngineOptions = { threads: 2 };
await using engine = await Engine.open(options);
const data: MultiViewDataset = await loadDataset("digits.mat");
const gmae: Partial<GmaeOptions> = { epochs: 3, seed: 0 };
const hooks: FitHooks = { onEpoch: (report: EpochReport) => console.log(report.epoch) };
const model = await new GMAE(gmae, engine).fit(data, hooks);
const z: DenseMatrix = await model.transform(data);
const { labels } = await kmeans(z, { clusters: 3, seed: 0, engine });
const measures: ClusteringMetrics = clusteringMetrics(labels, labels);
export const acc: number = measures.acc;

// What `evaluate` gives follows the task where TypeScript sees it.
const clustered: { acc: number; nmi: number } = await new GMAE({ epochs: 3 }).evaluate();
const classified = await new GMAE({ task: "classification" }).evaluate();
const head: number[] = [classified.accuracy, classified.train.f1Macro, classified.kmeans.test.acc ?? 0];
const bySvm: number = (await new CCA({ task: "classification" }).evaluate()).svm.accuracy;
const searched: number | undefined = (await new MvLNet({ task: "retrieval" }).evaluate()).map?.["image->text"];
const hashed: number | undefined = (await new DJSRH().evaluateOn(data)).precisionAt?.["image->text"]?.[10];
const mixed: number | undefined = (await new DM2C().evaluate()).train?.acc;
// The task of `gmae` and of a loaded model is not known: a union.
const either = await (await GMAE.load("run")).evaluate();
const known: number = "acc" in either ? either.acc : either.accuracy;
const reported: Metrics[] = [clustered, classified, either, await model.evaluateOn(data)];
// @ts-expect-error clusters are not classes
(await new GMAE().evaluate()).accuracy;
// @ts-expect-error the task is known at run time only
(await model.evaluate()).acc;
// @ts-expect-error a task that GMAE does not have
new GMAE({ task: "retrieval" });
export const evaluated = [head, bySvm, searched, hashed, mixed, known, reported];

const codes: PackedCodes = await (await new DCHN({ bits: 16 }).fit(synthetic({ views: 2 }))).encode("view1", data);
export const models: readonly Method[] = [new CCA(), new DM2C(), new DJSRH(), new MvLNet()];
export const named: readonly MethodDefinition[] = methods;
const view: View = { name: "a", matrix: dense(2, 1, Float32Array.of(1, 2)) };
export const own = new MultiViewDataset({ name: "own", views: [view, { ...view, name: "b" }] });
export const plain = new MultiViewDataset({
  name: "plain",
  views: [{ name: "a", matrix: [[1, 2], Float32Array.of(3, 4)], present: [true, false] }],
  labels: ["x", null],
  splits: { test: [0] },
});
// @ts-expect-error text for numbers
new MultiViewDataset({ name: "text", views: [{ name: "a", matrix: [["1"]] }] });
export const values: Float32Array = toDense(view.matrix).data;

const index = await SearchIndex.open("index", engine);
const store: Store = await openPgliteStore({ folder: "store", name: "codes", space: { bits: 16, dimensions: 0 } });
const server = await createServer({ indexes: new Map([["a", index]]), localOnly: true, say: (line: string) => line });
await server.listen({ port: 0 });
await store.close();

export function exitStatus(error: unknown): number {
  if (error instanceof AmbiguousDataError) return error.choices.length;
  if (error instanceof MissingPackageError || error instanceof InterruptedError) return 2;
  return error instanceof UserError ? error.code.length : codes.bits;
}

// @ts-expect-error an option that no method has
new GMAE({ epoch: 3 });
// @ts-expect-error a device that no engine has
await Engine.open({ device: "tpu" });
// @ts-expect-error what is inside the package is not public
await import("vantage-ml/dist/index.js");
