// Words of the command line that are no text: Node.js hands them on with signs replaced, and they would name other files.
import { readFileSync } from "node:fs";
import { UserError } from "../errors.js";

/** @throws UserError where a word is not UTF-8, as the names of files may be on Linux. */
export function checkArguments(args: readonly string[]): void {
  const odd = args.find((word) => word.includes("\ufffd"));
  if (odd === undefined || isUtf8(commandLine())) return;
  throw new UserError(`${odd}: not UTF-8; files and folders are opened by names in UTF-8 only: rename it`);
}

/** The bytes of this process's command line; none where the system does not tell. */
function commandLine(): Uint8Array {
  try {
    return readFileSync("/proc/self/cmdline");
  } catch {
    return new Uint8Array(0);
  }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Collects the values of a flag that may be given several times. */
export function several(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
