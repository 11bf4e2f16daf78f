// DJSRH: what the registry of methods takes.
import type { MethodDefinition } from "../method.js";
import { DJSRH } from "./djsrh.js";
import { type DjsrhOptions, djsrhOptions, djsrhPresets } from "./options.js";

export { DJSRH, type DjsrhOptions, djsrhOptions, djsrhPresets };

export const djsrh: MethodDefinition<DjsrhOptions> = {
  name: "djsrh",
  title: "Deep Joint-Semantics Reconstructing Hashing",
  paper: "Su, Zhong and Zhang, ICCV 2019",
  tasks: ["retrieval"],
  options: djsrhOptions,
  presets: djsrhPresets as Readonly<Record<string, Partial<DjsrhOptions>>>,
  create: (options, engine) => new DJSRH(options, engine),
};
