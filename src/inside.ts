// Files inside a run or index folder, which may be untrusted: links are not followed, and only plain files are opened.
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { isAbsolute, join, normalize, sep } from "node:path";
import { UserError } from "./errors.js";
import { fileError } from "./files.js";

/**
 * The path of a file or folder inside a folder, after a look at every part of it that is there. The folder itself may be a link: it
 * is the user's word.
 * @example
 * readRegular(inside(folder, "model", "image.onnx"))
 * @throws UserError where a part is a symbolic link, the path leads out of the folder, or there is a pipe or a device.
 */
export function inside(folder: string, ...parts: readonly string[]): string {
  const below = normalize(join(...parts));
  const steps = below.split(sep);
  if (steps[0] === ".." || isAbsolute(below)) throw new UserError(`${parts.join("/")} leads out of ${folder}`);
  let path = folder;
  for (const step of steps) {
    if (step === ".") continue;
    path = join(path, step);
    const found = look(path);
    if (found === undefined) break;
    if (found.isSymbolicLink()) {
      throw new UserError(`${path} is a symbolic link, and links inside such a folder are not followed`);
    }
    if (!found.isFile() && !found.isDirectory()) throw new UserError(`${path} is neither a plain file nor a folder`);
  }
  return join(folder, below);
}

function look(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw fileError(error, path, "read");
  }
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;

/**
 * Opens a plain file: no link, pipe or device. One that is written to has no second name (a hard link), whose file would change too.
 * @param flags of `node:fs`'s constants; default: to read.
 * @param options `follow`: the path is the user's own word and may be a link.
 * @returns its descriptor.
 * @throws UserError where there is no such file.
 */
export function openRegular(path: string, flags = O_RDONLY, { follow = false } = {}): number {
  const writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0;
  try {
    const file = openSync(path, flags | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
    const status = fstatSync(file);
    if (status.isFile() && !(writes && status.nlink > 1)) return file;
    closeSync(file);
    const reason = status.isFile()
      ? "it has a second name (a hard link), whose file would change too"
      : status.isDirectory()
        ? "it is a folder"
        : "it is not a plain file";
    throw new UserError(`${path} cannot be ${writes ? "written" : "read"}: ${reason}`);
  } catch (error) {
    throw fileError(error, path, writes ? "written" : "read");
  }
}

/**
 * The bytes of a plain file (see `openRegular`).
 * @param most bytes that it may have: its size is looked at before it is read.
 * @throws UserError where it cannot be read or is larger.
 */
export function readRegular(path: string, most = 2 ** 31 - 1, { follow = false } = {}): Buffer {
  const file = openRegular(path, O_RDONLY, { follow });
  try {
    const { size } = fstatSync(file);
    if (size > most) throw new UserError(`${path} has ${size} bytes, expected ${most} at most`);
    return readFileSync(file);
  } catch (error) {
    throw fileError(error, path, "read");
  } finally {
    closeSync(file);
  }
}
