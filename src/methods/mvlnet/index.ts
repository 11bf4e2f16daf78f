// MvLNet: what the registry of methods takes.
import type { MethodDefinition } from "../method.js";
import { MvLNet } from "./mvlnet.js";
import { type MvlnetOptions, mvlnetOptions, mvlnetPresets } from "./options.js";

export { MvLNet, type MvlnetOptions, mvlnetOptions, mvlnetPresets };

export const mvlnet: MethodDefinition<MvlnetOptions> = {
  name: "mvlnet",
  title: "Multi-view Laplacian Network",
  paper: "Huang et al., TIP 2021, doi 10.1109/TIP.2021.3083072",
  tasks: ["clustering", "classification", "retrieval"],
  options: mvlnetOptions,
  presets: mvlnetPresets as Readonly<Record<string, Partial<MvlnetOptions>>>,
  create: (options, engine) => new MvLNet(options, engine),
};
