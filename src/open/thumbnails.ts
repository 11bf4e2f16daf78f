// Small pictures for the search page: WebP files in an index folder, made from the pictures of a set.
import { dirname, join } from "node:path";
import type { MediaSet } from "../data/media/media-set.js";
import { thumbnail } from "../data/media/thumbnail.js";
import { UserError } from "../errors.js";
import { makeFolder, syncFolder, writeFileAtomic } from "../files.js";
import { thumbnailsFolder } from "../search/index/index-folder.js";

/** Pixels along the longer side. */
const SIDE = 256;
/** Pictures that are made at the same time, by sharp's threads. */
const AT_ONCE = 8;
/** Files in a folder. */
const TOGETHER = 1000;

/** Where the thumbnail of a sample is, below the thumbnails of an index. */
export function thumbnailName(row: number): string {
  return `${Math.floor(row / TOGETHER)}/${row}.webp`;
}

/** How it is followed and ended. */
interface Following {
  readonly signal?: AbortSignal;
  onProgress?(done: number, all: number): void;
}

/**
 * Writes a thumbnail for each picture that can be decoded. They can be made again at any time, and there are thousands: none is
 * synced by itself.
 */
export async function writeThumbnails(
  index: string,
  { pictures = [] }: Pick<MediaSet, "pictures">,
  { signal, onProgress }: Following,
): Promise<void> {
  const root = thumbnailsFolder(index);
  const folders = new Set<string>();
  const write = async (row: number) => {
    const path = pictures[row];
    const file = join(root, thumbnailName(row));
    if (path === undefined) return;
    const folder = dirname(file);
    if (!folders.has(folder)) makeFolder(folder);
    folders.add(folder);
    const bytes = await thumbnail(path, SIDE).catch((error: unknown) => {
      // One that cannot be decoded is shown by its words.
      if (!(error instanceof UserError)) throw error;
    });
    if (bytes) writeFileAtomic(file, bytes, { synced: false });
  };
  for (let start = 0; start < pictures.length; start += AT_ONCE) {
    signal?.throwIfAborted();
    const rows = Array.from({ length: Math.min(AT_ONCE, pictures.length - start) }, (_, i) => start + i);
    await Promise.all(rows.map(write));
    onProgress?.(start + rows.length, pictures.length);
  }
  for (const folder of folders) syncFolder(folder);
}
