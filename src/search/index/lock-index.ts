// One process at a time has the files of an index: the others get a message that says how to search it all the same.
import { lockFolder } from "../../runs/lock.js";

/** Takes the folder of a store for this process; see `lockFolder`. */
export function lockIndex(folder: string): () => void {
  return lockFolder(
    folder,
    "index",
    ": ask it over HTTP if it is a server (vantage serve), else wait for it or end it",
  );
}
