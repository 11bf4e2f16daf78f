// The task of methods that make hash codes: search between views by Hamming distance.
import { greater } from "../../../core/tensor/index.js";
import type { MultiViewDataset, View } from "../../../data/dataset.js";
import { type DenseMatrix, dense } from "../../../data/matrix.js";
import { UserError } from "../../../errors.js";
import type { RetrievalCurves } from "../../../runs/result.js";
import { allRows, type ViewShape } from "../../feeding.js";
import { labelsOf, withLabel } from "../../matching/labeled.js";
import { type MatchOptions, matchViews } from "../../matching/views.js";
import type { Protocol } from "../../protocol.js";
import type { Metrics } from "../../training.js";
import type { Context, Model, TaskPart, Uses } from "../definition.js";
import { exportView } from "../export.js";
import type { CodeSearchOptions } from "../fields.js";
import type { HashingNetwork, StoredNetwork } from "../hashing-network.js";
import { rowsWith } from "../rows.js";
import { withRetrievalSplits } from "../splits.js";
import type { ExportedModel, PackedCodes } from "../types.js";
import { ViewEncoder } from "../view-encoder.js";
import { type CodedView, hammingPairs, hammingRetrieval, type PairedView } from "./hamming-retrieval.js";

/** The networks of a model, one per view. */
export interface HashingNetworks {
  /** Length of a code, a multiple of 8. */
  readonly bits: number;
  /** Those that are there at the time. */
  networks(): readonly StoredNetwork[];
  /** The data that a view is evaluated on; undefined where there is none, or its network is not trained yet. */
  fittedOn(view: string): MultiViewDataset | undefined;
}

/**
 * Search from every view into every other by hash codes, queries against database.
 * @example
 * ```ts
 * import { type HashingNetworks, type HashingOptions, hashingTask, type Model } from "vantage-ml/method";
 *
 * const task = hashingTask<HashingOptions, Model & { readonly coded: HashingNetworks }>((_, { coded }) => coded);
 * console.log(task.verbs); // [ 'encode', 'retrievalCurves' ]
 * ```
 */
export function hashingTask<Options extends CodeSearchOptions, M extends Model>(
  networksOf: (context: Context<Options>, model: M) => HashingNetworks,
): TaskPart<Options, M> {
  return {
    verbs: ["encode", "retrievalCurves"],
    takesSomeViews: true,
    split: (data, { queries, seed }) => withRetrievalSplits(data, queries, seed),
    use: (context, model) => new HashingUses(context, networksOf(context, model)),
  };
}

/**
 * `<view>.onnx`: raw features, an input named as the view, to `code`, the real-valued code, and `bits`, true where it is positive.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { dense, fitScaler } from "vantage-ml/data";
 * import { exportNetworks, hashingNetwork, ParameterStore, tensor } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const view = { name: "image", columns: 4 };
 * const network = hashingNetwork(view, fitScaler("none", dense(2, 4)), [8, 16], () => tensor.tanh);
 * const store = new ParameterStore(engine.memory, network.parameters.all);
 * console.log(exportNetworks("mine", [{ network, store }]).map(({ name }) => name)); // [ 'image' ]
 * ```
 */
export function exportNetworks(method: string, networks: readonly StoredNetwork[]): ExportedModel[] {
  return networks.map(({ network, store }) =>
    exportView(method, network.view, store, (features) => {
      const code = network.code(features);
      return { code, bits: greater(code, 0) };
    }),
  );
}

class HashingUses implements Uses {
  readonly #encoders = new Map<string, { readonly network: HashingNetwork; readonly encoder: Promise<ViewEncoder> }>();
  #curves: readonly RetrievalCurves[] = [];

  constructor(
    private readonly context: Context<CodeSearchOptions>,
    private readonly of: HashingNetworks,
  ) {}

  get #views(): readonly ViewShape[] {
    return this.of.networks().map(({ network }) => network.view);
  }

  /** Search between the views that are trained, queries against database; without labels that for the pair itself only. */
  async evaluate(signal?: AbortSignal): Promise<Metrics> {
    const views: (CodedView & PairedView)[] = [];
    for (const { name } of this.#views) {
      const data = this.of.fittedOn(name);
      if (data !== undefined) views.push(await this.#coded(name, data, data.selectViews([name]).views[0]!));
    }
    return this.#search(views, signal);
  }

  async evaluateOn(data: MultiViewDataset): Promise<Metrics> {
    const split = this.#split(data);
    const views: (CodedView & PairedView)[] = [];
    for (const view of split.views) views.push(await this.#coded(view.name, split, view));
    return this.#search(views);
  }

  #split(data: MultiViewDataset): MultiViewDataset {
    const { queries, seed } = this.context.options;
    return withRetrievalSplits(data, queries, seed);
  }

  retrievalCurves(): readonly RetrievalCurves[] {
    return this.#curves;
  }

  protocol(data?: MultiViewDataset): Protocol | undefined {
    const { withoutRelevant } = this.context.options;
    const describe = (of: MultiViewDataset): Protocol => {
      const { query, database, train } = of.splits;
      return { task: "retrieval", data: of, test: query!, database: database!, train: train!, withoutRelevant };
    };
    if (data !== undefined) return describe(this.#split(data));
    const [first, ...others] = this.#views.map(({ name }) => this.of.fittedOn(name));
    return first === undefined || others.some((each) => each !== first) ? undefined : describe(first);
  }

  async #search(views: readonly (CodedView & PairedView)[], signal?: AbortSignal): Promise<Metrics> {
    const { bits } = this.of;
    const { withoutRelevant } = this.context.options;
    const how = { engine: this.context.engine, signal };
    const { metrics, curves } = await hammingRetrieval(views, bits, withoutRelevant, how);
    this.#curves = curves;
    return { ...metrics, ...(await hammingPairs(views, bits, how)) };
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
  async transform(data: MultiViewDataset): Promise<DenseMatrix> {
    const { bits } = this.of;
    const result = dense(data.samples, data.views.length * bits);
    for (const [v, view] of data.views.entries()) {
      const rows = rowsWith(view, allRows(data.samples));
      const values = await (await this.#encoder(view.name)).values(view.matrix, rows);
      rows.forEach((row, i) => {
        result.data.set(values.data.subarray(i * bits, (i + 1) * bits), row * result.columns + v * bits);
      });
    }
    return result;
  }

  /** @param data with the view under its name, or with one view only that has no name of its own. */
  async encode(view: string, data: MultiViewDataset, options: MatchOptions): Promise<PackedCodes> {
    const { bits } = this.of;
    const views = this.#views;
    const shape = views.find(({ name }) => name === view);
    if (shape === undefined) {
      const names = views.map(({ name }) => name).join(", ");
      throw new UserError(`there is no view "${view}": the model was trained on ${names}`);
    }
    const [only, ...others] = data.views;
    const has = data.views.some(({ name }) => name === view);
    if (!has && others.length === 0 && views.some(({ name }) => name === only!.name)) {
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

  async predict(): Promise<Int32Array> {
    throw new UserError(
      `${this.context.name} makes hash codes and predicts neither classes nor clusters: use encode or transform`,
    );
  }

  /** The encoder of a view's network, compiled once: calls at the same time share it. */
  #encoder(view: string): Promise<ViewEncoder> {
    const stored = this.of.networks().find(({ network }) => network.view.name === view)!;
    const known = this.#encoders.get(view);
    if (known?.network === stored.network) return known.encoder;
    if (known !== undefined) {
      this.context.whenUnused(() => void known.encoder.then((encoder) => encoder.release()).catch(() => undefined));
    }
    const encoder = ViewEncoder.compile(this.context.engine, stored);
    this.#encoders.set(view, { network: stored.network, encoder });
    encoder.catch(() => this.#encoders.delete(view));
    return encoder;
  }
}
