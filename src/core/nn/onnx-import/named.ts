// Errors of tensors and files as one that names the model.
import { UserError } from "../../../errors.js";
import { GraphError } from "../../tensor/index.js";

/** Does the work. @throws UserError that begins with the path, for what is wrong with the model. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphError) throw new UserError(`${path}: ${error.message}`);
    if (!(error instanceof UserError) || error.message.startsWith(`${path}: `)) throw error;
    throw new UserError(`${path}: ${error.message}`);
  }
}
