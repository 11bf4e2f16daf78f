// Takes a run out of the folder of runs: its folder is moved into `.trash` beside it, where lists do not look, and can be moved back.
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";
import { inside } from "../../inside.js";
import { hasWriter, lockFolder } from "../../runs/lock.js";
import { MissingError } from "../../search/index/search-index.js";
import { runFolder } from "./run-names.js";

const trash = ".trash";

/** A process writes to the run. */
export class BusyRunError extends UserError {
  override readonly name: string = "BusyRunError";
  override readonly code: string = "ERR_BUSY";
}

/**
 * Moves a run into the trash.
 * @returns where it is now, below the folder of runs.
 * @throws MissingError where there is no such run; BusyRunError while a process writes to it; UserError where a link is on the way, or
 * the folder cannot be written.
 */
export function removeRun(folder: string, name: string): string {
  const own = runFolder(folder, name);
  if (own === undefined) throw new MissingError(`there is no run "${name}"`);
  const busy = () => new BusyRunError(`run "${name}" is in use: stop its training first`);
  if (hasWriter(own)) throw busy();
  let giveBack: () => void;
  try {
    giveBack = lockFolder(own);
  } catch (error) {
    // It may have begun to train between the look and the lock.
    if (hasWriter(own)) throw busy();
    throw error;
  }
  try {
    mkdirSync(inside(folder, trash), { recursive: true });
    // A run of the same name may have been removed before.
    const moment = new Date().toISOString().replaceAll(/[:.]/g, "-");
    const place = `${trash}/${name.replaceAll("/", "--")} ${moment}`;
    renameSync(own, join(inside(folder, trash), place.slice(trash.length + 1)));
    return place;
  } catch (error) {
    throw fileError(error, folder, "written");
  } finally {
    giveBack();
  }
}
