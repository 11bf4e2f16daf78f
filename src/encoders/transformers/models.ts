// Which class of transformers.js and which output a kind of model has for pictures and for texts.
import type { Material } from "../encoder.js";

/** How a model is loaded, and what is taken of its outputs. */
export interface ModelClass {
  readonly name:
    | "CLIPTextModelWithProjection"
    | "CLIPVisionModelWithProjection"
    | "SiglipTextModel"
    | "SiglipVisionModel"
    | "AutoModel";
  /** Name of the file of weights. */
  readonly file: "text_model" | "vision_model" | "model";
  /** Outputs with one row for each item, the first that is there; `last_hidden_state` is pooled otherwise. */
  readonly outputs: readonly string[];
  /** SigLIP was trained with texts of one length. */
  readonly padding: true | "max_length";
}

/** @param type `model_type` of config.json. */
export function modelClass(type: string, material: Material): ModelClass {
  const isText = material === "words";
  const file = isText ? "text_model" : "vision_model";
  if (/^clip/.test(type) && !/^clipseg/.test(type)) {
    const name = isText ? "CLIPTextModelWithProjection" : "CLIPVisionModelWithProjection";
    return { name, file, outputs: [isText ? "text_embeds" : "image_embeds"], padding: true };
  }
  if (/^siglip/.test(type)) {
    return {
      name: isText ? "SiglipTextModel" : "SiglipVisionModel",
      file,
      outputs: ["pooler_output"],
      padding: "max_length",
    };
  }
  const outputs = isText ? ["sentence_embedding", "text_embeds"] : ["image_embeds", "pooler_output"];
  return { name: "AutoModel", file: "model", outputs, padding: true };
}
