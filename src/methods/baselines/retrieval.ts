// What retrieval is measured against: plain CCA, fitted on the training samples.

import { matmul } from "../../core/runtime/index.js";
import { type Labels, labeledRows, type MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense, pictureShape, toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler, type Scaler } from "../../data/scaling.js";
import { cosineRetrievalMetrics } from "../../metrics/cosine-retrieval.js";
import { cosinePairRanks, pairMetrics } from "../../metrics/pair-recall.js";
import { mostVariates, type Projection, solveCca } from "../../numerics/linear-algebra/cca.js";
import type { Metrics } from "../../runs/metrics-log.js";
import type { Baselines } from "../../runs/result.js";
import { labelsOf } from "../matching/labeled.js";
import type { Protocol } from "../protocol.js";
import type { BaselineOptions } from "./index.js";
import { affordable, totalColumns } from "./scaled-views.js";

/** The defaults of method cca. */
const [DIMENSIONS, COMPONENTS, REGULARIZATION] = [10, 256, 0.1];
/** Training samples × columns that principal components of are found in about 15 seconds. */
const MOST_TRAINING = 3e7;
/** Queries × candidates that are ranked in about 15 seconds. */
const MOST_RANKED = 1e8;

/** CCA as method cca has it by default (10 variates, standardized features, cosine), between all views. */
export async function retrievalBaselines(protocol: Protocol, options: BaselineOptions): Promise<Baselines> {
  const { data, train } = protocol;
  if (data.views.length < 2) return { notes: ["no baseline: CCA needs two views"] };
  const pictures = data.views.find(({ matrix }) => pictureShape(matrix) !== undefined);
  if (pictures !== undefined)
    return { notes: [`no baseline: view "${pictures.name}" is pixels, and CCA takes features`] };
  if (train === undefined) return { notes: ["no baseline: this file has no training samples to fit CCA on"] };
  const complete = withAllViews(data, train);
  const fit = affordable(complete, totalColumns(data), MOST_TRAINING / totalColumns(data), options.seed);
  const dimensions = Math.min(DIMENSIONS, mostVariates(data.dimensions, fit.length, COMPONENTS));
  if (dimensions < 1) return { notes: [`no baseline: ${fit.length} training samples have all views, too few for CCA`] };
  const database = protocol.database!;
  const queries = affordable(protocol.test, 1, Math.max(1, MOST_RANKED / database.length), options.seed);
  const scalers = data.views.map(({ matrix }) => fitScaler("standard", matrix, fit));
  const scaled = data.views.map(({ matrix }, v) => toDense(applyScaler(scalers[v]!, matrix, fit)));
  options.signal?.throwIfAborted();
  const settings = { dimensions, components: COMPONENTS, regularisation: REGULARIZATION };
  const { projections } = await solveCca(options.engine, scaled, settings);
  const parts = { data, scalers, projections, options };
  const cca = await measure(parts, { ...protocol, test: queries, database });
  const notes: string[] = [];
  if (fit.length < complete.length) {
    notes.push(`CCA was fitted on ${fit.length} of ${complete.length} training samples; using all would take too long`);
  }
  if (queries.length < protocol.test.length) {
    notes.push(
      `CCA was measured with ${queries.length} of ${protocol.test.length} queries; using all would take too long`,
    );
  }
  return { cca, ...(notes.length > 0 && { notes }) };
}

interface Parts {
  readonly data: MultiViewDataset;
  readonly scalers: readonly Scaler[];
  readonly projections: readonly Projection[];
  readonly options: BaselineOptions;
}

/** Measures by direction, the rankings as the method's own are made. */
async function measure(parts: Parts, { test, database, withoutRelevant }: Protocol): Promise<Metrics> {
  const { data, options } = parts;
  const found: Record<string, Record<string, number>> = {};
  const put = (name: string, direction: string, value: number) => {
    found[name] = { ...found[name], [direction]: value };
  };
  for (const [a, from] of data.views.entries()) {
    for (const [b, to] of data.views.entries()) {
      if (a === b) continue;
      const direction = `${from.name}->${to.name}`;
      const queries = ofView(data, a, labeled(data.labels, test));
      const items = ofView(data, b, labeled(data.labels, database!));
      if (data.labels !== undefined && queries.length > 0 && items.length > 0) {
        const { map } = await cosineRetrievalMetrics({
          queries: await variates(parts, a, queries),
          database: await variates(parts, b, items),
          queryLabels: labelsOf(data.labels, queries),
          databaseLabels: labelsOf(data.labels, items),
          at: [1],
          ...options,
          withoutRelevant,
        });
        put("map", direction, map);
      }
      const pairs = ofView(data, b, ofView(data, a, test));
      if (pairs.length < 2) continue;
      const ranks = await cosinePairRanks(await variates(parts, a, pairs), await variates(parts, b, pairs), options);
      for (const [name, value] of Object.entries(pairMetrics(ranks))) put(name, direction, value);
    }
  }
  return found;
}

/** The canonical variates of rows of a view: rows × dimensions. */
async function variates(parts: Parts, view: number, rows: Int32Array): Promise<DenseMatrix> {
  const { data, scalers, projections, options } = parts;
  const { weight, bias } = projections[view]!;
  const { matrix } = data.views[view]!;
  const result = dense(rows.length, bias.length);
  const height = 4096;
  for (let start = 0; start < rows.length; start += height) {
    options.signal?.throwIfAborted();
    const chunk = rows.subarray(start, start + height);
    const x = toDense(applyScaler(scalers[view]!, matrix, chunk)).data;
    const shape = { m: chunk.length, k: matrix.columns, n: bias.length, transposeB: true };
    const product = await matmul(options.engine, x, weight, shape);
    product.forEach((value, e) => {
      result.data[start * bias.length + e] = value + bias[e % bias.length]!;
    });
  }
  return result;
}

function ofView({ views }: MultiViewDataset, view: number, rows: Int32Array): Int32Array {
  const { present } = views[view]!;
  return present === undefined ? rows : rows.filter((row) => present[row] === 1);
}

function withAllViews(data: MultiViewDataset, rows: Int32Array): Int32Array {
  return data.views.reduce((left, _, view) => ofView(data, view, left), rows);
}

function labeled(labels: Labels | undefined, rows: Int32Array): Int32Array {
  if (labels === undefined) return rows;
  const having = new Set(labeledRows(labels));
  return rows.filter((row) => having.has(row));
}
