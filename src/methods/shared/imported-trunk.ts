// A network from an ONNX file as the part of a method's network that makes features of pictures.
import { Forward, importOnnx, type Layer, type Parameters } from "../../core/nn/index.js";
import { add, constant, mean, mul, slice, squeeze, type Tensor, transpose } from "../../core/tensor/index.js";
import { UserError } from "../../errors.js";

/** The graph of an ONNX file, and how pictures become its input: what a saved model keeps of it, its weights apart. */
export interface PictureGraph {
  /** The file, for messages. */
  readonly path: string;
  /** The model without its weights: the bytes of an ONNX file, in base64. */
  readonly model: string;
  /** The name of its input. */
  readonly input: string;
  /** The name of the output that is taken. */
  readonly output: string;
  /** What becomes of an output with a row for each part of a picture. */
  readonly pooling?: "mean" | "first";
  /** Whether its input is [n, 3, height, width], and not [n, height, width, 3]. */
  readonly isChannelsFirst: boolean;
  /** Numbers in place of named dimensions. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Its input is scale · x + shift, of red, green and blue from 0 to 255. */
  readonly scale: readonly number[];
  /** Added after that. */
  readonly shift: readonly number[];
}

/** scale · x + shift of each channel, pictures [n, 3, height, width]. */
export function normalizedPictures(x: Tensor, { scale, shift }: Pick<PictureGraph, "scale" | "shift">): Tensor {
  return add(mul(x, constant(scale, [3, 1, 1])), constant(shift, [3, 1, 1]));
}

/**
 * Normalization and the graph, its weights as parameters by their names in the file.
 * @param freeze keeps the weights up to the last node, value or weight that is named so or begins with it.
 * @returns pictures [n, 3, height, width] to features [n, width].
 * @throws UserError where the graph does not give one row for a picture.
 */
export function importedTrunk(
  parameters: Parameters,
  graph: PictureGraph,
  freeze: string | undefined,
): { readonly layer: Layer; readonly width: (pictures: Tensor) => number } {
  const { path, sizes, input, output, pooling, isChannelsFirst } = graph;
  const weights = () => {
    throw new UserError(`${path}: a weight is needed that a run keeps as a parameter`);
  };
  const bytes = Uint8Array.from(atob(graph.model), (letter) => letter.charCodeAt(0));
  const net = importOnnx(bytes, parameters, {
    path,
    sizes,
    external: weights,
    ...(freeze !== undefined && { freeze }),
  });
  const layer: Layer = (x, forward) => {
    const scaled = normalizedPictures(x, graph);
    const pictures = isChannelsFirst ? scaled : transpose(scaled, [0, 2, 3, 1]);
    const rows = net.apply({ [input]: pictures }, forward)[output] as Tensor;
    if (pooling === undefined) return rows;
    return pooling === "mean" ? mean(rows, [1]) : squeeze(slice(rows, 1, 0, 1), [1]);
  };
  const width = (pictures: Tensor) => {
    const { shape } = layer(pictures, new Forward(false));
    const [rows, features] = shape;
    if (shape.length !== 2 || rows !== pictures.shape[0] || typeof features !== "number") {
      throw new UserError(
        `${path}: output "${output}" is [${shape.join(", ")}], expected a row of features for each picture`,
      );
    }
    return features;
  };
  return { layer, width };
}
