// What classification is measured against: a linear support vector machine on the joined views, and on each view alone.
import { labeledRows } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { classificationMetrics } from "../../metrics/classification.js";
import { predictLinearSvm, trainLinearSvm } from "../../numerics/classifiers/linear-svm.js";
import type { BaselineMetrics, Baselines } from "../../runs/result.js";
import type { Protocol } from "../protocol.js";
import { sideBySide } from "../shared/side-by-side.js";
import { best, sampleNote } from "./best.js";
import { completeViews } from "./clustering.js";
import type { BaselineOptions } from "./index.js";
import { affordable, scaledView, totalColumns } from "./scaled-views.js";

/** Passes of the descent over the samples for each class: more change little, and some sets take a hundred times as many. */
const PASSES = 30;
/** Samples × columns × classes that such passes get through in about 15 seconds. */
const MOST_WORK = 1.5e8;

/** A linear SVM (C = 1, at most 30 passes) on features scaled to [0, 1] by the training samples. */
export async function classificationBaselines(protocol: Protocol, options: BaselineOptions): Promise<Baselines> {
  const { data } = protocol;
  const { labels } = data;
  if (labels?.kind !== "single") return {};
  if (protocol.train === undefined) return { notes: ["no baseline: this file has no training samples"] };
  const labeled = new Set(labeledRows(labels));
  const withLabel = (rows: Int32Array) => rows.filter((row) => labeled.has(row));
  const columns = totalColumns(data);
  const most = MOST_WORK / (columns * labels.names.length);
  const train = affordable(withLabel(protocol.train), columns, most, options.seed);
  const test = affordable(withLabel(protocol.test), columns, 10 * most, options.seed);
  const classesOf = (rows: Int32Array) => rows.map((row) => labels.values[row]!);
  if (test.length === 0 || new Set(classesOf(train)).size < 2) {
    return { notes: ["no baseline: too few samples have a label"] };
  }
  const classify = async (of: (rows: Int32Array) => DenseMatrix): Promise<BaselineMetrics> => {
    options.signal?.throwIfAborted();
    const svm = await trainLinearSvm(of(train), classesOf(train), { ...options, maxIterations: PASSES });
    const { accuracy, f1Macro } = classificationMetrics(classesOf(test), predictLinearSvm(svm, of(test)));
    return { accuracy, f1Macro };
  };
  const joined = await classify((rows) => sideBySide(data.views.map((view) => scaledView(view, train, rows))));
  const views = new Map<string, BaselineMetrics>();
  const all = Int32Array.from([...train, ...test]);
  for (const view of completeViews(data, all))
    views.set(view.name, await classify((rows) => scaledView(view, train, rows)));
  const whole = { ...protocol, train: withLabel(protocol.train), test: withLabel(protocol.test) };
  const notes = sampleNote(whole, train, test);
  if (views.size === 0) notes.push("no single-view baseline: each view lacks some samples");
  return { joined, ...best(views, "accuracy"), ...(notes.length > 0 && { notes }) };
}
