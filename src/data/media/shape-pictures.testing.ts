// Folders of small drawn pictures with captions that name shape, color and place, for tests.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

export const shapes: Record<string, string> = {
  circle: '<circle cx="0" cy="0" r="12"/>',
  square: '<rect x="-11" y="-11" width="22" height="22"/>',
  triangle: '<path d="M0 -13L13 11H-13z"/>',
  cross: '<path d="M-4 -13H4V-4H13V4H4V13H-4V4H-13V-4H-4z"/>',
};
export const colors: Record<string, string> = {
  red: "#e02020",
  green: "#20a040",
  blue: "#2040e0",
  yellow: "#f0d010",
  black: "#101010",
};
const places: Record<string, [number, number]> = { left: [18, 32], right: [46, 32], top: [32, 18], bottom: [32, 46] };

/** A PNG of 64 × 64 pixels. */
export async function drawShape(color: string, shape: string, place = "left"): Promise<Buffer> {
  const [x, y] = places[place]!;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#fff"/><g fill="${colors[color]}" transform="translate(${x} ${y})">${shapes[shape]}</g></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** Draws one picture of each kind, at most `count`, into the folder with captions.csv; gives the captions by file. */
export async function writeShapes(folder: string, count = 80): Promise<ReadonlyMap<string, string>> {
  mkdirSync(folder, { recursive: true });
  const captions = new Map<string, string>();
  for (const place of Object.keys(places)) {
    for (const color of Object.keys(colors)) {
      for (const shape of Object.keys(shapes)) {
        if (captions.size === count) break;
        const file = `${color} ${shape} ${place}.png`;
        writeFileSync(join(folder, file), await drawShape(color, shape, place));
        captions.set(file, `a ${color} ${shape} at the ${place}`);
      }
    }
  }
  const lines = [...captions].map(([file, caption]) => `${file},${caption}\n`);
  writeFileSync(join(folder, "captions.csv"), `file,caption\n${lines.join("")}`);
  return captions;
}
