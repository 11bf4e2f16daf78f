// Names of exported models, which become names of files.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Bytes of a file's name that most systems allow, less what stands around it. */
const longest = 100;

/**
 * A view's name as the name of its model. Where the view's cannot be a file's, or is that of the model of all views, a hash of it
 * is behind it, so that views that differ have models that do.
 *
 * @example modelName("text") // "text"
 * @example modelName("a/b") // "a-b-c14cddc0"
 */
export function modelName(view: string): string {
  const bytes = new TextEncoder().encode(view);
  const plain = view.replaceAll(/[^\p{L}\p{N}_.-]+/gu, "-");
  const isFit = plain === view && /^[\p{L}\p{N}_]/u.test(view) && bytes.length <= longest;
  if (isFit && view !== "representation") return view;
  const hash = bytesToHex(sha256(bytes)).slice(0, 8);
  const start = [...plain.replace(/^[.-]+/, "")].slice(0, longest / 4).join("");
  return start === "" ? `view-${hash}` : `${start}-${hash}`;
}
