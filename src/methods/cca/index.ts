// CCA: the definition, the class, the options.
export { CCA, cca } from "./cca.js";
export type { CcaOptions } from "./options.js";
