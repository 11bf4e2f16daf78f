// identity: the definition, the class, the options.
export { Identity, identity } from "./identity.js";
export type { IdentityOptions } from "./options.js";
