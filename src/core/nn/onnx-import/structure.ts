// An ONNX file without its weights: what a run keeps of an imported network, whose values are in its checkpoints.
import type { ReadExternal } from "../../onnx/read-external.js";
import { type Onnx, onnx } from "../../onnx/schema.js";
import { onnxTensor } from "../../onnx/stored-tensor.js";
import { type Graph, readGraph } from "./graph.js";
import { named } from "./named.js";
import { operators } from "./operators/index.js";

/** ONNX's number for values that are kept in another file. */
const outside = 1;
/** The "file" of the weights that were taken out; nothing reads it. */
const nowhere = "weights";

/**
 * The inputs and outputs of an ONNX model that `importOnnx` knows the operators of.
 * @param path for messages: the file.
 * @throws UserError where it is damaged, or an operator is unknown (its name is said).
 */
export function onnxPorts(bytes: Uint8Array, path: string, external?: ReadExternal): Pick<Graph, "inputs" | "outputs"> {
  return named(path, () => {
    const { inputs, outputs } = readGraph(bytes, new Set(operators.keys()), {}, external);
    return { inputs, outputs };
  });
}

/**
 * The same model without the values of those weights that became parameters: their shapes stay. Constants that lie in other files come
 * into it, notes of exporters are left out.
 * @param parameters names of the weights whose values go.
 */
export function withoutWeights(
  bytes: Uint8Array,
  parameters: ReadonlySet<string>,
  external?: ReadExternal,
): Uint8Array {
  const { irVersion, opsetImport, graph } = onnx.ModelProto.decode(bytes);
  const read = new Set((graph?.node ?? []).flatMap(({ input }) => input ?? []));
  const initializer = (graph?.initializer ?? [])
    .filter(({ name }) => read.has(name ?? ""))
    .map((tensor) => (parameters.has(tensor.name ?? "") ? emptied(tensor) : whole(tensor, external)));
  const node = (graph?.node ?? []).map(({ opType, domain, name, input, output, attribute }) => ({
    ...{ opType, domain, name, input, output, attribute },
  }));
  const ports = (list: Onnx.IValueInfoProto[] | null | undefined) =>
    (list ?? []).map(({ name, type }) => ({ name, type }));
  return onnx.ModelProto.encode({
    ...{ irVersion, opsetImport },
    graph: { name: graph?.name, node, initializer, input: ports(graph?.input), output: ports(graph?.output) },
  }).finish();
}

function emptied({ name, dims, dataType }: Onnx.ITensorProto): Onnx.ITensorProto {
  return { name, dims, dataType, dataLocation: outside, externalData: [{ key: "location", value: nowhere }] };
}

function whole(tensor: Onnx.ITensorProto, external: ReadExternal | undefined): Onnx.ITensorProto {
  if (!tensor.dataLocation && !tensor.externalData?.length) return tensor;
  const { name, dims } = tensor;
  const { dtype, read } = onnxTensor(tensor, `weights "${name}"`, external);
  const values = Array.from(read());
  if (dtype === "float32") return { name, dims, dataType: 1, floatData: values };
  return { name, dims, dataType: dtype === "bool" ? 9 : 7, [dtype === "bool" ? "int32Data" : "int64Data"]: values };
}

/** The files beside a model that hold some of its weights, as it names them. */
export function externalLocations(bytes: Uint8Array): string[] {
  const { graph } = onnx.ModelProto.decode(bytes);
  const all = (graph?.initializer ?? []).flatMap(({ externalData }) =>
    (externalData ?? []).flatMap(({ key, value }) => (key === "location" && value ? [value] : [])),
  );
  return [...new Set(all)];
}
