// lsh: the definition, the class, the options.
export { LSH, lsh } from "./lsh.js";
export type { LshOptions } from "./options.js";
