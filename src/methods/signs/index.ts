// signs: the definition, the class, the options.
export type { SignsOptions } from "./options.js";
export { Signs, signs } from "./signs.js";
