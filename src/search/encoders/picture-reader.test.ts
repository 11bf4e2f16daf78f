// Pictures by strangers: the emoji's own give the set's features, and those made to do harm do none.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { emojiImageFeatures, emojiPictures, emojiSvgs } from "../../data/sets/emoji/index.js";
import { type PictureAsker, PictureReader } from "./picture-reader.js";

const reader = new PictureReader();
after(() => reader.close());
/** What the emoji's encoder makes of a picture that was read apart. */
const featuresBy = async (from: PictureReader, bytes: Uint8Array, asker?: PictureAsker): Promise<Float32Array> => {
  const { width, height, data } = await from.pixels(bytes, "emoji", asker);
  return emojiImageFeatures({ width, height, pixels: data });
};
const svg = (inside: string, attributes = 'width="64" height="64"') =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${inside}</svg>`,
  );

function png(width: number, height: number, pixel: readonly number[]): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.from([0, ...Array.from({ length: width }, () => pixel).flat()]);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

test("an emoji's SVG file has the features that the data set has", async () => {
  const [files, pictures] = [await emojiSvgs("noto"), await emojiPictures("noto")];
  for (const row of [0, 400, 900, 1500]) {
    const [read, own] = [await featuresBy(reader, Buffer.from(files[row]!)), emojiImageFeatures(pictures[row]!)];
    // A picture inside a picture is clipped and drawn with other roundings.
    const largest = Math.max(...read.map((value, j) => Math.abs(value - own[j]!)));
    assert.ok(largest < 0.01, `row ${row}: ${largest}`);
  }
});

test("a PNG is read like the same picture as SVG", async () => {
  const [a, b] = [
    await featuresBy(reader, png(64, 64, [255, 0, 0])),
    await featuresBy(reader, svg('<rect width="64" height="64" fill="#f00"/>')),
  ];
  assert.deepEqual(a, b);
});

const folder = mkdtempSync(join(tmpdir(), "vantage-picture-"));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "blue.png"), png(64, 64, [0, 0, 255]));
const inside = (type: string, bytes: Uint8Array) => `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
const feImage = `<filter id="f"><feImage href="${join(folder, "blue.png")}"/></filter><rect width="64" height="64" filter="url(#f)"/>`;

test("an SVG with a prefix, a style and a PNG inside is drawn", async () => {
  const red = await featuresBy(reader, png(64, 64, [255, 0, 0]));
  const href = inside("image/png", png(64, 64, [255, 0, 0]));
  for (const text of [
    `<s:svg xmlns:s="http://www.w3.org/2000/svg" width="64" height="64"><s:rect width="64" height="64" fill="red"/></s:svg>`,
    `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><title>a &amp; b</title><style><![CDATA[rect{fill:red}]]></style><rect width="64" height="64"/></svg>`,
    svg(`<image width="64" height="64" href="${href}"/>`).toString(),
  ]) {
    const read = await featuresBy(reader, Buffer.from(text));
    // Edges of a picture inside a picture have other roundings.
    assert.ok(
      read.every((value, j) => Math.abs(value - red[j]!) < 0.01),
      text,
    );
  }
});

const harmful: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  "no picture": Buffer.from("hello"),
  "a PNG that ends": png(64, 64, [1, 2, 3]).subarray(0, 60),
  "a PNG of no size": png(0, 0, [0]),
  "a PNG that claims to be large": Buffer.concat([
    png(1, 1, [0, 0, 0]).subarray(0, 16),
    Buffer.from([0, 1, 0, 0, 0, 1, 0, 0]),
    png(1, 1, [0, 0, 0]).subarray(24),
  ]),
  "an SVG that ends": Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><g"),
  "an SVG with entities": Buffer.from(
    `<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>`,
  ),
  "an SVG that reads a file": svg('<image width="64" height="64" xlink:href="/etc/passwd"/>'),
  "an SVG that asks another machine": svg('<image width="64" height="64" href="https://example.org/x.png"/>'),
  "an SVG with a style from elsewhere": svg('<style>@import url("https://example.org/x.css");</style>'),
  "an SVG with a picture of a file in its filter": svg(feImage),
  "an SVG in an SVG, with a picture of a file in its filter": svg(
    `<image width="64" height="64" href="${inside("image/svg+xml", svg(feImage))}"/>`,
  ),
  "an SVG in an SVG, its address spelt with entities": svg(
    `<image width="64" height="64" href="&#100;ata:image/svg+xml;base64,${Buffer.from(svg(feImage)).toString("base64")}"/>`,
  ),
  "an SVG whose use is of a file": svg('<use href="other.svg#a"/><rect width="9" height="9"/>'),
  "an SVG whose fill is of a file": svg('<rect width="9" height="9" fill="url(other.svg#a)"/>'),
  "an SVG whose style spells an address": svg('<rect width="9" height="9" style="fill: u\\72l(a.svg)"/>'),
  "an SVG with many PNGs": svg(
    `<image width="9" height="9" href="${inside("image/png", png(8000, 3, [0, 0, 0]).fill(31, 22, 23))}"/>`.repeat(9),
  ),
  "an SVG that is deep": svg(`${"<g>".repeat(300)}<rect width="9" height="9"/>${"</g>".repeat(300)}`),
  "bytes that are no UTF-8": Buffer.concat([Buffer.from("<svg "), Buffer.from([0xff, 0xfe]), Buffer.from("/>")]),
};
for (const [what, bytes] of Object.entries(harmful)) {
  test(`refused: ${what}`, () => assert.rejects(featuresBy(reader, bytes), { name: "UserError" }));
}

test("pictures that end resvg or ask for much end no more than their own process", async () => {
  const group = '<g opacity="0.5"><rect x="9000" y="9000" width="10" height="10" fill="red"/></g>';
  const tricks = [
    svg(group),
    svg('<rect x="1e9" y="1e9" width="1e9" height="1e9"/>'),
    svg("", 'width="1e30" height="1e30"'),
    svg(`<filter id="f"><feGaussianBlur stdDeviation="1e9"/></filter><rect width="64" height="64" filter="url(#f)"/>`),
    svg(`${"<g>".repeat(5000)}${"</g>".repeat(5000)}`),
    svg('<g id="a"><use href="#a"/></g>'),
  ];
  for (const bytes of tricks) {
    await featuresBy(reader, bytes).catch((error) => assert.equal(error.name, "UserError"));
  }
  await featuresBy(reader, svg('<rect width="9" height="9"/>'));
});

/** Filters over filters: minutes of work in 2 KiB. */
const slow = svg(
  `<filter id="f">${'<feTurbulence baseFrequency="0.05" numOctaves="9"/><feGaussianBlur stdDeviation="90"/>'.repeat(12)}</filter>` +
    `<g>${'<rect width="4000" height="4000" filter="url(#f)"/>'.repeat(40)}</g>`,
  'width="4000" height="4000"',
);
const plain = svg('<rect width="9" height="9"/>');

test("a picture that takes too long is given up, and the next one is read", async () => {
  const own = new PictureReader({ patience: 2000 });
  await featuresBy(own, plain);
  const started = performance.now();
  await assert.rejects(featuresBy(own, slow), { name: "UserError", message: /cannot be drawn/ });
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 1.9 && seconds < 8, `${seconds} s`);
  await featuresBy(own, plain);
  own.close();
});

test("one client with slow pictures does not hold up another, and gives up its place when it is gone", async () => {
  const own = new PictureReader({ patience: 20_000, patienceOfOthers: 20_000 });
  await featuresBy(own, plain, { asker: "quiet" });
  const stop = new AbortController();
  const loud = Array.from({ length: 6 }, () => featuresBy(own, slow, { asker: "loud", signal: stop.signal }));
  const settled = Promise.allSettled(loud);
  for (let i = 0; i < 3; i++) await featuresBy(own, plain, { asker: "quiet" });
  stop.abort();
  const errors = (await settled).map((each) => (each as PromiseRejectedResult).reason.name);
  assert.deepEqual(errors, Array(6).fill("UnavailableError"));
  own.close();
});

/** Processes that this one has started. */
function children(): number[] {
  const found = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return [...found.matchAll(/^\s*(\d+) .*picture-process/gm)].map(([, pid]) => Number(pid));
}
const skip = process.platform === "linux" ? false : "no /proc";

test("the process that reads pictures has neither the token nor the database's address", { skip }, async () => {
  const secrets = {
    VANTAGE_TOKEN: "the-token-itself",
    DATABASE_URL: "postgres://u:the-password@h/d",
    ANY_KEY: "any-secret",
  };
  Object.assign(process.env, secrets);
  const own = new PictureReader();
  const before = new Set(children());
  await featuresBy(own, plain);
  for (const name of Object.keys(secrets)) delete process.env[name];
  const [pid] = children().filter((each) => !before.has(each));
  const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
  for (const secret of Object.values(secrets)) assert.equal(environment.includes(secret), false, secret);
  assert.match(environment, /PATH=/);
  // Nor a file or socket of the server beyond its own channel.
  const files = readdirSync(`/proc/${pid}/fd`).length;
  assert.ok(files < 40, `${files} descriptors`);
  own.close();
});

test("a picture that takes much memory ends its process before the machine's is full", { skip }, async () => {
  const large = png(6000, 6000, [9, 9, 9]);
  const own = new PictureReader();
  assert.equal((await featuresBy(own, large)).length, (await featuresBy(own, png(9, 9, [9, 9, 9]))).length);
  own.close();
  // It takes some 300 MB.
  const poor = new PictureReader({ memory: 150 * 2 ** 20 });
  await featuresBy(poor, plain);
  await assert.rejects(featuresBy(poor, large), { name: "UserError", message: "the picture cannot be drawn" });
  await featuresBy(poor, plain);
  poor.close();
});
