// Where a model of the hub comes from: a folder, or the hub through a cache; its small files, and the identity of what was loaded.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cacheFolder } from "../../data/cache.js";
import { UserError } from "../../errors.js";
import { writeFileAtomic } from "../../files.js";
import { readRegular } from "../../inside.js";
import { parseJson } from "../../json.js";
import { identityOf } from "../identity.js";

const hub = "https://huggingface.co/";
/** Bytes of a small file. */
const mostBytes = 2 ** 20;

/** A model as a spec names it. */
export interface ModelSource {
  readonly spec: string;
  /** Path of a folder, or name on the hub. */
  readonly model: string;
  readonly isLocal: boolean;
  readonly revision: string;
  readonly dtype: string;
  readonly pooling: "mean" | "first" | undefined;
  /** Address of the hub: $HF_ENDPOINT, or huggingface.co. */
  readonly host: string;
  /** Where files of the hub are kept. */
  readonly cache: string;
}

/** How the files of weights of each type of numbers end. */
const endings: Readonly<Record<string, string>> = {
  ...{
    fp32: "",
    fp16: "_fp16",
    q8: "_quantized",
    int8: "_int8",
    uint8: "_uint8",
    q4: "_q4",
    q4f16: "_q4f16",
    bnb4: "_bnb4",
  },
};

/** @throws UserError where the name or an option is invalid. */
export function parseSource(rest: string): ModelSource {
  const [name, ...query] = rest.split("?");
  const options = new URLSearchParams(query.join("?"));
  const spec = (model: string) => `transformers:${model}${query.length > 0 ? `?${query.join("?")}` : ""}`;
  const known = ["pooling", "dtype", "revision"];
  const odd = [...options.keys()].find((key) => !known.includes(key));
  if (odd !== undefined)
    throw new UserError(`encoder "${spec(name!)}": no option "${odd}"; there are ${known.join(", ")}`);
  const isLocal = existsSync(name!);
  if (isLocal && !statSync(name!).isDirectory())
    throw new UserError(`encoder "${spec(name!)}": expected a folder as the hub has it`);
  if (!isLocal && !/^[\w.-]+(?:\/[\w.-]+)?$/.test(name!)) {
    throw new UserError(
      `encoder "${spec(name!).slice(0, 200)}": neither a folder nor a name of the hub, such as Xenova/clip-vit-base-patch32`,
    );
  }
  const pooling = options.get("pooling") ?? undefined;
  if (pooling !== undefined && pooling !== "mean" && pooling !== "first") {
    throw new UserError(`encoder "${spec(name!)}": pooling=${pooling}: expected mean or first`);
  }
  const dtype = options.get("dtype") ?? "fp32";
  if (!Object.hasOwn(endings, dtype)) {
    throw new UserError(`encoder "${spec(name!)}": dtype=${dtype}: expected ${Object.keys(endings).join(", ")}`);
  }
  // By its whole path, so that an index knows it from any folder.
  const model = isLocal ? resolve(name!) : name!;
  return {
    ...{ spec: spec(model), model, isLocal, revision: options.get("revision") ?? "main", dtype, pooling },
    host: (process.env.HF_ENDPOINT || hub).replace(/\/?$/, "/"),
    cache: join(cacheFolder(), "transformers"),
  };
}

/** The folder that holds the files that were loaded. */
function folderOf({ model, isLocal, revision, cache }: ModelSource): string {
  if (isLocal) return model;
  return revision === "main" ? join(cache, model) : join(cache, model, revision);
}

/** A small JSON file of the model; undefined where it has none. @throws UserError where the hub cannot be reached. */
export async function smallFile(source: ModelSource, name: string): Promise<unknown> {
  const path = join(folderOf(source), name);
  if (!existsSync(path)) {
    if (source.isLocal) return undefined;
    const { host, model, revision, spec } = source;
    const url = `${host}${model}/resolve/${encodeURIComponent(revision)}/${name}`;
    let text: string;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
      if (!response.ok) {
        await response.body?.cancel();
        if (response.status === 404) return undefined;
        throw new Error(`status ${response.status}`);
      }
      text = await response.text();
    } catch (error) {
      throw new UserError(`encoder "${spec}": ${name} cannot be read from the hub: ${(error as Error).message}`);
    }
    const content = parseJson(text, url);
    writeFileAtomic(path, text);
    return content;
  }
  return parseJson(readRegular(path, mostBytes, { follow: true }).toString("utf8"), path);
}

/**
 * A digest of the weights and of what prepares their inputs, once all of it is loaded.
 * @param file name of the model without ending. @param inputs names of the files that say how inputs are prepared.
 */
export async function identityOfFiles(
  source: ModelSource,
  file: string,
  inputs: readonly string[],
  more: readonly unknown[],
): Promise<string> {
  const folder = folderOf(source);
  const digests: string[] = [];
  for (const name of [
    "config.json",
    ...inputs,
    `onnx/${file}${endings[source.dtype]}.onnx`,
    `onnx/${file}${endings[source.dtype]}.onnx_data`,
  ]) {
    const path = join(folder, name);
    digests.push(existsSync(path) ? `${name} ${await digestOf(path)}` : `${name} -`);
  }
  return identityOf("transformers 1", JSON.stringify([digests, more]));
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}
