// DM2C: what the registry of methods takes.
import type { MethodDefinition } from "../method.js";
import { DM2C } from "./dm2c.js";
import { type Dm2cOptions, dm2cOptions, dm2cPresets } from "./options.js";

export { DM2C, type Dm2cOptions, dm2cOptions, dm2cPresets };

export const dm2c: MethodDefinition<Dm2cOptions> = {
  name: "dm2c",
  title: "Deep Mixed-Modal Clustering",
  paper: "Jiang et al., NeurIPS 2019",
  tasks: ["clustering"],
  options: dm2cOptions,
  presets: dm2cPresets as Readonly<Record<string, Partial<Dm2cOptions>>>,
  create: (options, engine) => new DM2C(options, engine),
};
