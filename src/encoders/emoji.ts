// The encoders of the emoji data set: a maker's pictures, a language's names and keywords.
import {
  emojiImageFeatures,
  emojiTextFeatures,
  emojiVocabulary,
  imageDimensions,
  imageRecipe,
  type Language,
  languages,
  makers,
} from "../data/sets/emoji/index.js";
import { UserError } from "../errors.js";
import { wordsOf } from "./builtin/terms.js";
import type { EncoderDefinition } from "./encoder.js";
import { identityOf } from "./identity.js";

export const emojiEncoders: EncoderDefinition = {
  scheme: "emoji",
  form: "MAKER|LANGUAGE",
  about: `pictures as ${makers.join(", ")} draw them, words as those of emoji in ${languages.length} languages`,
  isOutside: false,
  async open(name) {
    const spec = `emoji:${name}`;
    if ((makers as readonly string[]).includes(name)) {
      return {
        spec,
        material: "pictures",
        dimensions: imageDimensions,
        identity: identityOf("emoji pictures", String(imageRecipe)),
        isCostly: true,
        decoding: "emoji",
        async encode(pictures) {
          const rows = new Float32Array(pictures.length * imageDimensions);
          for (const [i, { width, height, data }] of pictures.entries()) {
            rows.set(emojiImageFeatures({ width, height, pixels: data }), i * imageDimensions);
          }
          return rows;
        },
        release: async () => {},
      };
    }
    if (!(languages as readonly string[]).includes(name)) {
      throw new UserError(
        `there is no encoder "${spec.slice(0, 100)}"; the emoji data set has ${[...makers, ...languages].join(", ")}`,
      );
    }
    const language = name as Language;
    const { columns, idf } = await emojiVocabulary(language);
    const dimensions = idf.length;
    return {
      spec,
      material: "words",
      dimensions,
      identity: identityOf("emoji words", JSON.stringify([[...columns], [...idf]])),
      isCostly: false,
      isSparse: true,
      captions: "joined",
      knowsNone: (text) => !wordsOf(text).some((each) => columns.has(each)),
      async encode(texts) {
        const rows = new Float32Array(texts.length * dimensions);
        for (const [i, text] of texts.entries()) rows.set(await emojiTextFeatures(language, text), i * dimensions);
        return rows;
      },
      release: async () => {},
    };
  },
};
