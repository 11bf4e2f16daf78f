// NAME.yaml beside NAME.onnx: what the files of the hub leave open, or an encoder without such files needs.
import { existsSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { readYaml } from "../../yaml.js";

const channels = z.tuple([z.number(), z.number(), z.number()]);

const modelSettings = z.strictObject({
  /** The output that is taken. */
  output: z.string().optional(),
  /** What becomes of an output with a row for each part of a picture or token of a text. */
  pooling: z.enum(["mean", "first"]).optional(),
  /** Of pictures. Pixels along a side, or height and width. */
  size: z.union([z.int().min(1).max(4096), z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)])]).optional(),
  fit: z.enum(["cover", "fill", "contain"]).optional(),
  /** What is subtracted from values in 0 … 1, and what they are divided by, of red, green and blue. */
  mean: channels.optional(),
  std: channels.optional(),
  /** Of texts: tokens at most. */
  tokens: z.int().min(1).max(32_768).optional(),
});
export type ModelSettings = z.output<typeof modelSettings>;

/** @throws UserError where the file is no YAML, or says something else. */
export function readModelSettings(model: string): ModelSettings {
  const path = model.replace(/\.onnx$/i, ".yaml");
  if (path === model || !existsSync(path)) return {};
  const found = modelSettings.safeParse(readYaml(path) ?? {});
  if (found.success) return found.data;
  const issue = found.error.issues[0]!;
  throw new UserError(`${path}: ${issue.path.join(".") || "the file"}: ${issue.message}`);
}
