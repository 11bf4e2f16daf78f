// F of pictures: what the backbone makes of them with the weights that it begins with, which training leaves as they are.
import { Forward } from "../../core/nn/index.js";
import { type Engine, type Execution, ParameterStore, Program } from "../../core/runtime/index.js";
import { inputName } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import type { AugmentationKey } from "../../data/matrix.js";
import { feedViews, viewInput } from "../feeding.js";
import type { StoredNetwork } from "../shared/hashing-network.js";
import { trunkParameters } from "../shared/picture-trunk.js";

/** Features that were computed once: a row for each of the samples that train. */
interface Known {
  readonly values: Float32Array;
  /** By the sample's number: its row. */
  readonly places: ReadonlyMap<number, number>;
}

/** An untouched copy of a network's backbone. It is not in checkpoints: a run that is resumed begins with the same weights. */
export class FixedFeatures {
  #known: Known | undefined;

  private constructor(
    private readonly store: ParameterStore,
    private readonly program: Program,
    private readonly run: Execution,
    private readonly input: string,
    private readonly output: string,
    private readonly width: number,
  ) {}

  /**
   * Copies the weights as they are.
   * @param place of the view: a step may have its pictures as `view.<place>`, and takes the features as `features.<place>`.
   */
  static async of(
    engine: Engine,
    { network, store }: StoredNetwork,
    batch: number,
    place: number,
  ): Promise<FixedFeatures> {
    const parameters = trunkParameters(network);
    const own = new ParameterStore(engine.memory, parameters);
    for (const { tensor } of parameters) own.values(inputName(tensor)).set(store.values(inputName(tensor)));
    const [input, output] = [`view.${place}`, `features.${place}`];
    const { layer, width } = network.trunk!;
    const y = layer(viewInput(input, network.view, batch), new Forward(false));
    const program = await Program.compile(engine, { name: "fixed features", outputs: { [output]: y }, store: own });
    return new FixedFeatures(own, program, program.at(), input, output, width);
  }

  /**
   * Computes the features of samples whose pictures are always seen whole, once for all steps: samples × width values. Later calls do
   * nothing. Samples go together in the order that is given, so that a resumed training has the same bits.
   */
  async remember(data: MultiViewDataset, rows: Int32Array, batch: number): Promise<void> {
    if (this.#known) return;
    const values = new Float32Array(rows.length * this.width);
    for (let from = 0; from < rows.length; from += batch) {
      // The last ones are made a whole batch by some of those before.
      const own = Int32Array.from({ length: batch }, (_, i) => rows[(from + i) % rows.length]!);
      feedViews(this.run, data, own);
      await this.run.run();
      const count = Math.min(batch, rows.length - from);
      values.set(this.run.outputs[this.output]!.subarray(0, count * this.width), from * this.width);
    }
    this.#known = { values, places: new Map(Array.from(rows, (row, place) => [row, place])) };
  }

  /** Gives a step the features of its samples. @param augmented what of their pictures is seen. */
  async fill(
    { inputs }: Execution,
    data: MultiViewDataset,
    rows: Int32Array,
    augmented: AugmentationKey | undefined,
  ): Promise<void> {
    const target = inputs[this.output]!;
    if (this.#known) {
      const { values, places } = this.#known;
      rows.forEach((row, i) => {
        const from = places.get(row)! * this.width;
        target.set(values.subarray(from, from + this.width), i * this.width);
      });
      return;
    }
    const pictures = inputs[this.input];
    if (pictures) this.run.inputs[this.input]!.set(pictures);
    else feedViews(this.run, data, rows, augmented);
    await this.run.run();
    target.set(this.run.outputs[this.output]!);
  }

  async release(): Promise<void> {
    await this.program.release();
    this.store.release();
  }
}
