// DJSRH: the definition, the class, the options.
export { DJSRH, djsrh } from "./djsrh.js";
export type { DjsrhOptions } from "./options.js";
