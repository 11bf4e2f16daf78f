// What a finished run leaves for its report: confusion, embedding map, what each view reaches alone.

import type { Engine } from "../core/runtime/index.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { describeDataset } from "../data/describe.js";
import { allRows } from "../methods/feeding.js";
import { withLabel } from "../methods/matching/labeled.js";
import { confusionMatrix } from "../metrics/classification.js";
import { matchClusters, relabelClusters } from "../metrics/clustering.js";
import { embeddingMap } from "../numerics/tsne/embedding-map.js";
import { type Coloring, type Confusion, type EmbeddingMap, type RunResult, writeResult } from "../runs/result.js";
import type { AnyMethod, TrainingSummary } from "./summary.js";

/** Points of the embedding map; a larger set is sampled. */
const MAP_POINTS = 2000;

/** Works out and writes result.json and map.safetensors. */
export async function describeResult(
  folder: string,
  method: AnyMethod,
  data: MultiViewDataset,
  summary: TrainingSummary,
  { notes, engine }: { readonly notes: readonly string[]; readonly engine: Engine },
): Promise<void> {
  const shown = method.split(data);
  const parts = method.predicts ? await describePredictions(method, shown, summary.seed, engine) : {};
  const { dataset: _, run: __, ...rest } = summary;
  const result: RunResult = {
    ...rest,
    dataset: describeDataset(shown, notes),
    viewMetrics: summary.baselines?.views,
    confusion: parts.confusion,
    retrieval: await method.retrievalCurves?.(),
  };
  writeResult(folder, result, parts.map);
}

interface Predictions {
  readonly confusion?: Confusion;
  readonly map?: EmbeddingMap;
}

async function describePredictions(
  method: AnyMethod,
  data: MultiViewDataset,
  seed: number,
  engine: Engine,
): Promise<Predictions> {
  const z = await method.transform(data);
  const { labels, splits } = data;
  const labeled = labels && withLabel(labels, allRows(data.samples));
  const truth = labels?.kind === "single" && labeled!.length > 0 ? labels.values : undefined;
  const names = labels?.names ?? [];
  const isKnown = truth !== undefined || method.predicts === "clusters";
  const predicted = isKnown ? await method.predict(data) : undefined;
  const classes = method.predicts === "classes";
  const pick = (values: Int32Array) => Int32Array.from(labeled!, (row) => values[row]!);
  const matched =
    predicted && truth && !classes
      ? relabelClusters(predicted, matchClusters(pick(truth), pick(predicted)))
      : predicted;
  const { rows, positions } = await embeddingMap(z, { seed, points: MAP_POINTS, engine });
  const colorings: Coloring[] = [];
  const at = (values: Int32Array) => Int32Array.from(rows, (row) => values[row]!);
  if (truth) colorings.push({ name: "label", values: at(truth), names });
  if (matched) {
    const of = truth === undefined ? clusterNames(matched) : names;
    const values = at(matched).map((value) => (value < of.length ? value : -1));
    colorings.push({ name: classes ? "prediction" : "cluster", values, names: of });
  }
  for (const each of method.colorings?.(data) ?? []) colorings.push({ ...each, values: at(each.values) });
  const axis = (offset: number) => Float32Array.from(rows, (_, i) => positions[2 * i + offset]!);
  const evaluated = labels && withLabel(labels, classes ? splits.test! : allRows(data.samples));
  return {
    map: { projection: "t-SNE", x: axis(0), y: axis(1), colorings },
    confusion: truth && matched && evaluated?.length ? confusionOf(truth, matched, names, evaluated) : undefined,
  };
}

function clusterNames(clusters: Int32Array): string[] {
  const count = clusters.reduce((most, value) => Math.max(most, value + 1), 0);
  return Array.from({ length: count }, (_, i) => `cluster ${i + 1}`);
}

function confusionOf(truth: Int32Array, predicted: Int32Array, names: readonly string[], rows?: Int32Array): Confusion {
  const pick = (values: Int32Array) => (rows === undefined ? values : Int32Array.from(rows, (row) => values[row]!));
  const isUnmatched = (value: number) => value < 0 || value >= names.length;
  const unmatched = pick(predicted).some(isUnmatched);
  const size = names.length + (unmatched ? 1 : 0);
  const counts = confusionMatrix(
    pick(truth),
    pick(predicted).map((value) => (isUnmatched(value) ? size - 1 : value)),
    size,
  );
  return {
    rows: names,
    columns: unmatched ? [...names, "unmatched"] : names,
    counts: names.map((_, i) => [...counts.subarray(i * size, (i + 1) * size)]),
  };
}
