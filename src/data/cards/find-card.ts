// Which card is meant: a YAML file, a folder, or the name of a card that comes with the package.
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../errors.js";
import { inside } from "../../inside.js";
import { type Card, cardFiles, readCard } from "./card.js";

/** A card and the folder that its files lie in. */
export interface PlacedCard {
  readonly card: Card;
  readonly folder: string;
  /** Whether the card came with the files: it may be untrusted, and links among them are not followed. */
  readonly cameWithFiles: boolean;
}

const shippedFolder = fileURLToPath(new URL("../../../src/data/cards/", import.meta.url));
const isYaml = (file: string): boolean => [".yaml", ".yml"].includes(extname(file).toLowerCase());
let shipped: readonly Card[] | undefined;

/** The cards that come with the package, by name. */
export function shippedCards(): readonly Card[] {
  shipped ??= readdirSync(shippedFolder)
    .filter(isYaml)
    .sort()
    .map((file) => readCard(join(shippedFolder, file)));
  return shipped;
}

/** A card of the package, and what its folder still lacks. */
export interface CardState {
  readonly card: Card;
  /** Where a name alone is looked for: $VANTAGE_DATA/NAME; undefined where that variable is not set. */
  readonly folder: string | undefined;
  /** Files of the card that are not in the folder: all of them where there is none. */
  readonly missing: readonly string[];
}

/** The cards that come with the package, by name, and which of their files are at hand. */
export function cardStates(): readonly CardState[] {
  const { VANTAGE_DATA } = process.env;
  return shippedCards().map((card) => {
    const folder = VANTAGE_DATA ? join(VANTAGE_DATA, card.name) : undefined;
    const missing = cardFiles(card).filter((file) => folder === undefined || !existsSync(join(folder, file)));
    return { card, folder, missing };
  });
}

/**
 * The card that a text stands for: the path of a YAML file, whose folder has the data; a folder with a card, or with the files
 * of one card of the package; NAME:FOLDER, or NAME alone for $VANTAGE_DATA/NAME. Undefined where it is none of these.
 * @throws UserError where a card is meant and cannot be used.
 */
export function findCard(text: string): PlacedCard | undefined {
  const [name = "", ...rest] = text.split(":");
  const card = shippedCards().find((each) => each.name === name);
  if (card) return { card, folder: rest.length > 0 ? rest.join(":") : folderByName(card), cameWithFiles: false };
  if (!existsSync(text)) return undefined;
  if (statSync(text).isDirectory()) return cardInFolder(text);
  return isYaml(text) ? { card: readCard(text), folder: dirname(text), cameWithFiles: true } : undefined;
}

function folderByName(card: Card): string {
  const { VANTAGE_DATA } = process.env;
  const from = card.source === undefined ? "" : ` (from ${card.source})`;
  const what = `${card.name}${from} does not come with the package`;
  const how = `put ${cardFiles(card).join(", ")} into a folder and open ${card.name}:FOLDER`;
  if (!VANTAGE_DATA) throw new UserError(`${what}: ${how}, or $VANTAGE_DATA/${card.name} with the name alone`);
  const folder = join(VANTAGE_DATA, card.name);
  if (!existsSync(folder)) throw new UserError(`${what} and there is no folder ${folder}: ${how}, or make that folder`);
  return folder;
}

/** Whether a folder is one of a card: it has one, or all files of a card of the package. */
export function isCardFolder(folder: string): boolean {
  return readdirSync(folder).some(isYaml) || fittingCards(folder).length > 0;
}

function fittingCards(folder: string): Card[] {
  return shippedCards().filter((card) => cardFiles(card).every((file) => existsSync(join(folder, file))));
}

function cardInFolder(folder: string): PlacedCard | undefined {
  const own = readdirSync(folder).filter(isYaml).sort();
  if (own.length > 1) throw new UserError(`${folder} has several cards (${own.join(", ")}): open one of them`);
  if (own.length === 1) return { card: readCard(inside(folder, own[0]!)), folder, cameWithFiles: true };
  const fitting = fittingCards(folder);
  if (fitting.length === 0) {
    throw new UserError(
      `${folder} is a folder without a dataset card, and its files are of no card that comes with the package; docs/dataset-cards.md says how to write one`,
    );
  }
  if (fitting.length > 1) {
    throw new UserError(
      `${folder} has the files of ${fitting.map((card) => card.name).join(" and ")}; open ${fitting[0]!.name}:${folder} or the other`,
    );
  }
  return { card: fitting[0]!, folder, cameWithFiles: false };
}
