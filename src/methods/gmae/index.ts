// GMAE: the definition, the class, the options.
export { GMAE, gmae } from "./gmae.js";
export type { GmaeOptions } from "./options.js";
