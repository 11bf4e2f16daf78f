// Methods whose codes are the signs of one linear layer per view, found in closed form: their model, training, task and encoders.
import { type Engine, ParameterStore } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense, toDense } from "../../data/matrix.js";
import { applyScaler, fitScaler, type ScalingKind } from "../../data/scaling.js";
import { UserError } from "../../errors.js";
import { unlabeledNotes } from "../matching/labeled.js";
import type { MethodSpec } from "./definition.js";
import { type Description, describedModel, type Networks, scalingNotes } from "./described-model.js";
import type { CodeSearchOptions } from "./fields.js";
import { type HashingNetwork, hashingNetwork, networkScaler, networkTensors } from "./hashing-network.js";
import { rowsWith } from "./rows.js";
import { exportNetworks, hashingTask } from "./tasks/hashing.js";

/** The options of a method with linear codes. */
export interface LinearHashingOptions extends CodeSearchOptions {
  readonly scaling: ScalingKind;
}

/** A layer x ↦ x·weightᵀ + bias whose signs are the codes. */
export interface Hyperplanes {
  /** bits × columns, row-major. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

interface Solution {
  /** One per view. */
  readonly layers: readonly Hyperplanes[];
  readonly losses: Readonly<Record<string, number>>;
}

/** What such a method says of itself. */
export interface LinearHashingParts<Options extends LinearHashingOptions> {
  readonly name: string;
  /** Length of the codes of views with so many columns, a multiple of 8. */
  bits(columns: readonly number[], options: Options): number;
  /** Checks the data. @param samples that train. @throws UserError where it does not fit. */
  check(data: MultiViewDataset, options: Options, samples: number): void;
  /** @param views the scaled training samples of each view, samples × columns. */
  solve(engine: Engine, views: readonly DenseMatrix[], options: Options): Promise<Solution>;
}

/** The networks of a model with linear codes. */
export interface LinearHashingModel extends Networks {
  readonly networks: readonly HashingNetwork[];
}

type LinearModel = Description & LinearHashingModel;

/** The samples that train: those with all views. */
function trainingRows({ views, splits }: MultiViewDataset): Int32Array {
  return views.reduce((rows, view) => rowsWith(view, rows), splits.train!);
}

const stored = ({ networks, store }: LinearHashingModel) => networks.map((network) => ({ network, store }));

/** All of a method but its name and options. */
export function linearHashing<Options extends LinearHashingOptions>(
  parts: LinearHashingParts<Options>,
): Pick<MethodSpec<Options, LinearModel>, "model" | "dataNotes" | "training" | "task" | "exportModels"> {
  const bitsOf = ({ views }: Description, options: Options) =>
    parts.bits(
      views.map(({ columns }) => columns),
      options,
    );
  return {
    model: describedModel<Options, LinearHashingModel>({
      keeps: ["views"],
      outputs: ["code", "bits"],
      scalers: {
        tensors: (model: LinearHashingModel) => new Map(stored(model).flatMap((each) => [...networkTensors(each)])),
        stored: (state, kind, views) => views.map((view) => networkScaler(state, kind, view)),
      },
      scaling: ({ scaling }) => scaling,
      fitScalers: (data, { scaling }) => {
        const rows = trainingRows(data);
        return data.views.map(({ matrix }) => fitScaler(scaling, matrix, rows));
      },
      check(data, options) {
        const { length } = trainingRows(data);
        if (length < 2) {
          throw new UserError(`${data.name}: ${length} training samples with all views; ${parts.name} needs 2 or more`);
        }
        parts.check(data, options, length);
      },
      make({ options, engine }, description) {
        const { views, scalers } = description;
        const bits = bitsOf(description, options);
        const networks = views.map((view, v) => hashingNetwork(view, scalers[v]!, [bits], () => (y) => y));
        const all = networks.flatMap(({ parameters }) => parameters.all);
        return { networks, parameters: { all }, store: new ParameterStore(engine.memory, all) };
      },
    }),
    dataNotes: (data) => unlabeledNotes(data, "they are trained on and left out of the measures"),
    training({ engine, options }, model, data) {
      const run = async () => {
        const rows = trainingRows(data);
        const views = data.views.map(({ matrix }, v) => toDense(applyScaler(model.scalers[v]!, matrix, rows)));
        const { layers, losses } = await parts.solve(engine, views, options);
        for (const [v, { weight, bias }] of layers.entries()) {
          const { name } = model.views[v]!;
          model.store.values(`${name}.0.weight`).set(weight);
          model.store.values(`${name}.0.bias`).set(bias);
        }
        return { losses };
      };
      return {
        stages: [{ name: "solve", epochs: 1, evaluateEvery: 1, run }],
        notes: () => scalingNotes(model),
        state: (state) => state,
        restore: () => {},
      };
    },
    task: hashingTask((context, model) => ({
      bits: bitsOf(model, context.options),
      networks: () => stored(model),
      fittedOn: () => context.data,
    })),
    exportModels: (_, model) => exportNetworks(parts.name, stored(model)),
  };
}

/** Refuses views of different widths, whose codes would have nothing in common. */
export function checkOneSpace(method: string, { name, views }: MultiViewDataset, way = ""): void {
  const [first] = views;
  const other = views.find(({ matrix }) => matrix.columns !== first!.matrix.columns);
  if (other === undefined) return;
  throw new UserError(
    `${name}: views "${first!.name}" and "${other.name}" have ${first!.matrix.columns} and ${other.matrix.columns} columns: ${method} compares vectors of one space; choose views of one width with --views, or ${way}train cca, djsrh or dchn`,
  );
}

/** The mean of each column. */
export function columnMean({ rows, columns, data }: DenseMatrix): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0, e = 0; i < rows; i++) for (let j = 0; j < columns; j++, e++) sums[j]! += data[e]!;
  return sums.map((sum) => sum / rows);
}

/** Directions [bits, columns] as layers through the mean of each view. */
export function throughMeans(views: readonly DenseMatrix[], weight: Float32Array, bits: number): Hyperplanes[] {
  return views.map((view) => {
    const mean = columnMean(view);
    const bias = Float32Array.from({ length: bits }, (_, b) => {
      let sum = 0;
      for (let j = 0; j < view.columns; j++) sum -= weight[b * view.columns + j]! * mean[j]!;
      return sum;
    });
    return { weight, bias };
  });
}

/** The views less their means, one below the other. */
export function centeredRows(views: readonly DenseMatrix[]): DenseMatrix {
  const columns = views[0]!.columns;
  const all = dense(
    views.reduce((sum, { rows }) => sum + rows, 0),
    columns,
  );
  let at = 0;
  for (const view of views) {
    const mean = columnMean(view);
    for (let e = 0; e < view.data.length; e++) all.data[at++] = view.data[e]! - mean[e % columns]!;
  }
  return all;
}
