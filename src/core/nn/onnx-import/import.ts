// An ONNX model as symbolic tensors: differentiated, frozen up to a node, and exported with the rest.
import { UserError } from "../../../errors.js";
import type { ReadExternal } from "../../onnx/read-external.js";
import type { OnnxTensor } from "../../onnx/stored-tensor.js";
import { GraphError, input as inputTensor, Tensor } from "../../tensor/index.js";
import type { NamedWeights } from "../backbones/load-weights.js";
import { Forward } from "../forward.js";
import type { Parameters } from "../parameters.js";
import { Call, type Pass } from "./call.js";
import { type Graph, type ImportedNode, type Port, readGraph } from "./graph.js";
import { named } from "./named.js";
import { operators } from "./operators/index.js";
import { Known, shapeOf, type Value, type Weight } from "./values.js";

/** How `importOnnx` reads. */
export interface ImportOptions {
  /** For messages: the file. */
  readonly path?: string;
  /** true: no weights are learned. A name: those up to the last node, value or weight that is named so or begins with it. */
  readonly freeze?: true | string;
  /** Numbers in place of named dimensions: { height: 224, width: 224 }. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Reads weights that lie in files beside the model (`besideModel` of vantage-ml/data). Default: such a model is refused. */
  readonly external?: ReadExternal;
}

/** An ONNX model that can be applied to tensors. */
export interface ImportedModel {
  /** Its inputs by name, as tensors to be fed. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** The names of its outputs. */
  readonly outputs: readonly string[];
  /** The weights that the file holds, for `loadWeights`. */
  readonly weights: NamedWeights;
  /**
   * Applies the model to tensors in place of its inputs: its outputs by name.
   * @throws UserError where an input is missing, or a tensor does not fit.
   */
  apply(inputs: Readonly<Record<string, Tensor>>, forward: Forward): Record<string, Tensor>;
}

/** The parameter that a stored tensor became. */
interface Created {
  readonly tensor: Tensor;
  readonly learned: boolean;
}

/** A graph may compute so many values for one sample, all results together. */
const mostValues = 2 ** 30;

/**
 * An ONNX model (operators of version 11 to 23) as symbolic tensors. Its stored floating-point tensors become parameters by their names,
 * but for single numbers, which stay constants; batch normalization and dropout are applied as the pass says. Arithmetic of shapes
 * is computed at once, a named dimension (the batch) stays free.
 * @param bytes the file. It may be a stranger's: nothing in it is run or read beside it.
 * @param parameters collects its parameters; their values are in `weights`.
 * @throws UserError in one line: an unknown operator by its name and node, a shape that depends on what is computed, damage.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * // The bytes of a file: y = x·w, w of [4, 2].
 * const file = "CAk6cQoTCgF4CgF3EgF5IgZNYXRNdWw6ABIBZyorCgIEAhABIiAAAAA/AAAAPwAAAD8AAAA/AAAAPwAAAD8AAAA/AAAAP0IBd1oUCgF4Eg8KDQgBEgkKAxIBbgoCCARiFAoBeRIPCg0IARIJCgMSAW4KAggCQgQKABAS";
 * const parameters = new nn.Parameters();
 * const net = nn.importOnnx(Buffer.from(file, "base64"), parameters);
 * const { y } = net.apply({ x: tensor.input("pixels", ["n", 4]) }, new nn.Forward(true));
 * console.log(y?.shape, parameters.learned().length, net.weights.tensors.get("w")?.read()[0]); // [ 'n', 2 ] 1 0.5
 * ```
 */
export function importOnnx(bytes: Uint8Array, parameters: Parameters, options: ImportOptions = {}): ImportedModel {
  const { path = "the ONNX model", freeze, sizes = {}, external } = options;
  return named(path, () => {
    const graph = readGraph(bytes, new Set(operators.keys()), sizes, external);
    const lastFrozen = freeze === undefined ? -1 : lastOf(graph, freeze);
    const created = new Map<string, Created>();
    const inputs = Object.fromEntries(
      graph.inputs.map(({ name, shape, dtype }) => [name, inputTensor(name, shape, dtype)]),
    );
    const apply = (given: Readonly<Record<string, Tensor>>, forward: Forward) =>
      named(path, () => {
        const feeds = graph.inputs.map((port) => fitting(port, given[port.name]));
        return run(graph, feeds, forward, lastFrozen, created, parameters);
      });
    // Once, so that all parameters are there and what does not fit is said at once.
    apply(inputs, new Forward(false));
    const tensors = new Map(
      [...created.keys()].map((name) => {
        const { shape, read } = graph.stored.get(name) as OnnxTensor;
        return [name, { shape, read: () => Float32Array.from(read()) }] as const;
      }),
    );
    return { inputs, outputs: graph.outputs, weights: { path, tensors }, apply };
  });
}

/** The place of the last node that is meant, or that reads a weight or gives a value that is. */
function lastOf({ nodes, stored }: Graph, freeze: true | string): number {
  if (freeze === true) return nodes.length - 1;
  const isMeant = (name: string | null | undefined) =>
    name === freeze || [".", "/", "_"].some((sign) => name?.startsWith(freeze + sign));
  const last = nodes.findLastIndex(({ proto }) =>
    [proto.name, ...(proto.output ?? []), ...(proto.input ?? []).filter((name) => stored.has(name))].some(isMeant),
  );
  if (last < 0) {
    const some = nodes.slice(0, 5).map(({ proto }) => proto.name || (proto.output ?? [])[0]);
    throw new UserError(
      `freeze: no node, value or weight is named ${JSON.stringify(freeze)}; its nodes are ${some.join(", ")} …`,
    );
  }
  return last;
}

function fitting({ name, shape, dtype }: Port, tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new UserError(`nothing is given for its input "${name}"`);
  const fits = shape.every((dim, axis) => typeof dim === "string" || dim === tensor.shape[axis]);
  if (!fits || tensor.rank !== shape.length || tensor.dtype !== dtype) {
    throw new UserError(
      `its input "${name}" is ${dtype} [${shape.join(", ")}], got ${tensor.dtype} [${tensor.shape.join(", ")}]`,
    );
  }
  return tensor;
}

function run(
  graph: Graph,
  feeds: readonly Tensor[],
  forward: Forward,
  lastFrozen: number,
  created: Map<string, Created>,
  parameters: Parameters,
): Record<string, Tensor> {
  const values = new Map<string, Value>();
  graph.inputs.forEach(({ name }, i) => {
    values.set(name, feeds[i] as Tensor);
  });
  for (const [name, stored] of graph.stored) values.set(name, storedValue(name, stored));
  const spent = { known: 0, computed: 0 };
  graph.nodes.forEach((node, place) => {
    const isFrozen = place <= lastFrozen;
    const parameter = ({ name, shape }: Weight, learned: boolean) => {
      const known = created.get(name);
      if (known !== undefined) {
        // Exporters store equal tensors once: those of a network that was never trained.
        if (known.learned !== learned && forward.training && !isFrozen) {
          throw new UserError(
            `"${name}" is both learned and a running statistic; export a trained model, or freeze it`,
          );
        }
        return known.tensor;
      }
      const owner = isFrozen ? parameters.frozen() : parameters;
      const tensor = owner.create(name, shape, { kind: "constant", value: 0 }, learned);
      created.set(name, { tensor, learned });
      return tensor;
    };
    applyNode(node, values, { opset: graph.opset, forward, inputs: feeds, parameter }, isFrozen, spent);
  });
  const lookUp = (name: string) => {
    const value = values.get(name);
    if (value === undefined) throw new UserError(`nothing computes its output "${name}"`);
    if (!(value instanceof Tensor)) throw new UserError(`its output "${name}" does not depend on its inputs`);
    return value;
  };
  return Object.fromEntries(graph.outputs.map((name) => [name, lookUp(name)]));
}

/** Floating-point numbers are weights, but for single ones; all others are known beforehand. */
function storedValue(name: string, { shape, dtype, read }: OnnxTensor): Value {
  if (dtype === "float32" && shape.length > 0) return { name, shape, read: () => Float32Array.from(read()) };
  return new Known(shape, dtype, read());
}

/** All values that are known beforehand together, and all that a sample takes. */
interface Spent {
  known: number;
  computed: number;
}
const mostKnown = 2 ** 24;

function applyNode(
  { label, operator, proto }: ImportedNode,
  values: Map<string, Value>,
  pass: Pass,
  isFrozen: boolean,
  spent: Spent,
): void {
  const operate = operators.get(operator);
  if (operate === undefined) throw new UserError(`${label} is not supported`);
  const inputs = (proto.input ?? []).map((name) => {
    if (name === "") return undefined;
    const value = values.get(name);
    if (value === undefined) throw new UserError(`${label} takes "${name}", which nothing before it gives`);
    return value;
  });
  let results: readonly Value[];
  try {
    const given = operate(new Call(proto, inputs, pass, isFrozen));
    results = Array.isArray(given) ? given : [given as Value];
  } catch (error) {
    if (!(error instanceof UserError || error instanceof GraphError)) throw error;
    throw new UserError(`${label}: ${error.message}`);
  }
  for (const [i, name] of (proto.output ?? []).entries()) {
    if (name === "") continue;
    const value = results[i];
    if (value === undefined) throw new UserError(`${label} has ${proto.output?.length} results`);
    if (values.has(name)) throw new UserError(`two values are named "${name}"`);
    values.set(name, value);
    const size = shapeOf(value).reduce<number>(
      (product, dim) => (typeof dim === "number" ? product * dim : product),
      1,
    );
    if (value instanceof Known) spent.known += size;
    else spent.computed += size;
    if (!(spent.computed <= mostValues)) throw new UserError(`${label}: results of more than ${mostValues} values`);
    if (spent.known > mostKnown) throw new UserError(`${label}: more than ${mostKnown} values known beforehand`);
  }
}
