// A description counts what is there, what is missing, broken or the same, and writes it without what a terminal would act upon.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisible } from "../../visible.js";
import { describeMedia, formatMedia } from "./describe-media.js";
import { folderOf } from "./folders.testing.js";
import { readPictureFolder } from "./picture-folder.js";
import { noise, twoHalves } from "./pictures.testing.js";

const jpeg = await noise(30, 20).jpeg().toBuffer();
const turned = await noise(30, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer();
const large = await twoHalves(40_000, 2).png().toBuffer();

test("counts, sizes, formats, labels, captions, broken and identical pictures", async () => {
  const folder = folderOf(["cat/a.png", "dog/b.png"], {
    "cat/c.jpg": jpeg,
    "cat/turned.jpg": turned,
    "dog/cut.jpg": jpeg.subarray(0, 400),
    "dog/wide.png": large,
    "captions.csv": "file,caption\na.png,a cat\na.png,one more cat\nc.jpg,noise\ngone.png,not here\n",
  });
  const steps: number[] = [];
  const found = await describeMedia(await readPictureFolder(folder), { onProgress: (done) => steps.push(done) });
  assert.equal(found.samples, 7);
  const { broken, bytes, ...pictures } = found.pictures;
  assert.ok(bytes > 0);
  assert.deepEqual(pictures, {
    samples: 6,
    missing: 1,
    formats: { png: 2, jpeg: 2 },
    width: { min: 2, median: 20, max: 30 },
    height: { min: 2, median: 20, max: 30 },
    identical: [["cat/a.png", "dog/b.png"]],
  });
  assert.deepEqual(
    broken.map(({ id }) => id),
    ["dog/cut.jpg", "dog/wide.png"],
  );
  assert.match(broken[0]!.reason, /cut\.jpg: it is truncated or damaged/);
  assert.match(broken[1]!.reason, /wide\.png: it is 40000 × 2 pixels, expected 32767 a side/);
  assert.deepEqual(found.texts, {
    samples: 3,
    missing: 4,
    captions: 4,
    perSample: { min: 1, median: 1, max: 2 },
    words: { min: 1, median: 2, max: 3 },
  });
  assert.deepEqual(found.labels!.classes, [
    { name: "cat", samples: 3 },
    { name: "dog", samples: 3 },
  ]);
  assert.deepEqual(steps, [6]);
  const lines = formatMedia(found);
  for (const line of [
    /^pictures +6 +1 +2 png, 2 jpeg$/,
    /^2 classes: cat \(3\), dog \(3\)$/,
    /^2 pictures cannot be decoded:$/,
    /1 pictures are copies of others/,
  ]) {
    assert.ok(
      lines.some((each) => line.test(each)),
      lines.join("\n"),
    );
  }
});

test("names that a terminal would act upon are written out", async () => {
  const lines = formatMedia(
    await describeMedia(await readPictureFolder(folderOf(["a\u001b[2J/1.png", "b/\u202e2.png"]))),
  );
  assert.ok(lines.some((line) => line.includes("a\\x1b[2J (1)")));
  assert.ok(lines.every(isVisible));
});

test("a signal stops it", async () => {
  const set = await readPictureFolder(folderOf(["1.png"]));
  const reason = new Error("stopped");
  await assert.rejects(describeMedia(set, { signal: AbortSignal.abort(reason) }), reason);
});
