// DM2C in use: codes of samples in one space, in chunks, and the same as exported models.

import { Forward } from "../../core/nn/index.js";
import { type Engine, Program } from "../../core/runtime/index.js";
import { input, type Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { type DenseMatrix, dense } from "../../data/matrix.js";
import { modalities } from "../../data/mixed-modal.js";
import { UserError } from "../../errors.js";
import { allRows, outputRows } from "../feeding.js";
import { Cache } from "../shared/cache.js";
import { exportView } from "../shared/export.js";
import type { ExportedModel } from "../shared/types.js";
import type { Dm2cModel } from "./model.js";
import { codeWidth } from "./networks.js";

/** The modality whose space codes are carried into, by its place; undefined: they stay in their own. */
export type Space = number | undefined;

/** The space that option `unify` names. @throws UserError for an unknown modality. */
export function spaceOf(views: readonly { readonly name: string }[], unify: string): Space {
  const place = unify === "first" ? 0 : unify === "second" ? 1 : views.findIndex(({ name }) => name === unify);
  if (place < 0 && unify !== "neither") {
    throw new UserError(
      `option unify: there is no modality ${unify}; expected first, second, neither, ${views.map(({ name }) => name).join(", ")}`,
    );
  }
  return place < 0 ? undefined : place;
}

/** Raw features of a modality to its code in a space. */
function codeIn({ networks, preprocessing }: Dm2cModel, modality: number, space: Space, raw: Tensor): Tensor {
  const forward = new Forward(false);
  const { scale, reduce } = preprocessing[modality]!;
  const code = networks.encode(modality, reduce(scale(raw)), forward);
  return space === undefined || space === modality ? code : networks.map(modality, space, code, forward);
}

export class Dm2cInference {
  readonly #programs = new Cache<string, Program>();

  constructor(
    private readonly engine: Engine,
    private readonly model: Dm2cModel,
  ) {}

  /**
   * Codes of the given rows, in their order.
   * @param data mixed-modal.
   * @param places of the data's views among the model's modalities.
   */
  async encode(
    data: MultiViewDataset,
    places: readonly number[],
    rows: Int32Array,
    space: Space,
  ): Promise<DenseMatrix> {
    const codes = dense(rows.length, codeWidth(this.model.shape));
    const modality = modalities(data);
    for (const [v, { matrix }] of data.views.entries()) {
      const own = allRows(rows.length).filter((i) => modality[rows[i]!] === v);
      if (own.length === 0) continue;
      const { columns } = codes;
      const program = await this.#program(places[v]!, space);
      const { data: found } = await outputRows(
        program,
        "code",
        columns,
        matrix,
        own.map((i) => rows[i]!),
      );
      own.forEach((i, at) => {
        codes.data.set(found.subarray(at * columns, (at + 1) * columns), i * columns);
      });
    }
    return codes;
  }

  #program(modality: number, space: Space): Promise<Program> {
    return this.#programs.of(`${modality},${space}`, () => {
      const { views, store } = this.model;
      const { name, columns } = views[modality]!;
      const code = codeIn(this.model, modality, space, input("x", ["n", columns]));
      return Program.compile(this.engine, { name: `dm2c-${name}`, outputs: { code }, store });
    });
  }
}

/** `<modality>.onnx`: raw features, an input named as the modality, to `code` in the common space. */
export function exportDm2c(model: Dm2cModel, space: Space): ExportedModel[] {
  return model.views.map((view, m) => {
    const metadata = { method: "dm2c", modality: view.name, space: model.views[space ?? m]!.name };
    return exportView("dm2c", view, model.store, (x) => ({ code: codeIn(model, m, space, x) }), metadata);
  });
}
