// GMAE's networks: a shared encoder, and per view a specific encoder, a decoder and a discriminator; a head for classes.
import {
  activation,
  dropout,
  type Forward,
  type Layer,
  layerNorm,
  linear,
  type Parameters,
  sequential,
} from "../../core/nn/index.js";
import { concat, gelu, leakyRelu, relu, sigmoid, softmax, type Tensor } from "../../core/tensor/index.js";

export interface GmaeShape {
  /** Features of each view. */
  readonly dimensions: readonly number[];
  readonly hidden: readonly number[];
  readonly latent: number;
  readonly discriminatorHidden: number;
  readonly dropout: number;
  readonly headDropout: number;
  /** Classes of the classification head; 0: no head. */
  readonly classes: number;
}

export interface Codes {
  /** S, the code of all views together [n, latent]. */
  readonly shared: Tensor;
  /** H_v, the code of each view alone [n, latent]. */
  readonly specific: readonly Tensor[];
  /** The representation: all codes side by side [n, (V+1)·latent], normalized by layer where there is a head. */
  readonly hidden: Tensor;
}

export interface GmaeNetworks {
  encode(views: readonly Tensor[], forward: Forward): Codes;
  /** One view from the shared code and its own, in [0, 1]. */
  decode(view: number, codes: Codes, forward: Forward): Tensor;
  /** The probability that a code is of this view [n, 1]. */
  discriminate(view: number, code: Tensor, forward: Forward): Tensor;
  /** Logits of the classes [n, classes]. */
  classify(codes: Codes, forward: Forward): Tensor;
}

function mlp(parameters: Parameters, widths: readonly number[], between: Layer): Layer {
  const layers: Layer[] = [];
  for (let i = 0; i + 1 < widths.length; i++) {
    if (i > 0) layers.push(between);
    layers.push(linear(parameters.scope(i), widths[i]!, widths[i + 1]!));
  }
  return sequential(layers);
}

export function gmaeNetworks(parameters: Parameters, shape: GmaeShape): GmaeNetworks {
  const { dimensions, hidden, latent, classes } = shape;
  const rectified = activation(relu);
  const encoder = (scope: Parameters, width: number): Layer =>
    sequential([
      mlp(scope, [width, ...hidden, latent], rectified),
      dropout(shape.dropout),
      activation((x) => softmax(x)),
    ]);
  const sharedEncoder = encoder(
    parameters.scope("encoder_shared"),
    dimensions.reduce((a, b) => a + b, 0),
  );
  const specificEncoders = dimensions.map((d, v) => encoder(parameters.scope("encoder_specific").scope(v), d));
  const decoders = dimensions.map((d, v) => {
    const widths = [2 * latent, ...[...hidden].reverse(), d];
    const layers = mlp(parameters.scope("decoder").scope(v), widths, rectified);
    return sequential([layers, dropout(shape.dropout), activation(sigmoid)]);
  });
  const discriminators = dimensions.map((_, v) => {
    const between = activation((x) => leakyRelu(x, 0.01));
    const layers = mlp(parameters.scope("discriminator").scope(v), [latent, shape.discriminatorHidden, 1], between);
    return sequential([layers, activation(sigmoid)]);
  });
  const width = (dimensions.length + 1) * latent;
  const partNorm = classes > 0 ? layerNorm(parameters.scope("block_norm"), latent) : undefined;
  const head = classes > 0 ? classificationHead(parameters.scope("head"), width, shape) : undefined;
  return {
    encode(views, forward) {
      const shared = sharedEncoder(concat(views, 1), forward);
      const specific = views.map((x, v) => specificEncoders[v]!(x, forward));
      const parts = [shared, ...specific].map((part) => (partNorm === undefined ? part : partNorm(part, forward)));
      return { shared, specific, hidden: concat(parts, 1) };
    },
    decode: (view, { shared, specific }, forward) => decoders[view]!(concat([shared, specific[view]!], 1), forward),
    discriminate: (view, code, forward) => discriminators[view]!(code, forward),
    classify(codes, forward) {
      if (head === undefined) throw new Error("these networks have no classification head");
      return head(codes.hidden, forward);
    },
  };
}

/** LayerNorm, dropout, Linear(→ min(256, ·)), GELU, dropout, Linear(→ classes). */
function classificationHead(parameters: Parameters, width: number, { classes, headDropout }: GmaeShape): Layer {
  const inner = Math.min(256, width);
  return sequential([
    layerNorm(parameters.scope("norm"), width),
    dropout(headDropout),
    linear(parameters.scope(0), width, inner),
    activation(gelu),
    dropout(headDropout),
    linear(parameters.scope(1), inner, classes),
  ]);
}
