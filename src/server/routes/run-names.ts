// Which run folders there are: under one folder, and one further down, such as `bits-64` of a training at several lengths.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { inside } from "../../inside.js";

/** Names of all runs. */
export function runNames(folder: string): string[] {
  return subfolders(folder).flatMap((name) => {
    if (isRun(join(folder, name))) return [name];
    return subfolders(join(folder, name))
      .map((inner) => `${name}/${inner}`)
      .filter((inner) => isRun(join(folder, inner)));
  });
}

/**
 * The folder of a run; undefined where `runNames` would not give the name.
 * @throws UserError where it is reached by a link.
 */
export function runFolder(folder: string, name: string): string | undefined {
  const parts = name.split("/");
  if (parts.length > 2 || parts.some((part) => part === "" || part.startsWith(".") || /[\\\p{Cc}]/u.test(part))) {
    return undefined;
  }
  if (parts.length === 2 && isRun(join(folder, parts[0]!))) return undefined;
  return isRun(join(folder, ...parts)) ? inside(folder, ...parts) : undefined;
}

function subfolders(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
  } catch {
    return [];
  }
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, "config.yaml"));
}
