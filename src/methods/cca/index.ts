// CCA: what the registry of methods takes.
import type { MethodDefinition } from "../method.js";
import { CCA } from "./cca.js";
import { type CcaOptions, ccaOptions } from "./options.js";

export { CCA, type CcaOptions, ccaOptions };

export const cca: MethodDefinition<CcaOptions> = {
  name: "cca",
  title: "Canonical Correlation Analysis, the linear baseline",
  paper: "Hotelling, Biometrika 1936; several views: Kettenring, Biometrika 1971",
  tasks: ["clustering", "classification", "retrieval"],
  options: ccaOptions,
  create: (options, engine) => new CCA(options, engine),
};
