// ITQ, iterative quantization (Gong and Lazebnik, CVPR 2011; with CCA: Gong, Lazebnik, Gordo and Perronnin, PAMI 2013).
import { type Engine, matmul } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { mostVariates, type Projection, solveCca } from "../../numerics/linear-algebra/cca.js";
import { fitPca } from "../../numerics/linear-algebra/pca.js";
import { defineMethod } from "../define.js";
import { HashingMethod } from "../faces.js";
import type { Description } from "../shared/described-model.js";
import {
  centeredRows,
  checkOneSpace,
  type Hyperplanes,
  type LinearHashingModel,
  linearHashing,
  throughMeans,
} from "../shared/linear-hashing.js";
import { type ItqOptions, itqOptions } from "./options.js";
import { solveItq } from "./solve.js";

function usesCca(views: number, { projection }: ItqOptions): boolean {
  return projection === "cca" || (projection === "auto" && views > 1);
}

function check(data: MultiViewDataset, options: ItqOptions, samples: number): void {
  const { bits } = options;
  const { views, dimensions } = data;
  if (!usesCca(views.length, options)) {
    checkOneSpace("itq", data, "set projection=cca, or ");
    const most = Math.min(dimensions[0]!, samples * views.length - 1);
    if (bits <= most) return;
    throw new UserError(
      `option bits: ${bits} principal components of ${samples} training samples in views of ${dimensions[0]} columns; there can be ${most}`,
    );
  }
  if (views.length < 2) throw new UserError(`${data.name} has one view; projection cca correlates two or more`);
  const most = mostVariates(dimensions, samples, Math.max(...dimensions));
  if (bits > most) {
    throw new UserError(
      `option bits: ${bits} variates of ${samples} training samples in views of ${dimensions.join(", ")} columns; there can be ${most}`,
    );
  }
}

/** Directions of all views, and where their samples lie along them, one view below the other. */
async function project(engine: Engine, views: readonly DenseMatrix[], options: ItqOptions) {
  const { bits, regularisation } = options;
  const along = async (x: DenseMatrix, { weight, bias }: Projection): Promise<Float32Array> => {
    const product = await matmul(engine, x.data, weight, { m: x.rows, k: x.columns, n: bits, transposeB: true });
    return product.map((value, e) => value + bias[e % bits]!);
  };
  let layers: readonly Hyperplanes[];
  if (usesCca(views.length, options)) {
    const components = Math.max(...views.map(({ columns }) => columns));
    layers = (await solveCca(engine, views, { dimensions: bits, components, regularisation })).projections;
  } else {
    const { components } = await fitPca(centeredRows(views), bits, engine);
    layers = throughMeans(views, components.data, bits);
  }
  const scores = dense(
    views.reduce((sum, { rows }) => sum + rows, 0),
    bits,
  );
  let at = 0;
  for (const [v, view] of views.entries()) {
    const own = await along(view, layers[v]!);
    scores.data.set(own, at);
    at += own.length;
  }
  return { layers, scores };
}

export const itq = defineMethod<ItqOptions, Description & LinearHashingModel>({
  name: "itq",
  title: "Iterative Quantization, a linear baseline for codes",
  paper: "Gong and Lazebnik, CVPR 2011; with CCA: Gong et al., PAMI 2013",
  tasks: ["retrieval"],
  options: itqOptions,
  ...linearHashing<ItqOptions>({
    name: "itq",
    bits: (_, { bits }) => bits,
    check,
    async solve(engine, views, options) {
      const { bits } = options;
      const { layers, scores } = await project(engine, views, options);
      const { rotation, losses } = await solveItq(engine, scores, options);
      const turned = layers.map(async ({ weight, bias }, v): Promise<Hyperplanes> => {
        const shape = { m: bits, k: bits, n: views[v]!.columns, transposeA: true };
        const one = { m: 1, k: bits, n: bits };
        return {
          weight: await matmul(engine, rotation, weight, shape),
          bias: await matmul(engine, bias, rotation, one),
        };
      });
      return { layers: await Promise.all(turned), losses: { total: losses.at(-1)! } };
    },
  }),
});

/**
 * ITQ, iterative quantization (Gong and Lazebnik, CVPR 2011): principal components, or for several views the variates of CCA, rotated so that their
 * signs lose the least. No labels, seconds of training.
 * @example
 * ```ts
 * import { ITQ } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 *
 * const data = synthetic({ samples: 200, classes: 4 });
 * await using itq = await new ITQ({ bits: 16 }).fit(data);
 * const { codes } = await itq.encode("view1", data); // 2 bytes per sample
 * console.log(codes.length, await itq.evaluate());
 * ```
 */
export class ITQ extends HashingMethod<ItqOptions> {
  /** @param options see `ItqOptions`; those left out have the published defaults. @throws UserError where one is invalid. */
  constructor(options: Partial<ItqOptions> = {}, engine?: Engine) {
    super(itq, options, engine);
  }
}
