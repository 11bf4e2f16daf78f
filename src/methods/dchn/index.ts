// DCHN: what the registry of methods takes.
import type { MethodDefinition } from "../method.js";
import { DCHN } from "./dchn.js";
import { type DchnOptions, dchnOptions, dchnPresets } from "./options.js";

export { DCHN, type DchnOptions, dchnOptions, dchnPresets };

export const dchn: MethodDefinition<DchnOptions> = {
  name: "dchn",
  title: "Decoupled Cross-View Hashing Network",
  paper: "Hu et al., TCYB 2021, doi 10.1109/TCYB.2020.3027614",
  tasks: ["retrieval"],
  options: dchnOptions,
  presets: dchnPresets,
  create: (options, engine) => new DCHN(options, engine),
};
