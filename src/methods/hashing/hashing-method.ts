// What methods for hash codes have in common: splits, codes, search between views and its measures, exported encoders.
import type { MultiViewDataset, View } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { scalingNote } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import type { RetrievalCurves } from "../../runs/result.js";
import { allRows, type ViewShape } from "../feeding.js";
import { withLabel } from "../matching/labelled.js";
import { type MatchOptions, matchViews } from "../matching/views.js";
import { type ExportedModel, Method, type PackedCodes } from "../method.js";
import type { Protocol } from "../protocol.js";
import type { Metrics } from "../training.js";
import { exportNetwork, ViewEncoder } from "./encoder.js";
import { labelsOf } from "./labels.js";
import type { HashingNetwork, StoredNetwork } from "./network.js";
import type { HashingOptions } from "./options.js";
import { type CodedView, crossViewRetrieval, type PairedView, pairedRetrieval } from "./retrieval.js";
import { withRetrievalSplits } from "./splits.js";

/**
 * A method that gives each view hash codes: splits, codes, search between views with its measures, and exported encoders are
 * here; a subclass says which networks there are and what data each was fitted on.
 */
export abstract class HashingMethod<Options extends HashingOptions> extends Method<Options> {
  readonly #encoders = new Map<string, { readonly network: HashingNetwork; readonly encoder: Promise<ViewEncoder> }>();
  #curves: readonly RetrievalCurves[] = [];

  override get predicts(): undefined {
    return undefined;
  }

  override get views(): readonly ViewShape[] {
    return this.networks().map(({ network }) => network.view);
  }

  protected override get takesSomeViews(): boolean {
    return true;
  }

  /** The networks that are there, one per view. */
  protected abstract networks(): readonly StoredNetwork[];

  /** The view of a network in the data that it is judged on; undefined where there is none, or it is not trained yet. */
  protected abstract fittedOn(view: string): MultiViewDataset | undefined;

  protected override notes(): readonly string[] {
    return this.networks().flatMap(({ network }) => scalingNote(network.scaler, network.view.name) ?? []);
  }

  override split(data: MultiViewDataset): MultiViewDataset {
    return withRetrievalSplits(data, this.options.queries, this.options.seed);
  }

  /** Search between the views that are trained, queries against database; without labels that for the pair itself only. */
  override async evaluate(signal?: AbortSignal): Promise<Metrics> {
    const views: (CodedView & PairedView)[] = [];
    for (const { network } of this.networks()) {
      const { name } = network.view;
      const data = this.fittedOn(name);
      if (data !== undefined) views.push(await this.#coded(name, data, data.selectViews([name]).views[0]!));
    }
    return this.#judge(views, signal);
  }

  override async evaluateOn(data: MultiViewDataset, options: MatchOptions = {}): Promise<Metrics> {
    const split = this.split(this.match(data, options));
    const views: (CodedView & PairedView)[] = [];
    for (const view of split.views) views.push(await this.#coded(view.name, split, view));
    return this.#judge(views);
  }

  /** Curves of every direction as the last evaluation found them. */
  override retrievalCurves(): readonly RetrievalCurves[] {
    return this.#curves;
  }

  override protocol(data?: MultiViewDataset): Protocol | undefined {
    const { withoutRelevant } = this.options;
    const describe = (of: MultiViewDataset): Protocol => {
      const { query, database, train } = of.splits;
      return { task: "retrieval", data: of, test: query!, database: database!, train: train!, withoutRelevant };
    };
    if (data !== undefined) return describe(this.split(this.match(data)));
    const [first, ...others] = this.networks().map(({ network }) => this.fittedOn(network.view.name));
    return first === undefined || others.some((each) => each !== first) ? undefined : describe(first);
  }

  async #judge(views: readonly (CodedView & PairedView)[], signal?: AbortSignal): Promise<Metrics> {
    const { bits, withoutRelevant } = this.options;
    const how = { engine: this.engine, signal };
    const { metrics, curves } = await crossViewRetrieval(views, bits, withoutRelevant, how);
    this.#curves = curves;
    return { ...metrics, ...(await pairedRetrieval(views, bits, how)) };
  }

  async #coded(name: string, { labels, splits }: MultiViewDataset, view: View): Promise<CodedView & PairedView> {
    const encoder = await this.#encoder(name);
    const part = async (split: "query" | "database") => {
      if (labels === undefined) return undefined;
      const rows = withLabel(labels, rowsWith(view, splits[split]!));
      if (rows.length === 0) return undefined;
      return { codes: await encoder.codes(view.matrix, rows), labels: labelsOf(labels, rows) };
    };
    const rows = rowsWith(view, splits.query!);
    const pairs = { rows, codes: await encoder.codes(view.matrix, rows) };
    return { name, query: await part("query"), database: await part("database"), pairs };
  }

  /** Real-valued codes of the views that the data has, side by side in the model's order; zeros where a sample lacks one. */
  override async transform(data: MultiViewDataset, options: MatchOptions = {}): Promise<DenseMatrix> {
    const { bits } = this.options;
    const { views } = this.match(data, options);
    const result = dense(data.samples, views.length * bits);
    let column = 0;
    for (const view of views) {
      const rows = rowsWith(view, allRows(data.samples));
      const values = await (await this.#encoder(view.name)).values(view.matrix, rows);
      rows.forEach((row, i) => {
        result.data.set(values.data.subarray(i * bits, (i + 1) * bits), row * result.columns + column);
      });
      column += bits;
    }
    return result;
  }

  /**
   * Packed codes of all samples of one view, bits / 8 bytes each; zeros where a sample lacks it.
   * @param data with the view under its name, or with one view only that has no name of its own.
   * @throws UserError where the model or the data has no such view.
   */
  override async encode(view: string, data: MultiViewDataset, options: MatchOptions = {}): Promise<PackedCodes> {
    const { bits } = this.options;
    const shape = this.views.find(({ name }) => name === view);
    if (shape === undefined) {
      const names = this.views.map(({ name }) => name).join(", ");
      throw new UserError(`there is no view "${view}": the model was trained on ${names}`);
    }
    const [only, ...others] = data.views;
    const has = data.views.some(({ name }) => name === view);
    if (!has && others.length === 0 && this.views.some(({ name }) => name === only!.name)) {
      throw new UserError(`${data.name} has the view "${only!.name}", and not "${view}"`);
    }
    const [found] = matchViews(has ? data.selectViews([view]) : data, [shape], options).views;
    const rows = rowsWith(found!, allRows(data.samples));
    const codes = await (await this.#encoder(view)).codes(found!.matrix, rows);
    if (rows.length === data.samples) return { codes, bits };
    const bytes = bits / 8;
    const all = new Uint8Array(data.samples * bytes);
    rows.forEach((row, i) => {
      all.set(codes.subarray(i * bytes, (i + 1) * bytes), row * bytes);
    });
    return { codes: all, bits };
  }

  override async predict(): Promise<Int32Array> {
    throw new UserError(
      `${this.name} makes hash codes and predicts neither classes nor clusters: use encode or transform`,
    );
  }

  /** `<view>.onnx`: raw features, an input named as the view, to `code`, the real-valued code, and `bits`, true where it is positive. */
  override exportModels(): ExportedModel[] {
    return this.networks().map((stored) => exportNetwork(stored, this.name));
  }

  /** The encoder of a view's network, compiled once: calls at the same time share it. */
  #encoder(view: string): Promise<ViewEncoder> {
    const stored = this.networks().find(({ network }) => network.view.name === view)!;
    const known = this.#encoders.get(view);
    if (known?.network === stored.network) return known.encoder;
    if (known !== undefined) {
      this.whenUnused(() => void known.encoder.then((encoder) => encoder.release()).catch(() => undefined));
    }
    const encoder = ViewEncoder.compile(this.engine, stored);
    this.#encoders.set(view, { network: stored.network, encoder });
    encoder.catch(() => this.#encoders.delete(view));
    return encoder;
  }
}

/** Those of the rows whose samples have the view. */
export function rowsWith({ present }: Pick<View, "present">, rows: Int32Array): Int32Array {
  return present === undefined ? rows : rows.filter((row) => present[row] === 1);
}
