// preprocessor_config.json of the hub: how a picture becomes the input of CLIP, ViT, SigLIP and their like.
import { z } from "zod";
import type { PictureSize } from "../../data/media/picture-size.js";
import { UserError } from "../../errors.js";
import type { ModelSettings } from "./settings.js";

/** A picture's way to a model: decoded to a size, the middle cut out, values scaled. */
export interface Preprocessing {
  readonly decoding: PictureSize;
  /** What is cut out of the middle. */
  readonly height: number;
  readonly width: number;
  /** (byte · rescale − mean) / std, of red, green and blue. */
  readonly rescale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const side = z.int().min(1).max(4096);
const sizeForm = z.union([side, z.object({ height: side, width: side }), z.object({ shortest_edge: side })]);
const channels = z.tuple([z.number(), z.number(), z.number()]);

const config = z.object({
  do_resize: z.boolean().optional(),
  size: sizeForm.optional(),
  resample: z.int().min(0).max(5).optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: sizeForm.optional(),
  do_rescale: z.boolean().optional(),
  rescale_factor: z.number().positive().optional(),
  do_normalize: z.boolean().optional(),
  image_mean: channels.optional(),
  image_std: channels.optional(),
  do_pad: z.boolean().optional(),
});

/** Pillow's filters by number. */
const kernels: Readonly<Record<number, NonNullable<PictureSize["kernel"]>>> = {
  0: "nearest",
  1: "lanczos3",
  2: "linear",
  3: "cubic",
};
const [zeros, ones] = [[0, 0, 0] as const, [1, 1, 1] as const];

/** What the file says. @throws UserError where it says something that is not known. */
export function preprocessingOf(content: unknown, path: string): Preprocessing {
  const found = config.safeParse(content);
  if (!found.success) {
    const issue = found.error.issues[0]!;
    throw new UserError(`${path}: ${issue.path.join(".") || "the file"}: ${issue.message}`);
  }
  const { size, crop_size: crop, do_center_crop: isCropped = crop !== undefined, resample = 2, ...rest } = found.data;
  if (rest.do_resize === false || size === undefined)
    throw new UserError(`${path}: pictures of any size are not known: expected a size`);
  const kernel = kernels[resample];
  if (kernel === undefined) throw new UserError(`${path}: resample ${resample}: expected 0, 1, 2 or 3`);
  const cut = isCropped ? rectangle(crop ?? size) : undefined;
  // A number alone is the shorter side where the middle is cut out of it, else both sides.
  const edge =
    typeof size === "object" && "shortest_edge" in size
      ? size.shortest_edge
      : cut && typeof size === "number"
        ? size
        : undefined;
  if (edge !== undefined && cut === undefined) {
    throw new UserError(
      `${path}: pictures of any shape are not known: expected do_center_crop with crop_size, or a height and a width`,
    );
  }
  const [height, width] = edge === undefined ? rectangle(size) : [edge, edge];
  const [cutHeight, cutWidth] = cut ?? [height, width];
  if (cutHeight > height || cutWidth > width) {
    throw new UserError(`${path}: crop_size ${cutHeight} × ${cutWidth} of a picture of ${height} × ${width}`);
  }
  const isNormalized = rest.do_normalize ?? rest.image_mean !== undefined;
  return {
    decoding: { width, height, fit: edge === undefined ? "fill" : "cover", kernel },
    ...{ height: cutHeight, width: cutWidth },
    rescale: rest.do_rescale === false ? 1 : (rest.rescale_factor ?? 1 / 255),
    mean: isNormalized ? (rest.image_mean ?? zeros) : zeros,
    std: isNormalized ? (rest.image_std ?? ones) : ones,
  };
}

function rectangle(size: z.output<typeof sizeForm>): [height: number, width: number] {
  if (typeof size === "number") return [size, size];
  return "height" in size ? [size.height, size.width] : [size.shortest_edge, size.shortest_edge];
}

/** The same as the settings of a model have it; undefined where they name no size. */
export function preprocessingBySettings({ size, fit = "cover", mean, std }: ModelSettings): Preprocessing | undefined {
  if (size === undefined) return undefined;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  return {
    decoding: { width, height, fit, kernel: "cubic" },
    ...{ height, width, rescale: 1 / 255, mean: mean ?? zeros, std: std ?? ones },
  };
}

/** Writes a picture as a model takes it: channel after channel, or pixel after pixel. */
export function writeInput(
  { width: wide, height: tall, data }: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  { height, width, rescale, mean, std }: Preprocessing,
  isChannelsFirst: boolean,
  target: Float32Array,
): void {
  const [left, top] = [Math.floor((wide - width) / 2), Math.floor((tall - height) / 2)];
  for (let c = 0; c < 3; c++) {
    const [factor, shift] = [rescale / std[c]!, mean[c]! / std[c]!];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const place = isChannelsFirst ? (c * height + y) * width + x : (y * width + x) * 3 + c;
        target[place] = data[((top + y) * wide + left + x) * 3 + c]! * factor - shift;
      }
    }
  }
}
