// Models in run folders, in a browser: there are none.
import { UserError } from "../errors.js";
import type * as files from "./saving.js";

function noFiles(): never {
  throw new UserError("a browser has no run folders: keep what state() gives, and pass it to restore()");
}

/** In a browser. @throws UserError always. */
export const saveModel: typeof files.saveModel = async () => noFiles();

/** In a browser. @throws UserError always. */
export const readModel: typeof files.readModel = noFiles;

/** In a browser. @throws UserError always. */
export const openWeights: typeof files.openWeights = noWeights;

/** In a browser. @throws UserError always. */
export const openPictureGraph: typeof files.openPictureGraph = noWeights;

function noWeights(): never {
  throw new UserError("a browser has no files of weights: fit where there are files, and restore() what state() gives");
}
