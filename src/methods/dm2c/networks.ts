// DM2C's networks: an autoencoder and a discriminator per modality, a mapping between the codes of every two modalities.
import {
  activation,
  batchNorm,
  type Forward,
  type Layer,
  linear,
  type Parameters,
  sequential,
} from "../../core/nn/index.js";
import { leakyRelu, mean, type Tensor } from "../../core/tensor/index.js";

export interface ModalityShape {
  readonly name: string;
  /** Features that the autoencoder sees. */
  readonly inputs: number;
  /** Widths of the encoder's layers, the code last; the decoder has them in reverse. */
  readonly hidden: readonly number[];
}

export interface Dm2cShape {
  /** All codes have the same width z. */
  readonly modalities: readonly ModalityShape[];
  /** Widths of the mappings' encoders between the code that comes in and the one that goes out. */
  readonly mappingHidden: readonly number[];
  readonly discriminatorHidden: number;
}

/** Modalities are named by their place. */
export interface Dm2cNetworks {
  /** z = E_m(x), [n, z] */
  encode(modality: number, x: Tensor, forward: Forward): Tensor;
  decode(modality: number, z: Tensor, forward: Forward): Tensor;
  /** A code carried from one modality's space into another's. */
  map(from: number, to: number, z: Tensor, forward: Forward): Tensor;
  /** D_m(z): the greater, the more a code seems to be of this modality [n, 1]. */
  discriminate(modality: number, z: Tensor, forward: Forward): Tensor;
  /**
   * The mean of D_m over the rows, a scalar. The last layer, being linear, is applied to the mean: so the gradient of its
   * bias, which is 0 in a difference of two means, is exactly 0 and not rounding noise for RMSProp to divide by itself.
   */
  meanScore(modality: number, z: Tensor, forward: Forward): Tensor;
}

/** What the parameters of each part begin with. */
export const prefixes = {
  autoencoder: ({ name }: ModalityShape) => `${name}_ae.`,
  mapping: (from: ModalityShape, to: ModalityShape) => `${from.name}_to_${to.name}.`,
  discriminator: ({ name }: ModalityShape) => `disc_${name}.`,
};

/** Every ordered pair of different modalities, by their places. */
export function orderedPairs(modalities: number): [from: number, to: number][] {
  const places = Array.from({ length: modalities }, (_, m) => m);
  return places.flatMap((from) => places.filter((to) => to !== from).map((to): [number, number] => [from, to]));
}

export function dm2cNetworks(parameters: Parameters, shape: Dm2cShape): Dm2cNetworks {
  const { modalities, mappingHidden, discriminatorHidden } = shape;
  const scope = (prefix: string) => parameters.scope(prefix.slice(0, -1));
  const code = codeWidth(shape);
  const autoencoders = modalities.map((modality) =>
    autoencoder(scope(prefixes.autoencoder(modality)), [modality.inputs, ...modality.hidden]),
  );
  const mappings = new Map(
    orderedPairs(modalities.length).map(([from, to]) => {
      const { encode, decode } = autoencoder(scope(prefixes.mapping(modalities[from]!, modalities[to]!)), [
        code,
        ...mappingHidden,
        code,
      ]);
      return [`${from},${to}`, sequential([encode, decode])] as const;
    }),
  );
  const discriminators = modalities.map((modality) => {
    const own = scope(prefixes.discriminator(modality));
    const hidden = sequential([linear(own.scope(0), code, discriminatorHidden), leaky]);
    return { hidden, score: linear(own.scope(1), discriminatorHidden, 1) };
  });
  return {
    encode: (modality, x, forward) => autoencoders[modality]!.encode(x, forward),
    decode: (modality, z, forward) => autoencoders[modality]!.decode(z, forward),
    map: (from, to, z, forward) => mappings.get(`${from},${to}`)!(z, forward),
    discriminate(modality, z, forward) {
      const { hidden, score } = discriminators[modality]!;
      return score(hidden(z, forward), forward);
    },
    meanScore(modality, z, forward) {
      const { hidden, score } = discriminators[modality]!;
      return mean(score(mean(hidden(z, forward), 0, true), forward));
    },
  };
}

/** The width of the codes. */
export function codeWidth({ modalities }: Dm2cShape): number {
  return modalities[0]!.hidden.at(-1)!;
}

const leaky = activation((x) => leakyRelu(x, 0.2));

/** Linear, LeakyReLU(0.2), BatchNorm per layer; the code is linear, and the decoder's last layer has no BatchNorm. */
function autoencoder(parameters: Parameters, widths: readonly number[]): { encode: Layer; decode: Layer } {
  const last = widths.length - 2;
  const layer = (side: Parameters, i: number, from: number, to: number, active: boolean, normal: boolean): Layer => {
    const own = side.scope(i);
    const parts = [linear(own, from, to)];
    if (active) parts.push(leaky);
    if (normal) parts.push(batchNorm(own.scope("bn"), to));
    return sequential(parts);
  };
  const [encoder, decoder] = [parameters.scope("encoder"), parameters.scope("decoder")];
  const back = widths.toReversed();
  const layers = (make: (i: number) => Layer) => sequential(Array.from({ length: last + 1 }, (_, i) => make(i)));
  return {
    encode: layers((i) => layer(encoder, i, widths[i]!, widths[i + 1]!, i < last, i < last)),
    decode: layers((i) => layer(decoder, i, back[i]!, back[i + 1]!, true, i < last)),
  };
}
