// JSON files that come inside npm packages.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { UserError } from "../../../errors.js";
import { fileError } from "../../../files.js";
import { needPackages } from "../../../optional.js";

const require = createRequire(import.meta.url);

/**
 * A JSON file of an installed package, such as `emojibase-data/en/data.json`.
 * @throws UserError where the package or the file in it is missing.
 */
export async function readPackageJson<T>(file: string): Promise<T> {
  needPackages("the emoji data set");
  let path: string;
  try {
    path = require.resolve(file);
  } catch {
    throw new UserError(`${file}, which the emoji are made from, is not in its package: install that again`);
  }
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserError(`${path} is damaged: ${error.message}; install it again`);
    throw fileError(error, path, "read");
  }
}
