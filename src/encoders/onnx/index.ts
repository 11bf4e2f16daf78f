// Encoders of pictures and texts from ONNX files: `onnx:FILE`.
import { resolve } from "node:path";
import { EncoderFile } from "../../core/onnx/encoder-file.js";
import { sharedEngine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import type { EncoderDefinition } from "../encoder.js";
import { identityOf } from "../identity.js";
import { isNormalized, mostTokens, poolingMode } from "../sentence-transformers.js";
import { jsonBeside, modelBytes } from "./files.js";
import { pictureModel } from "./pictures.js";
import { preprocessingBySettings, preprocessingOf } from "./preprocessor.js";
import { readModelSettings } from "./settings.js";
import { textModel } from "./texts.js";

export const onnxEncoders: EncoderDefinition = {
  scheme: "onnx",
  form: "FILE",
  about:
    "a model of pictures (preprocessor_config.json beside it) or texts (tokenizer.json), or a YAML file of its name",
  isOutside: true,
  async open(rest, { engine: given }) {
    // By its whole path, so that an index knows it from any folder.
    const path = resolve(rest);
    const bytes = modelBytes(path);
    const file = EncoderFile.readAnyRank(bytes, path);
    const own = readModelSettings(path);
    const isText = file.inputs.some(({ name }) => name === "input_ids");
    const beside = (name: string) => (isText ? jsonBeside(path, name) : undefined);
    const [poolingFile, modules] = [beside("1_Pooling/config.json"), beside("modules.json")];
    const pooling = own.pooling ?? poolingMode(poolingFile?.content, poolingFile?.path ?? "");
    const length = beside("sentence_bert_config.json");
    const tokens = own.tokens ?? mostTokens(length?.content, length?.path ?? "");
    const settings = { ...own, ...(pooling && { pooling }), ...(tokens && { tokens }) };
    const isUnit = isNormalized(modules?.content, modules?.path ?? "");
    const description = jsonBeside(path, isText ? "tokenizer.json" : "preprocessor_config.json");
    const config = isText ? jsonBeside(path, "tokenizer_config.json")?.content : undefined;
    if (!isText && file.inputs.length !== 1) {
      const names = file.inputs.map(({ name }) => name).join(", ");
      throw new UserError(`${path} takes ${names || "nothing"}, expected pictures, or input_ids of texts`);
    }
    if (isText && description === undefined) throw new UserError(`${path}: there is no tokenizer.json beside it`);
    const preprocessing = isText
      ? undefined
      : (preprocessingBySettings(settings) ?? (description && preprocessingOf(description.content, description.path)));
    if (!isText && preprocessing === undefined) {
      throw new UserError(
        `${path}: there is no preprocessor_config.json beside it, and no ${path.replace(/\.onnx$/i, ".yaml")} with a size`,
      );
    }
    const engine = given ?? (await sharedEngine());
    const described = [settings, description?.content, config, ...(isUnit ? ["unit"] : [])];
    const identity = identityOf("onnx 1", bytes, JSON.stringify(described));
    const session = await engine.load(file.bytes()).catch((error: Error) => {
      throw new UserError(`${path} cannot be used: ${error.message}`);
    });
    const opened = { spec: `onnx:${path}`, path, file, settings, session, identity };
    try {
      if (preprocessing !== undefined) return pictureModel(opened, preprocessing);
      const content = description!.content as Record<string, unknown>;
      const files = { path: description!.path, tokenizer: content, config: (config ?? {}) as Record<string, unknown> };
      return await textModel(opened, files, isUnit);
    } catch (error) {
      await session.release();
      throw error;
    }
  },
};
