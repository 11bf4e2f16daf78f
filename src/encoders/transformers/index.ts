// Encoders through transformers.js: `transformers:MODEL`, of the hub or from a folder in its layout.
import type { Pixels } from "../../data/media/decode.js";
import { UserError } from "../../errors.js";
import { needPackages } from "../../optional.js";
import type { Encoder, EncoderContext, EncoderDefinition, Material } from "../encoder.js";
import { pooled } from "../onnx/outputs.js";
import { isNormalized, poolingMode, unit } from "../sentence-transformers.js";
import { textBatches } from "./batch.js";
import { type ModelClass, modelClass } from "./models.js";
import { identityOfFiles, type ModelSource, parseSource, smallFile } from "./source.js";

/** Items of one call. */
const together = 16;
/** Pictures come at most this large; the model's own processor does the rest. */
const decoding = { width: 640, height: 640, fit: "inside" } as const;

/** What a model gives, by name: values and their shape. */
type Outputs = Readonly<
  Record<string, { readonly data: ArrayLike<number>; readonly dims: readonly number[] } | undefined>
>;

export const transformersEncoders: EncoderDefinition = {
  scheme: "transformers",
  form: "MODEL",
  about: "CLIP, SigLIP, sentence encoders and others of the hub (names as Xenova/all-MiniLM-L6-v2) or from a folder",
  isOutside: true,
  async open(rest, context) {
    const source = parseSource(rest);
    needPackages("encoders of transformers.js");
    try {
      return await load(source, context);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const [reason] = (error as Error).message.split("\n");
      throw new UserError(`encoder "${source.spec}": the model cannot be loaded: ${reason}`);
    }
  },
};

async function load(source: ModelSource, { material: wanted }: EncoderContext): Promise<Encoder> {
  const { model: name, isLocal, revision, dtype } = source;
  const hub = await import("@huggingface/transformers");
  Object.assign(hub.env, { cacheDir: source.cache, remoteHost: source.host, logLevel: hub.LogLevel.ERROR });
  const common = { revision, local_files_only: isLocal };
  const config = await hub.AutoConfig.from_pretrained(name, common);
  const type = String((config as { model_type?: unknown }).model_type);
  const material = wanted ?? (await onlyMaterial(source));
  const Model = hub[modelClass(type, material).name] as typeof hub.AutoModel;
  const model = await Model.from_pretrained(name, { ...common, dtype: dtype as "fp32", device: "cpu" });
  try {
    return await encoderOf(source, hub, model, material, modelClass(type, material));
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

type Hub = typeof import("@huggingface/transformers");

async function encoderOf(
  source: ModelSource,
  hub: Hub,
  model: InstanceType<Hub["PreTrainedModel"]>,
  material: Material,
  { file, outputs, padding }: ModelClass,
): Promise<Encoder> {
  const { spec, model: name, isLocal, revision } = source;
  const common = { revision, local_files_only: isLocal };
  const run = async (inputs: object): Promise<Outputs> => (await model(inputs)) as Outputs;
  const [pooling, isUnit] = [
    await poolingOf(source),
    isNormalized(await smallFile(source, "modules.json"), `encoder "${source.spec}": modules.json`),
  ];
  const rowsOf = (found: Outputs, count: number, mask?: ArrayLike<number | bigint>) => {
    const rows = embeddings(found, outputs, pooling, count, mask, spec);
    return isUnit ? rows.map(unit) : rows;
  };
  const release = async () => void (await model.dispose());
  const base = { spec, isCostly: true, release };
  const identity = (...inputs: string[]) => identityOfFiles(source, file, inputs, [pooling, isUnit]);
  if (material === "words") {
    const tokenizer = await hub.AutoTokenizer.from_pretrained(name, common);
    const batch = textBatches(tokenizer, padding, (values, shape) => new hub.Tensor("int64", values, shape));
    const some = async (texts: readonly string[]) => {
      const inputs = batch(texts);
      return rowsOf(await run(inputs), texts.length, inputs.attention_mask?.data as BigInt64Array | undefined);
    };
    const dimensions = (await some(["a"]))[0]!.length;
    const encode = (texts: readonly string[], signal?: AbortSignal) => inParts(texts, some, dimensions, signal);
    const own = await identity("tokenizer.json", "tokenizer_config.json");
    return { ...base, identity: own, material, dimensions, isSparse: false, captions: "mean", encode };
  }
  const processor = await hub.AutoImageProcessor.from_pretrained(name, common);
  const some = async (pictures: readonly Pixels[]) => {
    const images = pictures.map(({ data, width, height }) => new hub.RawImage(data, width, height, 3));
    return rowsOf(await run(await processor(images)), pictures.length);
  };
  const dimensions = (await some([{ width: 8, height: 8, data: new Uint8Array(192).fill(128) }]))[0]!.length;
  const encode = (pictures: readonly Pixels[], signal?: AbortSignal) => inParts(pictures, some, dimensions, signal);
  return { ...base, identity: await identity("preprocessor_config.json"), material, dimensions, decoding, encode };
}

/** What the model takes, where the caller does not say it. @throws UserError where it takes both pictures and texts. */
async function onlyMaterial(source: ModelSource) {
  const [tokenizer, processor] = [
    await smallFile(source, "tokenizer_config.json"),
    await smallFile(source, "preprocessor_config.json"),
  ];
  if ((tokenizer === undefined) === (processor === undefined)) {
    throw new UserError(`encoder "${source.spec}" is one of pictures and of words: say which it is for`);
  }
  return tokenizer === undefined ? "pictures" : "words";
}

async function inParts<T>(
  items: readonly T[],
  some: (items: readonly T[]) => Promise<readonly Float32Array[]>,
  dimensions: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const rows = new Float32Array(items.length * dimensions);
  for (let from = 0; from < items.length; from += together) {
    signal?.throwIfAborted();
    const found = await some(items.slice(from, from + together));
    for (const [i, row] of found.entries()) rows.set(row, (from + i) * dimensions);
  }
  return rows;
}

/** How tokens become one row; the spec's own word goes first. */
async function poolingOf(source: ModelSource): Promise<"mean" | "first" | undefined> {
  if (source.pooling !== undefined) return source.pooling;
  const name = "1_Pooling/config.json";
  return poolingMode(await smallFile(source, name), `encoder "${source.spec}": ${name}`);
}

function embeddings(
  found: Outputs,
  outputs: readonly string[],
  pooling: "mean" | "first" | undefined,
  count: number,
  mask: ArrayLike<number | bigint> | undefined,
  spec: string,
): Float32Array[] {
  const whole = outputs.map((name) => found[name]).find((output) => output?.dims.length === 2);
  const output = whole ?? found.last_hidden_state ?? found.token_embeddings;
  if (output === undefined || (output !== whole && output.dims.length !== 3)) {
    throw new UserError(`encoder "${spec}" gives ${Object.keys(found).join(", ")}, none of which is an embedding`);
  }
  const values = Float32Array.from(output.data);
  const each = values.length / count;
  const parts = Array.from({ length: count }, (_, i) => values.slice(i * each, (i + 1) * each));
  if (output === whole) return parts;
  if (pooling === undefined) {
    throw new UserError(
      `encoder "${spec}" gives a row for each token, and does not say what becomes of them: add ?pooling=mean or ?pooling=first`,
    );
  }
  const length = output.dims[1]!;
  const rowMask = (i: number) => mask && Array.from({ length }, (_, t) => mask[i * length + t]!);
  return parts.map((part, i) => pooled(part, output.dims[2]!, pooling, rowMask(i)));
}
