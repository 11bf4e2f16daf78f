// F of pictures: what the backbone makes of them with the weights that it begins with, which training leaves as they are.
import { Forward } from "../../core/nn/index.js";
import { type Engine, type Execution, ParameterStore, Program } from "../../core/runtime/index.js";
import { inputName } from "../../core/tensor/index.js";
import { viewInput } from "../feeding.js";
import type { StoredNetwork } from "../shared/hashing-network.js";
import { trunkParameters } from "../shared/picture-trunk.js";

/** An untouched copy of a network's backbone. It is not in checkpoints: a run that is resumed begins with the same weights. */
export class FixedFeatures {
  private constructor(
    private readonly store: ParameterStore,
    private readonly program: Program,
    private readonly run: Execution,
    private readonly place: number,
  ) {}

  /**
   * Copies the weights as they are.
   * @param place of the view: the step has its pictures as `view.<place>` and takes the features as `features.<place>`.
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
    const y = network.trunk!.layer(viewInput("x", network.view, batch), new Forward(false));
    const program = await Program.compile(engine, { name: "fixed features", outputs: { y }, store: own });
    return new FixedFeatures(own, program, program.at(), place);
  }

  /** Gives a step the features of the pictures that it has. */
  async fill({ inputs }: Execution): Promise<void> {
    this.run.inputs.x!.set(inputs[`view.${this.place}`]!);
    await this.run.run();
    inputs[`features.${this.place}`]!.set(this.run.outputs.y!);
  }

  async release(): Promise<void> {
    await this.program.release();
    this.store.release();
  }
}
