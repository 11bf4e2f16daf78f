// itq: the definition, the class, the options.
export { ITQ, itq } from "./itq.js";
export type { ItqOptions } from "./options.js";
