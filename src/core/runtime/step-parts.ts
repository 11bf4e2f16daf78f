// What a training step is made of, and what its two ways of updating parameters have in common.
import type { Tensor } from "../tensor/index.js";
import type { Optimizer, OptimizerSettings } from "./optimizer.js";
import type { NamedTensor, ParameterStore } from "./parameter-store.js";
import type { Execution, Program } from "./program.js";

/** A dropout mask that the graph takes as an input: 0 with probability p, otherwise 1/(1−p). */
export interface DropoutInput {
  readonly tensor: Tensor;
  readonly probability: number;
}

/** A parameter that a step sets instead of learning it: running statistics. */
export interface StateUpdate {
  readonly parameter: Tensor;
  readonly value: Tensor;
}

/** What a training step is compiled from. */
export interface StepParts {
  /** For messages and the names in checkpoints. */
  readonly name: string;
  /** Holds the parameters. */
  readonly store: ParameterStore;
  /** The scalar to minimise. */
  readonly loss: Tensor;
  /** Scalars reported beside it. */
  readonly report?: Readonly<Record<string, Tensor>>;
  /** Larger results to be read after a step. */
  readonly outputs?: Readonly<Record<string, Tensor>>;
  /** Which parameters are learned, and how. */
  readonly groups: readonly { readonly parameters: readonly Tensor[]; readonly optimizer: OptimizerSettings }[];
  /** The masks that each step draws: `Forward.dropoutInputs`. */
  readonly dropout?: readonly DropoutInput[];
  /** The running statistics that each step stores: `Forward.updates`. */
  readonly updates?: readonly StateUpdate[];
  /** Learned parameters are clipped to ± this after each update (Wasserstein critics). */
  readonly clamp?: number;
  /** What the masks depend on, with the number of the step. */
  readonly seed: number;
}

/** The tensors of a checkpoint, by name. */
export type SavedState = ReadonlyMap<string, { readonly data: ArrayLike<number> }>;

/** Takes the values of a checkpoint into arrays of the same names. @throws RangeError where one is missing or has another length. */
export function restoreInto(arrays: Iterable<readonly [name: string, array: Float32Array]>, saved: SavedState): void {
  const found = Array.from(arrays, ([name, array]) => {
    const data = saved.get(name)?.data;
    if (data?.length !== array.length) throw new RangeError(`the checkpoint's ${name} does not fit`);
    return [array, data] as const;
  });
  for (const [array, data] of found) array.set(data);
}

/** The compiled graph of a step, and how its gradients change the parameters: kernels in place, or operations of the graph. */
export interface StepUpdate {
  readonly program: Program;
  /** One for each group of parameters. */
  readonly optimizers: readonly Optimizer[];
  /** Called before the run of an update. @param step its number, from 1. */
  begin(step: number): Promise<void>;
  /** What of the last run's gradients and running statistics is not finite, for a message; undefined where all is. */
  notFinite(execution: Execution): Promise<string | undefined>;
  /** Those running statistics whose new values, which the last run gave, hold NaN. */
  lost(execution: Execution): Promise<readonly string[]>;
  /** Makes the update of the last run. */
  apply(execution: Execution, step: number): Promise<void>;
  /** A parameter's gradient of the last run, in place. @throws RangeError where it is not kept. */
  gradient(name: string): Float32Array;
  /** The optimizers' state by the names that checkpoints have, in place. @throws StaleError where it has to be downloaded first. */
  state(): Map<string, NamedTensor>;
  /** Takes up that state. @throws RangeError where it is another step's. */
  restore(tensors: SavedState): void;
  /** Frees the graph and the state, after the run in flight. */
  release(): Promise<void>;
}
