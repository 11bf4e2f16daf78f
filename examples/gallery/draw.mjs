// Gallery pictures: grids of small pictures and bar charts, drawn as SVG and saved as WebP.
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const svg = (width, height, body) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="15"><rect width="100%" height="100%" fill="#fff"/>${body}</svg>`;

/** The output folder for pictures: `--out FOLDER`, or beside the gallery. */
const at = process.argv.indexOf("--out");
const folder = at > 0 ? process.argv[at + 1] : fileURLToPath(new URL("../../docs/pictures", import.meta.url));

async function write(name, image) {
  const file = join(folder, `gallery-${name}.webp`);
  mkdirSync(dirname(file), { recursive: true });
  await sharp(Buffer.from(image)).webp({ quality: 80, effort: 6 }).toFile(file);
  console.log(file);
}

/** A picture as part of an SVG, from the bytes of a file. */
export async function tile(bytes, side = 64) {
  const png = await sharp(bytes).resize(side, side, { fit: "contain", background: "#fff" }).png().toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** A row of values from 0 to 1 as a square gray picture. */
export function digit(values, side = 64) {
  const width = Math.sqrt(values.length);
  const pixels = Uint8Array.from(values, (value) => 255 - Math.round(255 * Math.min(1, Math.max(0, value))));
  return sharp(pixels, { raw: { width, height: width, channels: 1 } })
    .resize(side, side, { kernel: "nearest" })
    .png()
    .toBuffer();
}

/** Rows of pictures, each with a title. @param rows `{ title, tiles, marked? }`; `marked` has the tiles with a frame. */
export async function grid(name, rows, { side = 64, left = 190 } = {}) {
  const gap = side + 8;
  const width = left + gap * Math.max(...rows.map(({ tiles }) => tiles.length)) + 8;
  const body = rows.map(({ title, tiles, marked = [] }, i) => {
    const y = 8 + i * gap;
    const images = tiles.map((href, j) => {
      const frame = marked.includes(j)
        ? `<rect x="${left + j * gap - 2}" y="${y - 2}" width="${side + 4}" height="${side + 4}" fill="none" stroke="#1a7f37" stroke-width="3"/>`
        : "";
      return `<image x="${left + j * gap}" y="${y}" width="${side}" height="${side}" href="${href}"/>${frame}`;
    });
    return `<text x="12" y="${y + side / 2 + 5}">${escaped(title)}</text>${images.join("")}`;
  });
  await write(name, svg(width, 16 + gap * rows.length, body.join("")));
}

/** Horizontal bars from 0 to 1 with their values. @param bars `[label, value]` */
export async function chart(name, title, bars, { left = 260, digits = 3 } = {}) {
  const [row, width] = [34, 760];
  const body = bars.map(([label, value], i) => {
    const y = 46 + i * row;
    const length = Math.max(1, value * (width - left - 90));
    return `<text x="12" y="${y + 18}">${escaped(label)}</text><rect x="${left}" y="${y}" width="${length}" height="24" fill="#2a6fb0"/><text x="${left + length + 8}" y="${y + 18}">${value.toFixed(digits)}</text>`;
  });
  await write(
    name,
    svg(
      width,
      56 + bars.length * row,
      `<text x="12" y="28" font-weight="bold">${escaped(title)}</text>${body.join("")}`,
    ),
  );
}
