// A folder as a set of pictures with words: one of the forms that published sets come in, or any folder of pictures.
import { readHashingFiles } from "./known/hashing-files.js";
import { readMirflickr } from "./known/mirflickr.js";
import { listPictures } from "./listing.js";
import type { MediaSet } from "./media-set.js";
import { type MediaOptions, mediaOfListing } from "./picture-folder.js";

/**
 * Reads a folder of pictures with words, recognized by what is in it: index.mat, caption.mat and label.mat beside pictures, MIRFLICKR's
 * own folders, or pictures with a table or nothing else (`readPictureFolder`). Who names a file of captions has it read.
 * @throws UserError and AmbiguousDataError as `readPictureFolder`.
 */
export async function readMedia(folder: string, options: MediaOptions = {}): Promise<MediaSet> {
  const listing = await listPictures(folder, options);
  if (options.captions !== undefined) return mediaOfListing(listing, options);
  return (
    (await readHashingFiles(listing)) ??
    (await readMirflickr(listing, options)) ??
    (await mediaOfListing(listing, options))
  );
}
