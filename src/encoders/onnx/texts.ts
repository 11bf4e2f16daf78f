// Texts through an ONNX model: tokens of tokenizer.json, padded and cut to length.
import { UserError } from "../../errors.js";
import { needPackages } from "../../optional.js";
import type { WordEncoder } from "../encoder.js";
import { unit } from "../sentence-transformers.js";
import { commonEnd, cutTokens } from "../tokens.js";
import { chooseOutput, outputsOf, pooled } from "./outputs.js";
import type { OpenedModel } from "./pictures.js";

/** Texts of one call, and tokens of a text where nothing says how many. */
const [together, usualTokens] = [16, 512];

/** What tokenizers know of length and padding. */
export interface TokenizerFiles {
  readonly path: string;
  readonly tokenizer: Record<string, unknown>;
  readonly config: Record<string, unknown>;
}

const inputNames = ["input_ids", "attention_mask", "token_type_ids"];

/**
 * @param isUnit whether rows get length 1.
 * @throws UserError where the model takes something else than tokens, or the tokenizer cannot be used.
 */
export async function textModel(
  { spec, path, file, settings, session, identity }: OpenedModel,
  files: TokenizerFiles,
  isUnit: boolean,
): Promise<WordEncoder> {
  const odd = file.inputs.find(({ name, type, dims }) => !inputNames.includes(name) || type !== 7 || dims.length !== 2);
  const ids = file.inputs.find(({ name }) => name === "input_ids");
  if (odd !== undefined || ids === undefined) {
    throw new UserError(
      `${path} takes "${(odd ?? file.inputs[0])?.name}", expected ${inputNames.join(", ")} of int64, texts by tokens`,
    );
  }
  const [batch, fixed] = ids.dims;
  const tokens = await tokenizerOf(files, fixed, settings.tokens);
  const hasMask = file.inputs.some(({ name }) => name === "attention_mask");
  // Without a mask padding would count, unless the model was trained on a fixed length.
  const mayPad = tokens.padding !== undefined && (hasMask || fixed !== undefined);
  const shapes = (count: number, length: number) =>
    new Map(file.inputs.map(({ name }) => [name, [count, length]] as const));
  const { name, dimensions, pooling } = chooseOutput(outputsOf(file, shapes(batch ?? 2, fixed ?? 8)), path, settings);

  const encodeSome = async (lists: readonly (readonly number[])[]): Promise<Float32Array> => {
    const count = batch ?? lists.length;
    const length = fixed ?? Math.max(...lists.map((list) => list.length));
    const shape = file.shapeFor(name, shapes(count, length));
    const own = new BigInt64Array(count * length).fill(BigInt(tokens.padding ?? 0));
    const mask = new BigInt64Array(count * length);
    for (let i = 0; i < count; i++) {
      // A batch of a fixed size is filled with its first text.
      const list = lists[i] ?? lists[0]!;
      for (const [t, id] of list.entries()) own[i * length + t] = BigInt(id);
      mask.fill(1n, i * length, i * length + list.length);
    }
    const data: Record<string, BigInt64Array> = {
      ...{ input_ids: own, attention_mask: mask, token_type_ids: new BigInt64Array(count * length) },
    };
    const rows = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const call = session.bind(
      Object.fromEntries(file.inputs.map((port) => [port.name, { data: data[port.name]!, shape: [count, length] }])),
      { [name]: { data: rows, shape } },
    );
    try {
      await call.run();
    } finally {
      call.release();
    }
    if (pooling === undefined) return rows.subarray(0, lists.length * dimensions);
    const result = new Float32Array(lists.length * dimensions);
    for (let i = 0; i < lists.length; i++) {
      const part = rows.subarray(i * length * dimensions, (i + 1) * length * dimensions);
      result.set(pooled(part, dimensions, pooling, mask.subarray(i * length, (i + 1) * length)), i * dimensions);
    }
    return result;
  };
  return {
    ...{ spec, material: "words", dimensions, identity, isCostly: true, isSparse: false, captions: "mean" },
    async encode(texts, signal) {
      const rows = new Float32Array(texts.length * dimensions);
      // Texts of like lengths together, so that few tokens are padding.
      const lists = texts.map((text, item) => ({ item, ids: tokens.encode(text) }));
      lists.sort((a, b) => b.ids.length - a.ids.length || a.item - b.item);
      for (let from = 0; from < lists.length; ) {
        signal?.throwIfAborted();
        const length = fixed ?? lists[from]!.ids.length;
        const fitting = () => file.fittingRows(name, together, (rows) => shapes(rows, length));
        const step = batch ?? (mayPad ? fitting() : 1);
        const some = lists.slice(from, from + step);
        const found = await encodeSome(some.map(({ ids }) => ids));
        for (const [i, { item }] of some.entries()) {
          rows.set(found.subarray(i * dimensions, (i + 1) * dimensions), item * dimensions);
        }
        from += step;
      }
      if (isUnit) {
        for (let i = 0; i < texts.length; i++) {
          const row = rows.subarray(i * dimensions, (i + 1) * dimensions);
          row.set(unit(row));
        }
      }
      return rows;
    },
    release: () => session.release(),
  };
}

/** Texts to tokens of at most so many, the special ones at the end kept. */
async function tokenizerOf(
  { path, tokenizer: content, config }: TokenizerFiles,
  fixed: number | undefined,
  wanted: number | undefined,
): Promise<{ encode(text: string): number[]; padding: number | undefined }> {
  needPackages("text encoders from ONNX files");
  const { Tokenizer } = await import("@huggingface/tokenizers");
  const asNumber = (value: unknown) =>
    typeof value === "number" && value >= 1 && value <= 32_768 ? Math.floor(value) : undefined;
  const truncation = content.truncation as { max_length?: unknown } | null | undefined;
  const own = asNumber(truncation?.max_length) ?? asNumber(config.model_max_length) ?? usualTokens;
  const most = wanted ?? Math.min(fixed ?? Number.POSITIVE_INFINITY, own);
  try {
    const tokenizer = new Tokenizer(content, config);
    const ids = (text: string) => tokenizer.encode(text).ids;
    const ending = commonEnd(ids(""), ids("a")).length;
    const padToken = config.pad_token as string | { content?: string } | undefined;
    const named = typeof padToken === "object" ? padToken?.content : padToken;
    const padding =
      (content.padding as { pad_id?: number } | null | undefined)?.pad_id ??
      (named === undefined ? undefined : tokenizer.token_to_id(named));
    return {
      padding,
      encode: (text) => cutTokens(ids(text), most, ending),
    };
  } catch (error) {
    throw new UserError(`${path}: no tokenizer that can be used: ${(error as Error).message}`);
  }
}
