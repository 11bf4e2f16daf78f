// The encoders that come with the package.
import { UserError } from "../../errors.js";
import type { EncoderDefinition } from "../encoder.js";
import { pictureEncoder, pictureEncoders } from "./pictures.js";
import { wordEncoder, wordEncoders } from "./words.js";

const names = [...pictureEncoders, ...wordEncoders];

export const builtin: EncoderDefinition = {
  scheme: "builtin",
  form: names.join("|"),
  about: "features without any trained network or download; words are learned from the data's own texts",
  isOutside: false,
  async open(name, context) {
    if (pictureEncoders.includes(name)) return pictureEncoder(name);
    if (wordEncoders.includes(name)) return wordEncoder(name, context);
    throw new UserError(
      `there is no encoder "builtin:${name.slice(0, 100)}"; there are builtin:${names.join(", builtin:")}`,
    );
  },
};
