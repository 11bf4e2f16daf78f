// MvLNet's networks, per view: an autoencoder (optional), a siamese network (optional), and the network to be orthogonalized.
import { type Forward, glorotUniform, type Layer, linear, type Parameters } from "../../core/nn/index.js";
import { relu, type Tensor, tanh } from "../../core/tensor/index.js";

export interface MvlnetShape {
  /** Features of each view. */
  readonly dimensions: readonly number[];
  /** Widths of the autoencoders' encoders, the code last; none: the networks take the features themselves. */
  readonly autoencoder: readonly number[];
  /** Widths of the siamese networks; all but the last are those of the embedding networks too. */
  readonly arch: readonly number[];
  /** Whether affinities are learned by siamese networks. */
  readonly siamese: boolean;
  /** Width of a view's representation. */
  readonly clusters: number;
}

/** Networks of one view; parameters `autoencoder.v.…`, `siamese.v.…`, `view.v.…` and the state `orthogonal.v`. */
export interface ViewNetworks {
  /** Features to what the other networks take: codes [n, code], or the features themselves. */
  readonly encode: Layer;
  /** Codes back to features; absent without an autoencoder. */
  readonly decode?: Layer;
  /** Encoded features to the space in which affinities are measured; ReLU on every layer. */
  readonly siamese?: Layer;
  /** Encoded features to Y [n, clusters], ReLU and a last layer with tanh, before the orthogonal layer. */
  readonly embed: Layer;
  /** The orthogonal layer's weights Wₒ [clusters, clusters] that are kept for use: no gradient reaches them. */
  readonly orthogonal: Tensor;
}

/** Width of what the siamese and embedding networks of a view take. */
function encodedWidth({ autoencoder }: Pick<MvlnetShape, "autoencoder">, columns: number): number {
  return autoencoder.at(-1) ?? columns;
}

/** The networks of every view, with Keras' initial values: Glorot's uniform weights, biases 0. */
export function mvlnetNetworks(parameters: Parameters, shape: MvlnetShape): ViewNetworks[] {
  const { autoencoder, arch, clusters } = shape;
  return shape.dimensions.map((columns, v): ViewNetworks => {
    const width = encodedWidth(shape, columns);
    const coder = parameters.scope("autoencoder").scope(v);
    const hasCode = autoencoder.length > 0;
    return {
      encode: hasCode ? stack(coder.scope("encoder"), [columns, ...autoencoder]) : (x) => x,
      decode: hasCode ? stack(coder.scope("decoder"), [...[...autoencoder].reverse(), columns]) : undefined,
      siamese: shape.siamese ? stack(parameters.scope("siamese").scope(v), [width, ...arch], relu) : undefined,
      embed: stack(parameters.scope("view").scope(v), [width, ...arch.slice(0, -1), clusters], tanh),
      orthogonal: parameters
        .scope("orthogonal")
        .create(`${v}`, [clusters, clusters], { kind: "constant", value: 0 }, false),
    };
  });
}

/** Linear layers 0, 1 … with ReLU between them, and `last` on the output. */
function stack(parameters: Parameters, widths: readonly number[], last: (x: Tensor) => Tensor = (x) => x): Layer {
  const layers = widths.slice(1).map((outputs, i) => {
    const weight = glorotUniform(widths[i]!, outputs);
    return linear(parameters.scope(i), widths[i]!, outputs, { weight, bias: { kind: "constant", value: 0 } });
  });
  return (x: Tensor, forward: Forward) =>
    last(layers.reduce((value, layer, i) => layer(i === 0 ? value : relu(value), forward), x));
}
