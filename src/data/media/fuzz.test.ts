// Fuzzing of pictures and tables of captions: changed at random they are read, or refused in one line. VANTAGE_FUZZ sets how many inputs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type FuzzTarget, fuzz } from "../../fuzz.testing.js";
import { decodePicture } from "./decode.js";
import { folderOf } from "./folders.testing.js";
import { readPictureFolder } from "./picture-folder.js";
import { noise, twoHalves } from "./pictures.testing.js";

const size = { width: 8, height: 8, fit: "contain" } as const;
const small = noise(24, 16);
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><style>.a{fill:red}</style><defs><g id="b"/></defs>
  <rect class="a" width="4" height="4" style="stroke:url(#c)"/><use href="#b"/></svg>`;
const folder = folderOf(["1.png", "a/2.png", "b/2.png"]);
const captions = join(folder, "captions.txt");

/** What the formats' own decoders take is bounded by the pixels that a header claims. */
const memory = () => 2 ** 28;

const targets: Record<string, FuzzTarget> = {
  pictures: {
    seeds: [
      await small.clone().jpeg().toBuffer(),
      await small.clone().png().toBuffer(),
      await small.clone().webp().toBuffer(),
      await small.clone().gif({ effort: 1 }).toBuffer(),
      await small.clone().tiff({ compression: "lzw" }).toBuffer(),
      await twoHalves(24, 16).avif({ effort: 0 }).toBuffer(),
    ],
    read: (bytes) => decodePicture(bytes, size),
    forgives: true,
    memory,
  },
  "SVG pictures": {
    seeds: [svg],
    read: (bytes) => decodePicture(bytes, size),
    share: 0.2,
    patience: 20_000,
    forgives: true,
    memory,
  },
  "tables of captions": {
    seeds: [
      'file,caption,label\n1.png,"a, b",x\na/2.png,c d,y\n',
      "image_name| comment_number| comment\n1.png| 0| a b\n1.png| 1| c\na/2.png| 0   d\n",
      "1.png#0\ta b\n1.png#1\tc d\n",
      '{"file_name":"1.png","text":["a b"],"label":["x"]}\n{"file_name":"a/2.png","text":"c","label":["x","y"]}\n',
      '{"images":[{"id":1,"file_name":"1.png"}],"annotations":[{"image_id":1,"caption":"a b"}],"categories":[]}',
    ],
    read(bytes) {
      writeFileSync(captions, bytes);
      return readPictureFolder(folder, { captions });
    },
    forgives: true,
  },
};

for (const [name, target] of Object.entries(targets)) test(name, () => fuzz(name, target));
