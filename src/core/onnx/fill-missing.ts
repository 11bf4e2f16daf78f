// An ONNX model that fills missing values of its inputs before anything else.
import { type Onnx, onnx } from "./schema.js";

/**
 * The model with NaN in some inputs [n, columns] replaced by values of their columns.
 * @param fills by the names of inputs, a value for each column.
 */
export function fillMissing(bytes: Uint8Array, fills: ReadonlyMap<string, Float32Array>): Uint8Array {
  const model = onnx.ModelProto.decode(bytes);
  const graph = model.graph as Onnx.IGraphProto;
  const before: Onnx.INodeProto[] = [];
  for (const { name } of graph.input ?? []) {
    const fill = fills.get(name!);
    if (fill === undefined) continue;
    const [isMissing, values, filled] = ["isMissing", "fill", "filled"].map((part) => `${name}.imputation.${part}`);
    for (const node of graph.node ?? []) {
      node.input = node.input?.map((input) => (input === name ? filled! : input)) ?? [];
    }
    before.push(
      { opType: "IsNaN", input: [name!], output: [isMissing!] },
      { opType: "Where", input: [isMissing!, values!, name!], output: [filled!] },
    );
    const rawData = new Uint8Array(fill.buffer, fill.byteOffset, fill.byteLength).slice();
    graph.initializer = [
      ...(graph.initializer ?? []),
      { name: values!, dims: [fill.length], dataType: onnx.TensorProto.DataType.FLOAT, rawData },
    ];
  }
  graph.node = [...before, ...(graph.node ?? [])];
  return onnx.ModelProto.encode(model).finish();
}
