// Weights from a file for the parameters of a network, by name.
import { UserError } from "../../../errors.js";
import type { ParameterStore } from "../../runtime/index.js";
import { inputName } from "../../tensor/index.js";
import type { Parameter } from "../parameters.js";

/** A tensor of a file. */
export interface NamedWeight {
  /** The size of each axis. */
  readonly shape: readonly number[];
  /** Its values, row after row. */
  read(): Float32Array;
}

/** Tensors by name, their values read when they are needed. */
export interface NamedWeights {
  /** For messages: the file. */
  readonly path: string;
  /** Each with its shape; `read` gives its values row after row. */
  readonly tensors: ReadonlyMap<string, NamedWeight>;
}

/** PyTorch's count of the batches that batch normalization saw, which nothing here needs. */
const isCount = (name: string) => name.endsWith("num_batches_tracked");
const few = (names: readonly string[]) =>
  names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");

/**
 * Gives each parameter the values of the tensor of its name. Names in the file may all begin with "module." (PyTorch's DataParallel).
 * @param parameters those to be filled; of others the first values stay.
 * @param prefix what the parameters' names begin with, beyond those in the file.
 * @returns what is to be noted: tensors of the file that no parameter takes.
 * @throws UserError where a parameter has no tensor in the file, or one of another shape; nothing is changed then.
 * @example
 * ```ts
 * import { Engine } from "vantage-ml";
 * import { nn, ParameterStore } from "vantage-ml/method";
 *
 * await using engine = await Engine.open({ threads: 1 });
 * const parameters = new nn.Parameters();
 * nn.linear(parameters.scope("head"), 2, 1);
 * const store = new ParameterStore(engine.memory, parameters.all);
 * const file = new Map([
 *   ["head.weight", { shape: [1, 2], read: () => Float32Array.of(1, 2) }],
 *   ["head.bias", { shape: [1], read: () => Float32Array.of(3) }],
 * ]);
 * nn.loadWeights(store, parameters.all, { path: "weights.pth", tensors: file });
 * console.log(store.values("head.weight")); // Float32Array(2) [ 1, 2 ]
 * ```
 */
export function loadWeights(
  store: ParameterStore,
  parameters: readonly Parameter[],
  { path, tensors }: NamedWeights,
  prefix = "",
): string[] {
  const parallel = "module.";
  const own = [...tensors.keys()].every((name) => name.startsWith(parallel)) ? parallel : "";
  const wanted = parameters.map(({ tensor, shape }) => {
    const name = inputName(tensor);
    return { name, shape, stored: own + (name.startsWith(prefix) ? name.slice(prefix.length) : name) };
  });
  const missing = wanted.filter(({ stored }) => !tensors.has(stored)).map(({ stored }) => stored);
  if (missing.length > 0) {
    throw new UserError(
      `${path} has no tensor ${few(missing)}; it has ${few([...tensors.keys()]) || "none"}: are these the weights of this network?`,
    );
  }
  for (const { shape, stored } of wanted) {
    const found = tensors.get(stored)?.shape ?? [];
    if (found.join() !== shape.join()) {
      throw new UserError(`${path}: "${stored}" has shape [${found.join(", ")}], expected [${shape.join(", ")}]`);
    }
  }
  for (const { name, stored } of wanted) store.values(name).set(tensors.get(stored)?.read() ?? []);
  const taken = new Set(wanted.map(({ stored }) => stored));
  const left = [...tensors.keys()].filter((name) => !taken.has(name) && !isCount(name));
  return left.length === 0 ? [] : [`${path}: no parameter takes ${few(left)}`];
}
