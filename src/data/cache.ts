// The cache of built data sets: files that can always be made again, checked before they are believed.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { UserError } from "../errors.js";
import { writeFileAtomic } from "../files.js";

/** $VANTAGE_CACHE, else `vantage` in $XDG_CACHE_HOME, else ~/.cache/vantage. */
export function cacheFolder(): string {
  const { VANTAGE_CACHE, XDG_CACHE_HOME } = process.env;
  if (VANTAGE_CACHE) return VANTAGE_CACHE;
  // The XDG base directory specification has relative paths ignored.
  const base = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), ".cache");
  return join(base, "vantage");
}

const digestBytes = 32;

/**
 * The bytes of a cache file (payload, then its SHA-256), or, where the file is missing, of another length or damaged, what
 * `build` gives, which is then stored. A cache that cannot be read or written costs time only: `onNote` receives the reason.
 * @param name file name inside the cache folder; it must tell apart everything that the bytes depend on.
 * @param bytes length of the payload.
 */
export async function cached(
  name: string,
  bytes: number,
  build: () => Promise<Uint8Array>,
  onNote: (note: string) => void = () => {},
): Promise<Uint8Array> {
  const path = join(cacheFolder(), name);
  const stored = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") onNote(`${path} cannot be read (${error.code}): building it again`);
  });
  if (stored) {
    const payload = stored.subarray(0, -digestBytes);
    if (payload.length === bytes && digest(payload).equals(stored.subarray(-digestBytes))) return payload;
    onNote(`${path} is damaged: building it again`);
  }
  const built = await build();
  if (built.length !== bytes)
    throw new RangeError(`cached: "${name}" was built with ${built.length} bytes, not ${bytes}`);
  try {
    writeFileAtomic(path, [built, digest(built)]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onNote(`not cached: ${error.message}`);
  }
  return built;
}

function digest(payload: Uint8Array): Buffer {
  return createHash("sha256").update(payload).digest();
}
