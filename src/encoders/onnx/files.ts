// The files of an encoder: the model, and what says beside it how pictures and texts become its inputs.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../errors.js";
import { readRegular } from "../../inside.js";
import { parseJson } from "../../json.js";

/** A longer description is not read; tokenizers of many languages have some 20 MB. */
const mostBytes = 2 ** 26;

/** A JSON file of that name beside the model, or in the folder above where the model is in a folder `onnx`, as on the hub. */
export function jsonBeside(
  model: string,
  name: string,
): { readonly path: string; readonly content: unknown } | undefined {
  const path = fileBeside(model, name);
  if (path === undefined) return undefined;
  return { path, content: parseJson(readRegular(path, mostBytes, { follow: true }).toString("utf8"), path) };
}

/** The path of a file beside the model, where it is there. */
export function fileBeside(model: string, name: string): string | undefined {
  const own = dirname(model);
  return [join(own, name), join(own, "..", name)].find((path) => existsSync(path));
}

/** The bytes of the model. @throws UserError where it is missing or no plain file. */
export function modelBytes(path: string): Buffer {
  if (!existsSync(path)) throw new UserError(`encoder "onnx:${path}": no such file`);
  return readRegular(path, undefined, { follow: true });
}
