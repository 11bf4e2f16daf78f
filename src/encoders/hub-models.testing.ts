// Small models in the hub's layout, made by tests: an encoder of texts and one of pictures, with tokenizer and configs.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { floats, integers, modelOf, node, port } from "../core/onnx/onnx-models.testing.js";

/** Words that the tokenizer knows, after [PAD], [UNK], [CLS] and [SEP]. */
export const words = ["a", "red", "green", "cat", "dog", "##s"];
const vocabulary = Object.fromEntries(["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...words].map((word, i) => [word, i]));
const special = (id: number, content: string) => ({
  ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
});

const tokenizer = {
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => special(id, content)),
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: {
    type: "TemplateProcessing",
    single: [
      { SpecialToken: { id: "[CLS]", type_id: 0 } },
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "[SEP]", type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
      "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
    },
  },
  decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  model: {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: vocabulary,
  },
};

/** Value j of the embedding of a token. */
export const tokenValue = (token: number, j: number) => token + j / 10;
const tokens = 4 + words.length;
const table = {
  name: "table",
  dims: [tokens, 3],
  dataType: 1,
  floatData: Array.from({ length: tokens * 3 }, (_, i) => tokenValue(Math.floor(i / 3), i % 3)),
};

/** Tokens to rows of a table, `last_hidden_state`: [n, length, 3]. The mask is added times 0, so that it is an input. */
export const textModel = modelOf({
  input: [port("input_ids", ["n", "length"], 7), port("attention_mask", ["n", "length"], 7)],
  output: [port("last_hidden_state", ["n", "length", 3])],
  initializer: [table, floats("zero", [1], 0), integers("last", [-1])],
  node: [
    node("Gather", "table input_ids", "rows"),
    node("Cast", "attention_mask", "mask", { to: 1 }),
    node("Mul", "mask zero", "nothing"),
    node("Unsqueeze", "nothing last", "nothings"),
    node("Add", "rows nothings", "last_hidden_state"),
  ],
});

/** Mean of each channel, `image_embeds`: [n, 3]. */
export const pictureModel = modelOf({
  input: [port("pixel_values", ["n", 3, 8, 8])],
  output: [port("image_embeds", ["n", 3])],
  initializer: [integers("axes", [2, 3])],
  node: [node("ReduceMean", "pixel_values axes", "image_embeds", { keepdims: 0 })],
});

export const preprocessor = {
  ...{
    do_resize: true,
    size: { shortest_edge: 8 },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: 8, width: 8 },
  },
  ...{
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.25, 0.5],
  },
};

const json = (value: object) => `${JSON.stringify(value)}\n`;

/** Writes a model of texts into a folder, as the hub has it. */
export function writeTextModel(folder: string): void {
  mkdirSync(join(folder, "onnx"), { recursive: true });
  writeFileSync(join(folder, "onnx/model.onnx"), textModel);
  writeFileSync(join(folder, "tokenizer.json"), json(tokenizer));
  writeFileSync(
    join(folder, "tokenizer_config.json"),
    json({
      tokenizer_class: "BertTokenizer",
      model_max_length: 6,
      pad_token: "[PAD]",
      unk_token: "[UNK]",
      cls_token: "[CLS]",
      sep_token: "[SEP]",
    }),
  );
  writeFileSync(
    join(folder, "config.json"),
    json({ model_type: "bert", architectures: ["BertModel"], hidden_size: 3, vocab_size: tokens }),
  );
}

/** Writes a model of pictures into a folder, as the hub has it. */
export function writePictureModel(folder: string): void {
  mkdirSync(join(folder, "onnx"), { recursive: true });
  writeFileSync(join(folder, "onnx/vision_model.onnx"), pictureModel);
  writeFileSync(
    join(folder, "preprocessor_config.json"),
    json({ image_processor_type: "CLIPImageProcessor", ...preprocessor }),
  );
  writeFileSync(
    join(folder, "config.json"),
    json({ model_type: "clip", architectures: ["CLIPModel"], projection_dim: 3 }),
  );
}
