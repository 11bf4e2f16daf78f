// Where the data of a cell is on this machine, or what is needed.
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { cardFiles, shippedCards } from "../data/cards/index.js";
import { catalog } from "../data/catalog.js";

export interface FoundData {
  /** What `--data` takes. */
  readonly argument?: string;
  /** The file, where the data is one. */
  readonly path?: string;
  /** What is needed where the data is not there. */
  readonly missing?: string;
}

/**
 * Looks for data: sets of the catalog are made anywhere; a card's files are looked for in NAME below each place, then in
 * $VANTAGE_DATA/NAME; a file in each place.
 * @param places folders, the first that has the data wins.
 */
export function findData(data: string, places: readonly string[]): FoundData {
  const [name = "", ...rest] = data.split(":");
  if (catalog().some((entry) => entry.name === name)) return { argument: data };
  const card = shippedCards().find((each) => each.name === name);
  if (card === undefined) return findFile(data, places);
  const { VANTAGE_DATA } = process.env;
  const own = VANTAGE_DATA ? [join(VANTAGE_DATA, name)] : [];
  const folders = rest.length > 0 ? [rest.join(":")] : [...places.map((place) => join(place, name)), ...places, ...own];
  const files = cardFiles(card);
  const folder = folders.find((each) => files.every((file) => existsSync(join(each, file))));
  if (folder !== undefined) return { argument: `${name}:${resolve(folder)}` };
  const what = files.length > 1 ? "the files" : "the file";
  return { missing: `needs ${what} ${files.join(", ")} of ${name}${card.source ? ` (${card.source})` : ""}` };
}

function findFile(path: string, places: readonly string[]): FoundData {
  const found = places.map((place) => resolve(place, path)).find((each) => statSync(each, { throwIfNoEntry: false }));
  if (found === undefined) return { missing: `needs the file ${path}` };
  return statSync(found).isFile() ? { argument: found, path: found } : { argument: found };
}
