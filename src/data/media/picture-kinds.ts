// What kind of picture a file is, by its first bytes: names prove nothing.

/** The kinds of pictures that are decoded. */
export type PictureKind = "jpeg" | "png" | "webp" | "avif" | "gif" | "tiff" | "svg";

/** Endings of the names of such files, in lower case. */
export const pictureEndings: ReadonlySet<string> = new Set(
  "jpg jpeg jpe jfif png webp avif gif tif tiff svg".split(" ").map((ending) => `.${ending}`),
);

/** Bytes from the beginning of a file that `pictureKind` and `otherKind` look at. */
export const sniffed = 4096;

/** The kind of a picture, undefined where it is none of those that are decoded. @param start the file's first bytes. */
export function pictureKind(start: Uint8Array): PictureKind | undefined {
  const text = latin1(start);
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) return "webp";
  if (/^GIF8[79]a/.test(text)) return "gif";
  if (/^(?:II\*\0|MM\0\*|II\+\0|MM\0\+)/.test(text)) return "tiff";
  if (brands(text).some((brand) => brand === "avif" || brand === "avis")) return "avif";
  return isSvg(start) ? "svg" : undefined;
}

/** What a file is that is no such picture, for a message. */
export function otherKind(start: Uint8Array): string {
  const text = latin1(start);
  if (text === "") return "empty";
  const found = others.find(([beginning]) => text.startsWith(beginning));
  if (found) return found[1];
  if (brands(text).some((brand) => /^(?:hei|hev|mif1|msf1)/.test(brand)))
    return "a HEIC picture; save it as JPEG or PNG";
  if (text.startsWith("ftyp", 4)) return "a video";
  return /[^\t\n\f\r\P{Cc}\x80-\x9f]/u.test(text) ? "no picture" : "text, not a picture";
}

const others: readonly (readonly [string, string])[] = [
  ["BM", "a BMP picture; save it as PNG"],
  ["8BPS", "a Photoshop picture; save it as PNG"],
  ["\xff\x0a", "a JPEG XL picture; save it as JPEG or PNG"],
  ["\0\0\0\x0cJXL ", "a JPEG XL picture; save it as JPEG or PNG"],
  ["\0\0\0\x0cjP  ", "a JPEG 2000 picture; save it as JPEG or PNG"],
  ["\0\0\x01\0", "an icon file (ICO); save it as PNG"],
  ["%PDF", "a PDF document"],
  ["%!PS", "a PostScript file"],
  ["\x1f\x8b", "compressed (gzip); unpack it first"],
  ["PK\x03\x04", "a zip archive; unpack it first"],
  ["version https://git-lfs", "a Git LFS pointer; run git lfs pull"],
];

/** The brands in the first box of an ISO media file (AVIF, HEIC, MP4). */
function brands(text: string): string[] {
  if (!text.startsWith("ftyp", 4)) return [];
  const length = Math.min(text.length, (text.charCodeAt(2) << 8) | text.charCodeAt(3), 256);
  return Array.from({ length: Math.max(0, (length - 8) >> 2) }, (_, i) => text.slice(8 + 4 * i, 12 + 4 * i));
}

/** Comments, and definitions of entities, which may hold elements. */
const beforeRoot = /<!--[\s\S]*?(?:-->|$)|<!ENTITY[^>"']*(?:"[^"]*"|'[^']*')/g;

/** An SVG begins with an <svg> element, after a declaration, a doctype and comments. */
function isSvg(start: Uint8Array): boolean {
  const wide = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  const text = new TextDecoder(wide ? (start[0] === 0xff ? "utf-16le" : "utf-16be") : "utf-8").decode(
    start.subarray(0, sniffed),
  );
  if (!/^\s*</.test(text)) return false;
  const first = /<([A-Za-z_][\w.-]*:)?([A-Za-z][\w.-]*)/.exec(text.replaceAll(beforeRoot, ""));
  return first?.[2] === "svg";
}

function latin1(start: Uint8Array): string {
  return Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, sniffed)).toString("latin1");
}
