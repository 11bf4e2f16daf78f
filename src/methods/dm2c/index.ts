// DM2C: the definition, the class, the options.
export { DM2C, dm2c } from "./dm2c.js";
export type { Dm2cOptions } from "./options.js";
