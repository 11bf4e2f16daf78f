// DCHN: the definition, the class, the options.
export { DCHN, dchn } from "./dchn.js";
export type { DchnOptions } from "./options.js";
