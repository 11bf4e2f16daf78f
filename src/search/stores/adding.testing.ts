// A process that adds items until it is killed, and writes the number of each add that was acknowledged.
// Arguments: a URL or a folder, the index's name, the prefix of its ids.

import { addedItems } from "./kill.testing.js";
import { openPgliteStore } from "./postgres/pglite.js";
import { openPostgresStore } from "./postgres/server.js";

const [place, name, prefix] = process.argv.slice(2) as [string, string, string];
const store = place.includes("://")
  ? await openPostgresStore({ url: place, name })
  : await openPgliteStore({ folder: place, name });
for (let turn = 0; ; turn++) {
  await store.add(addedItems(prefix, turn, store.space));
  process.stdout.write(`${turn}\n`);
}
