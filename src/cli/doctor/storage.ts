// Where files are written: the cache of data sets and features, and the folder that runs go to.
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { cacheFolder } from "../../data/cache.js";
import { type Check, formatBytes } from "./check.js";

/** Too little for a data set and its run. */
const little = 1e9;

/** Whether the cache can be written, how large it is, and what is free beside it. */
export function checkCache(): Check {
  const folder = cacheFolder();
  const size = sizeOf(folder);
  const own = `${folder}, ${size === 0 ? "empty" : formatBytes(size)}`;
  return checkFolder("cache", folder, own, "set VANTAGE_CACHE to a writable folder", { size });
}

/** Whether runs can be written here. */
export function checkHere(): Check {
  return checkFolder("this folder", resolve("."), resolve("."), "give --out, or change to another folder", {});
}

function checkFolder(name: string, folder: string, text: string, advice: string, figures: object): Check {
  const place = existing(folder);
  const isWritable = canWrite(place);
  const free = freeBytes(place);
  const found = { folder, isWritable, free, ...figures };
  const space = free === undefined ? "" : `, ${formatBytes(free)} free`;
  if (!isWritable) return { name, state: "missing", text: `${text}: cannot be written: ${advice}`, found };
  if (free !== undefined && free < little) return { name, state: "missing", text: `${text}${space}: little`, found };
  return { name, state: "ok", text: `${text}${space}`, found };
}

/** The folder, or the nearest above it that is there. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function sizeOf(folder: string): number {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const sizes = entries.map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size);
    return sizes.reduce<number>((sum, size = 0) => sum + size, 0);
  } catch {
    return 0;
  }
}
