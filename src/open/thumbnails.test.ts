// Thumbnails of a set: where they are, how large, of which pictures, drawn anew where the picture is another one.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { twoHalves } from "../data/media/pictures.testing.js";
import { thumbnailName, writeThumbnails } from "./thumbnails.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-thumbnails-"));
after(() => rmSync(folder, { recursive: true }));
const wide = join(folder, "wide.png");
const small = join(folder, "small.png");
const broken = join(folder, "broken.png");
writeFileSync(wide, await twoHalves(600, 200).png().toBuffer());
writeFileSync(small, await twoHalves(10, 20).png().toBuffer());
writeFileSync(broken, "no picture");

test("a thousand in a folder, by row", () => {
  assert.deepEqual([0, 999, 1000, 12_345].map(thumbnailName), [
    "0/0.webp",
    "0/999.webp",
    "1/1000.webp",
    "12/12345.webp",
  ]);
});

test("256 pixels at most along the longer side; none of a broken picture or of no picture", async () => {
  const index = join(folder, "index");
  const seen: [number, number][] = [];
  await writeThumbnails(
    index,
    { pictures: [wide, undefined, broken, small] },
    { onProgress: (done, all) => seen.push([done, all]) },
  );
  const at = (row: number) => join(index, "thumbnails", thumbnailName(row));
  const { width, height, format } = await sharp(at(0)).metadata();
  assert.deepEqual([width, height, format], [256, 85, "webp"]);
  assert.deepEqual([existsSync(at(1)), existsSync(at(2)), existsSync(at(3))], [false, false, true]);
  assert.deepEqual(seen, [[4, 4]]);
  assert.deepEqual(readdirSync(join(index, "thumbnails/0")).sort(), ["0.webp", "3.webp"]);
  await writeThumbnails(index, { pictures: [small] }, {});
  // Bytes, since sharp keeps files by their name.
  const again = await sharp(readFileSync(at(0))).metadata();
  assert.deepEqual([again.width, again.height], [128, 256]);
});

test("it ends between two batches", async () => {
  const ending = new AbortController();
  const index = join(folder, "stopped");
  const pictures = Array.from({ length: 20 }, () => small);
  const writing = writeThumbnails(index, { pictures }, { signal: ending.signal, onProgress: () => ending.abort() });
  await assert.rejects(writing, { name: "AbortError" });
  assert.equal(readdirSync(join(index, "thumbnails/0")).length, 8);
});
