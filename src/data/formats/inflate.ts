// Decompression that never yields more than the compressed bytes can honestly hold.
import { constants, inflateRawSync, inflateSync } from "node:zlib";
import type { UserError } from "../../errors.js";

/** DEFLATE cannot shrink below one byte for 1032; what claims more is false. */
export const deflateLimit = 1032;
const suspiciousSize = 2 ** 29;
const suspiciousRatio = 400;

/**
 * Says whether so many bytes may come out of `packed` compressed ones: never more than DEFLATE can do, and beyond half a
 * gibibyte no more than 400 times, which no real data reaches and decompression bombs need.
 */
function plausiblyInflates(packed: number, unpacked: number): boolean {
  return unpacked <= packed * deflateLimit && (unpacked <= suspiciousSize || unpacked <= packed * suspiciousRatio);
}

/**
 * Decompresses to exactly `length` bytes.
 * @throws UserError (made by `complain`) where the stream is corrupt, ends early, holds more, or claims too much.
 */
export function inflateExactly(
  packed: Uint8Array,
  length: number,
  wrapper: "zlib" | "raw",
  complain: (what: string) => UserError,
): Uint8Array {
  const bytes = inflateAtMost(packed, length, wrapper, complain);
  if (bytes.length !== length) throw complain(`compressed data of ${bytes.length} bytes where ${length} are claimed`);
  return bytes;
}

/** Decompresses a whole stream, which may hold fewer bytes than `length` but not more. @throws UserError as `inflateExactly`. */
export function inflateAtMost(
  packed: Uint8Array,
  length: number,
  wrapper: "zlib" | "raw",
  complain: (what: string) => UserError,
): Uint8Array {
  if (!plausiblyInflates(packed.length, length)) {
    throw complain(`${packed.length} compressed bytes claim to hold ${length}`);
  }
  try {
    const inflate = wrapper === "zlib" ? inflateSync : inflateRawSync;
    const chunkSize = Math.min(Math.max(length, 1024), 2 ** 26);
    return inflate(packed, { maxOutputLength: Math.max(1, length), chunkSize });
  } catch (error) {
    throw complain(`compressed data that cannot be read (${reason(error)})`);
  }
}

/** The first bytes (at most a hundred) of a zlib stream, fewer where it breaks before. */
export function inflateStart(packed: Uint8Array, length: number): Uint8Array {
  try {
    const start = inflateSync(packed.subarray(0, 2048), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 2 ** 22,
    });
    return start.subarray(0, length);
  } catch {
    return new Uint8Array(0);
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ERR_BUFFER_TOO_LARGE" ? "more bytes than claimed" : String(code ?? (error as Error).message);
}
