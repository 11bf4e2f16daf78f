// Pictures of the emoji: each maker's icons drawn on white, once, and kept in the cache.
import { setImmediate as nextTurn } from "node:timers/promises";
import { needPackages } from "../../../optional.js";
import { cached } from "../../cache.js";
import { type Emoji, emojiList, type Maker, makerPackages } from "./emoji-list.js";
import { readPackageJson } from "./package-json.js";

/** Pixels along each side of a stored picture. */
export const pictureSide = 64;
export const pictureBytes = pictureSide * pictureSide * 3;

/** Room that is made around a picture at most: ten times what the emoji need, and a bound on what an untrusted picture takes. */
const mostMargin = 16 * pictureSide;

/** Raise when the pictures change, so that no old cache file is taken for the new ones. */
const recipe = 1;

/** An icon set as Iconify's packages hold it. */
interface IconSet {
  readonly icons: Readonly<Record<string, Icon>>;
  readonly width?: number;
  readonly height?: number;
}

interface Icon {
  /** The inside of an SVG element. */
  readonly body: string;
  readonly width?: number;
  readonly height?: number;
}

export interface DrawHooks {
  /** Receives the share that is drawn, 0 … 1; silent where the cache has the pictures. */
  readonly onProgress?: (share: number) => void;
  /** Receives word of a damaged or unusable cache. */
  readonly onNote?: (note: string) => void;
}

/** One maker's pictures: emoji after emoji, `pictureSide` rows of `pictureSide` pixels of red, green and blue. */
export async function pictures(
  maker: Maker,
  emoji: readonly Emoji[],
  { onProgress, onNote }: DrawHooks = {},
): Promise<Uint8Array> {
  return cached(
    `emoji-pictures-${recipe}-${await sourceVersions(maker)}.bin`,
    emoji.length * pictureBytes,
    () => drawAll(maker, emoji, onProgress),
    onNote,
  );
}

/** What a maker's pictures and their order depend on, for the name of a cache file. */
export async function sourceVersions(maker: Maker): Promise<string> {
  const read = (name: string) => readPackageJson<{ version: string }>(`${name}/package.json`);
  const [icons, list] = await Promise.all([read(makerPackages[maker]), read("emojibase-data")]);
  return `${maker}-${icons.version}-emojibase-${list.version}`;
}

async function drawAll(
  maker: Maker,
  emoji: readonly Emoji[],
  onProgress: (share: number) => void = () => {},
): Promise<Uint8Array> {
  const { icons, width, height } = await readPackageJson<IconSet>(`${makerPackages[maker]}/icons.json`);
  const draw = await drawer();
  const pixels = new Uint8Array(emoji.length * pictureBytes);
  for (const [i, each] of emoji.entries()) {
    if (i % 50 === 0) {
      onProgress(i / emoji.length);
      await nextTurn();
    }
    const icon = icons[each.icons[maker]]!;
    pixels.set(draw(icon.body, icon.width ?? width ?? 16, icon.height ?? height ?? 16), i * pictureBytes);
  }
  onProgress(1);
  return pixels;
}

function svg(body: string, box: readonly number[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${box.join(" ")}" width="${box[2]}" height="${box[3]}">${body}</svg>`;
}

/** A maker's pictures of the emoji as SVG files, in the order of the samples. */
export async function emojiSvgs(maker: Maker): Promise<string[]> {
  const { icons, width = 16, height = 16 } = await readPackageJson<IconSet>(`${makerPackages[maker]}/icons.json`);
  const list = await emojiList();
  return list.map((each) => {
    const icon = icons[each.icons[maker]]!;
    return svg(icon.body, [0, 0, icon.width ?? width, icon.height ?? height]);
  });
}

/** What draws the inside of an SVG of the given size, centered in a square, as red, green and blue bytes on white. */
export async function drawer(): Promise<(body: string, width: number, height: number) => Uint8Array> {
  needPackages("reading pictures");
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { loadSystemFonts: false };
  return (body, width, height) => {
    const side = Math.max(width, height);
    const [x, y] = [(width - side) / 2, (height - side) / 2];
    // resvg 2.6 aborts the process over a translucent group that lies wholly outside the canvas: make room for all there is.
    const all = new Resvg(svg(body, [x, y, side, side]), { font }).getBBox();
    const reach = all ? Math.max(x - all.x, y - all.y, all.x + all.width - x - side, all.y + all.height - y - side) : 0;
    const margin = Math.min(mostMargin, Math.max(0, Math.ceil((reach / side) * pictureSide)));
    const room = (margin / pictureSide) * side;
    const canvas = pictureSide + 2 * margin;
    const drawn = new Resvg(svg(body, [x - room, y - room, side + 2 * room, side + 2 * room]), {
      font,
      background: "white",
      fitTo: { mode: "width", value: canvas },
    }).render();
    return cut(drawn.pixels, canvas, margin);
  };
}

/** The middle of a square canvas of RGBA pixels, without alpha. */
function cut(rgba: Uint8Array, canvas: number, margin: number): Uint8Array {
  const pixels = new Uint8Array(pictureBytes);
  for (let row = 0, to = 0; row < pictureSide; row++) {
    let from = ((row + margin) * canvas + margin) * 4;
    for (let column = 0; column < pictureSide; column++, from += 4, to += 3) {
      pixels[to] = rgba[from]!;
      pixels[to + 1] = rgba[from + 1]!;
      pixels[to + 2] = rgba[from + 2]!;
    }
  }
  return pixels;
}
