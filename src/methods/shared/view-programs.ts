// What a model makes of each view by itself: a program a view, compiled when it is first used.
import { type Engine, type ParameterStore, Program } from "../../core/runtime/index.js";
import { input, type Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { DenseMatrix } from "../../data/matrix.js";
import { outputRows, type ViewShape } from "../feeding.js";
import { Cache } from "./cache.js";

/**
 * A program for each view, compiled when it is first used. It runs with the values that the parameters have at the time.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import { ParameterStore, tensor, ViewPrograms } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const data = synthetic({ samples: 10, classes: 2, dimensions: 3 });
 * const views = data.views.map(({ name }) => ({ name, columns: 3 }));
 * const store = new ParameterStore(engine.memory, []);
 * const programs = new ViewPrograms(engine, { views, store }, (x) => ({ y: tensor.normalizeRows(x) }));
 * console.log((await programs.all("y", 3, data, Int32Array.of(0, 1))).map(({ rows }) => rows)); // [ 2, 2 ]
 * ```
 */
export class ViewPrograms {
  readonly #programs = new Cache<number, Program>();

  /**
   * Compiles nothing yet.
   * @param outputs of the features of view v [n, columns], by name; each is a matrix [n, width].
   */
  constructor(
    private readonly engine: Engine,
    private readonly model: { readonly views: readonly ViewShape[]; readonly store: ParameterStore },
    private readonly outputs: (features: Tensor, view: number) => Record<string, Tensor>,
  ) {}

  /** An output of each view for some rows [rows, width], in their order. */
  async all(output: string, width: number, { views }: MultiViewDataset, rows: Int32Array): Promise<DenseMatrix[]> {
    const found: DenseMatrix[] = [];
    for (const [v, { matrix }] of views.entries()) {
      found.push(await outputRows(await this.#program(v), output, width, matrix, rows));
    }
    return found;
  }

  #program(view: number): Promise<Program> {
    return this.#programs.of(view, () => {
      const { views, store } = this.model;
      const { name, columns } = views[view]!;
      return Program.compile(this.engine, { name, outputs: this.outputs(input("x", ["n", columns]), view), store });
    });
  }
}
