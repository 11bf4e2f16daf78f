// What sentence-transformers says beside a model: how the rows of its tokens become one, and whether that has length 1.
import { z } from "zod";
import { parseAs } from "../json.js";

const poolingConfig = z.object({
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
});
const lengthConfig = z.object({ max_seq_length: z.int().min(1).max(32_768).nullish() });
const modulesConfig = z.array(z.object({ type: z.string() }));

/**
 * How tokens become one row, by the content of `1_Pooling/config.json`; undefined where it says neither or both.
 * @throws UserError where the file says something else.
 */
export function poolingMode(content: unknown, label: string): "mean" | "first" | undefined {
  if (content === undefined) return undefined;
  const { pooling_mode_cls_token: first, pooling_mode_mean_tokens: mean } = parseAs(poolingConfig, content, label);
  return first === mean ? undefined : first ? "first" : "mean";
}

/**
 * Whether rows are scaled to length 1, by the content of `modules.json`.
 * @throws UserError where the file says something else.
 */
export function isNormalized(content: unknown, label: string): boolean {
  if (content === undefined) return false;
  return parseAs(modulesConfig, content, label).some(({ type }) => type.endsWith(".Normalize"));
}

/**
 * How many tokens a text has at most, by the content of `sentence_bert_config.json`; it goes before the tokenizer's own limit.
 * @throws UserError where the file says something else.
 */
export function mostTokens(content: unknown, label: string): number | undefined {
  if (content === undefined) return undefined;
  return parseAs(lengthConfig, content, label).max_seq_length ?? undefined;
}

/** The row with length 1; one of zeros stays. */
export function unit(row: Float32Array): Float32Array {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? row.map((value) => value / length) : row;
}
