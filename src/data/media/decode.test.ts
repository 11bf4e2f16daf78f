// Pictures of every kind come out as the same RGB bytes; what is no picture, too large or damaged is refused in one line.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import sharp from "sharp";
import { UserError } from "../../errors.js";
import { decodePicture, type Pixels } from "./decode.js";
import { noise, twoHalves } from "./pictures.testing.js";

const folder = mkdtempSync(join(tmpdir(), "pictures-"));
after(() => rmSync(folder, { recursive: true }));

const square = { width: 32, height: 32, fit: "fill" } as const;
const svg = (inside: string, more = "") =>
  Buffer.from(`<?xml version="1.0"?>${more}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
   width="64" height="64">${inside}</svg>`);
const redLeft = svg('<rect width="32" height="64" fill="#f00"/><rect x="32" width="32" height="64" fill="#00f"/>');

function pixel({ width, data }: Pixels, x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

function near(found: number[], expected: number[], tolerance: number) {
  assert.ok(
    found.every((value, i) => Math.abs(value - expected[i]!) <= tolerance),
    `${found} is not near ${expected}`,
  );
}

const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, pattern);
  assert.ok(!error.message.includes("\n"));
  return true;
};

test("every format gives the same picture, by content whatever the name", async () => {
  const picture = twoHalves(64, 64);
  const forms: Record<string, Buffer> = {
    jpeg: await picture.clone().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer(),
    progressive: await picture.clone().jpeg({ quality: 95, progressive: true, chromaSubsampling: "4:4:4" }).toBuffer(),
    png: await picture.clone().png().toBuffer(),
    webp: await picture.clone().webp({ lossless: true }).toBuffer(),
    avif: await picture.clone().avif({ quality: 90, chromaSubsampling: "4:4:4" }).toBuffer(),
    gif: await picture.clone().gif().toBuffer(),
    tiff: await picture.clone().tiff({ compression: "lzw" }).toBuffer(),
    svg: redLeft,
  };
  for (const [form, bytes] of Object.entries(forms)) {
    const path = join(folder, `${form}.jpg`);
    writeFileSync(path, bytes);
    for (const source of [path, bytes]) {
      const decoded = await decodePicture(source, square);
      assert.deepEqual([decoded.width, decoded.height, decoded.data.length], [32, 32, 3072], form);
      near(pixel(decoded, 4, 16), [255, 0, 0], 12);
      near(pixel(decoded, 27, 16), [0, 0, 255], 12);
    }
  }
});

test("fit keeps, cuts or stretches", async () => {
  const wide = await twoHalves(128, 64).png().toBuffer();
  const contain = await decodePicture(wide, { width: 64, height: 64, fit: "contain", background: "#00ff00" });
  assert.deepEqual(pixel(contain, 32, 2), [0, 255, 0]);
  near(pixel(contain, 2, 32), [255, 0, 0], 2);
  const white = await decodePicture(wide, { width: 64, height: 64, fit: "contain" });
  assert.deepEqual(pixel(white, 32, 2), [255, 255, 255]);
  const cover = await decodePicture(wide, { width: 64, height: 64, fit: "cover" });
  near(pixel(cover, 2, 2), [255, 0, 0], 2);
  const inside = await decodePicture(wide, { width: 64, height: 64, fit: "inside" });
  assert.deepEqual([inside.width, inside.height], [64, 32]);
});

test("turned as EXIF says", async () => {
  const turned = await twoHalves(64, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const decoded = await decodePicture(turned, { width: 64, height: 64, fit: "inside" });
  assert.deepEqual([decoded.width, decoded.height], [32, 64]);
  near(pixel(decoded, 16, 4), [255, 0, 0], 16);
  near(pixel(decoded, 16, 60), [0, 0, 255], 16);
});

test("transparency, gray, 16 bits and CMYK become RGB on white", async () => {
  const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
  assert.deepEqual(pixel(await decodePicture(await clear.png().toBuffer(), square), 4, 4), [255, 255, 255]);
  const gray = await sharp(new Uint8Array(64).fill(100), { raw: { width: 8, height: 8, channels: 1 } })
    .toColorspace("b-w")
    .png()
    .toBuffer();
  assert.equal((await sharp(gray).metadata()).channels, 1);
  assert.deepEqual(pixel(await decodePicture(gray, square), 4, 4), [100, 100, 100]);
  const deep = await sharp(new Uint16Array(192).fill(25_700), { raw: { width: 8, height: 8, channels: 3 } })
    .toColorspace("rgb16")
    .png()
    .toBuffer();
  assert.equal((await sharp(deep).metadata()).depth, "ushort");
  near(pixel(await decodePicture(deep, square), 4, 4), [100, 100, 100], 1);
  const cmyk = await twoHalves(64, 64).toColorspace("cmyk").jpeg({ quality: 95 }).toBuffer();
  assert.equal((await sharp(cmyk).metadata()).space, "cmyk");
  const decoded = await decodePicture(cmyk, square);
  const [red, green, blue] = pixel(decoded, 4, 16) as [number, number, number];
  assert.ok(red > 180 && green < 90 && blue < 90, `${red} ${green} ${blue}`);
});

test("an animation gives its first picture", async () => {
  const frames = await Promise.all(["red", "blue"].map((background) => frame(background)));
  const animated = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  assert.equal((await sharp(animated).metadata()).pages, 2);
  near(pixel(await decodePicture(animated, square), 4, 4), [255, 0, 0], 8);
});

function frame(background: string): Promise<Buffer> {
  return sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .png()
    .toBuffer();
}

test("a small SVG is drawn at the size that it is needed in", async () => {
  const tiny = Buffer.from(
    redLeft.toString().replace('width="64" height="64"', 'viewBox="0 0 64 64" width="4" height="4"'),
  );
  const decoded = await decodePicture(tiny, { width: 256, height: 256, fit: "fill" });
  near(pixel(decoded, 120, 128), [255, 0, 0], 8);
  near(pixel(decoded, 135, 128), [0, 0, 255], 8);
});

test("truncated pictures of every format are refused", async () => {
  const picture = noise(300, 200);
  const forms = [
    await picture.clone().jpeg().toBuffer(),
    await picture.clone().jpeg({ progressive: true }).toBuffer(),
    await picture.clone().png().toBuffer(),
    await picture.clone().png({ progressive: true }).toBuffer(),
    await picture.clone().webp().toBuffer(),
    await picture.clone().avif({ effort: 0 }).toBuffer(),
    await picture.clone().gif({ effort: 1 }).toBuffer(),
    await picture.clone().tiff().toBuffer(),
  ];
  for (const bytes of forms) {
    await decodePicture(bytes, square);
    for (const share of [0.1, 0.5, 0.95]) {
      const cut = bytes.subarray(0, bytes.length * share);
      await assert.rejects(decodePicture(cut, square), refused(/^the picture: it (?:is truncated|cannot be decoded)/));
    }
  }
  await assert.rejects(decodePicture(redLeft.subarray(0, 150), square), refused(/^the picture: it /));
});

test("a JPEG that is damaged in the middle is refused, one with bytes between its parts is not", async () => {
  const bytes = await noise(300, 200).jpeg().toBuffer();
  const damaged = Buffer.from(bytes);
  damaged.set([0xff, 0xd5], bytes.length >> 1);
  await assert.rejects(decodePicture(damaged, square), refused(/damaged|cannot be decoded/));
  const second = 4 + bytes.readUInt16BE(4);
  const stuffed = Buffer.concat([bytes.subarray(0, second), Buffer.alloc(4), bytes.subarray(second)]);
  await assert.rejects(sharp(stuffed, { failOn: "warning" }).stats(), /extraneous bytes/);
  assert.deepEqual((await decodePicture(stuffed, square)).data, (await decodePicture(bytes, square)).data);
});

test("what is no picture is refused by what it is", async () => {
  const cases: [string | Buffer, RegExp][] = [
    ["hello, this is no picture", /^\S*x\.jpg is text, not a picture$/],
    ["", /is empty$/],
    ["<html><body><svg></svg></body></html>", /is text, not a picture$/],
    ["BM12345678", /is a BMP picture; save it as PNG$/],
    [Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"), /is a HEIC picture/],
    ["%PDF-1.7", /is a PDF document$/],
    [Buffer.from([1, 2, 3, 4, 0, 0, 0, 0]), /is no picture$/],
    ["P6 1 1 255 abc", /is text, not a picture$/],
  ];
  const path = join(folder, "x.jpg");
  for (const [content, pattern] of cases) {
    writeFileSync(path, content);
    await assert.rejects(decodePicture(path, square), refused(pattern));
  }
  await assert.rejects(decodePicture(folder, square), refused(/it is a folder$/));
  await assert.rejects(decodePicture(join(folder, "none.jpg"), square), refused(/no such file/));
});

test("a picture of 40,000 pixels a side is refused before it is decoded", async () => {
  // A PNG's header is enough.
  const small = await twoHalves(8, 8).png().toBuffer();
  const large = Buffer.from(small);
  large.writeUInt32BE(40_000, 16);
  large.writeUInt32BE(40_000, 20);
  const { crc32 } = await import("node:zlib");
  large.writeUInt32BE(crc32(large.subarray(12, 29)), 29);
  const expected = "it is 40000 × 40000 pixels, expected 32767 a side and 200000000 in all at most";
  await assert.rejects(decodePicture(large, square), refused(new RegExp(expected)));
  const vector = Buffer.from(redLeft.toString().replaceAll('"64"', '"40000"'));
  await assert.rejects(decodePicture(vector, square), refused(/40000 × 40000 pixels/));
});

test("an SVG reads no other file", async () => {
  const red = await twoHalves(8, 8).png().toBuffer();
  const secret = join(folder, "secret.png");
  writeFileSync(secret, red);
  writeFileSync(join(folder, "part.xml"), '<rect xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  const xinclude = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="part.xml"/>';
  const asking = [
    svg('<image href="secret.png" width="64" height="64"/>'),
    svg(`<image xlink:href="file://${secret}" width="64" height="64"/>`),
    svg('<image href="http://localhost/x.png" width="64" height="64"/>'),
    svg('<use href="other.svg#a"/>'),
    svg('<filter id="f"><feImage href="secret.png"/></filter><rect filter="url(#f)" width="64" height="64"/>'),
    svg('<style>@import url("a.css");</style>'),
    svg("<style><![CDATA[rect { fill: url(other.svg#a) }]]></style>"),
    svg('<rect style="fill:url( \'other.svg#a\' )" width="64" height="64"/>'),
    svg(xinclude),
    svg("&x;", `<!DOCTYPE svg [<!ENTITY x SYSTEM "file://${join(folder, "part.xml")}">]>`),
    svg("", '<?xml-stylesheet href="a.css"?>'),
  ];
  for (const [i, bytes] of asking.entries()) {
    const path = join(folder, `asking${i}.svg`);
    writeFileSync(path, bytes);
    await assert.rejects(decodePicture(path, square), refused(/asking\d+\.svg: the SVG refers to other files/));
  }
  const data = `data:image/png;base64,${red.toString("base64")}`;
  const own = svg(
    `<metadata><r xmlns="http://example.org/x" href="http://example.org"/></metadata><linearGradient id="g"/><a href="http://example.org">
     <image href="${data}" width="64" height="64" preserveAspectRatio="none"/></a><rect fill="url(#g)" width="1" height="1"/>`,
  );
  near(pixel(await decodePicture(own, square), 4, 16), [255, 0, 0], 8);
});

test("references that are hidden in an entity lead to nothing", async () => {
  const secret = join(folder, "red.png");
  writeFileSync(secret, await frame("red"));
  const hidden = svg("&i;", `<!DOCTYPE svg [<!ENTITY i '<image href="file://${secret}" width="64" height="64"/>'>]>`);
  const path = join(folder, "hidden.svg");
  writeFileSync(path, hidden);
  assert.deepEqual(
    pixel(
      await sharp(path)
        .flatten({ background: "white" })
        .raw()
        .toBuffer()
        .then((data) => ({ width: 64, height: 64, data })),
      9,
      9,
    ),
    [255, 0, 0],
    "librsvg would read it from the path",
  );
  assert.deepEqual(pixel(await decodePicture(path, square), 9, 9), [255, 255, 255]);
});
