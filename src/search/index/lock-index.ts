// One process at a time has the files of an index: the others get a message that says how to search it all the same.
import { lockFolder } from "../../runs/lock.js";

/** Takes the folder of a store for this process; see `lockFolder`. */
export function lockIndex(folder: string): () => void {
  return lockFolder(
    folder,
    "index",
    ": if it is a server (vantage serve), query it over HTTP; otherwise wait for it or stop it",
  );
}
