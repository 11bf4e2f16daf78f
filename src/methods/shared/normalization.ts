// How pictures are normalized, by name: means and deviations of red, green and blue, of values from 0 to 1.

/** (x / 255 − mean) / deviation of each channel, x from 0 to 255. */
export interface Channels {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const each = (value: number) => [value, value, value] as const;

/** imagenet: torchvision and most of timm; clip: OpenAI's; half: −1 to 1; unit: 0 to 1; bytes: as they are, 0 to 255. */
export const normalizations = {
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  clip: { mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711] },
  half: { mean: each(0.5), deviation: each(0.5) },
  unit: { mean: each(0), deviation: each(1) },
  bytes: { mean: each(0), deviation: each(1 / 255) },
} as const satisfies Record<string, Channels>;

export type Normalization = keyof typeof normalizations;
export const normalizationNames = Object.keys(normalizations) as readonly Normalization[];

/** The same as scale · x + shift of values x from 0 to 255. @param rescale what x is multiplied by first. */
export function affineOf({ mean, deviation }: Channels, rescale = 1 / 255): { scale: number[]; shift: number[] } {
  return {
    scale: deviation.map((own) => rescale / own),
    shift: deviation.map((own, c) => -mean[c]! / own),
  };
}
