// A picture that was dropped, pasted or chosen, as what the server reads: PNG or SVG in base64.

/** Longest side that is sent; what features are made from is smaller. */
const maxSide = 1024;
const maxBytes = 5_000_000;

/** @throws Error in one line for what is no picture. */
export async function readPicture(file: Blob): Promise<string> {
  const isSvg = file.type === "image/svg+xml";
  if (isSvg && file.size > maxBytes) throw new Error("this SVG is larger than 5 MB");
  if (isSvg) return base64(file);
  if (!file.type.startsWith("image/")) throw new Error("this is not a picture: PNG, JPEG, WebP and SVG are read");
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error("this picture cannot be read: PNG, JPEG, WebP and SVG are");
  });
  const scale = Math.min(1, maxSide / Math.max(picture.width, picture.height));
  if (file.type === "image/png" && scale === 1 && file.size <= maxBytes) return base64(file);
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(picture.width * scale)),
    Math.max(1, Math.round(picture.height * scale)),
  );
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return base64(await canvas.convertToBlob({ type: "image/png" }));
}

async function base64(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** Address that an <img> shows it by: PNG begins with a sign of its own, the rest is SVG. */
export function pictureAddress(picture: string): string {
  return `data:image/${picture.startsWith("iVBORw0KGgo") ? "png" : "svg+xml"};base64,${picture}`;
}

/** The first picture of what was dropped or pasted. */
export function pictureIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => type.startsWith("image/")) ?? data?.files[0];
}
