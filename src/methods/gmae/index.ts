// GMAE: what the registry of methods takes.
import type { MethodDefinition } from "../method.js";
import { GMAE } from "./gmae.js";
import { type GmaeOptions, gmaeOptions } from "./options.js";

export { GMAE, type GmaeOptions, gmaeOptions };

export const gmae: MethodDefinition<GmaeOptions> = {
  name: "gmae",
  title: "Generalized Multi-view Auto-Encoder",
  paper: "Zou et al., TPAMI 2026, doi 10.1109/TPAMI.2026.3687339",
  tasks: ["clustering", "classification"],
  options: gmaeOptions,
  create: (options, engine) => new GMAE(options, engine),
};
