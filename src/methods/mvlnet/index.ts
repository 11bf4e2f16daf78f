// MvLNet: the definition, the class, the options.
export { MvLNet, mvlnet } from "./mvlnet.js";
export type { MvlnetOptions } from "./options.js";
