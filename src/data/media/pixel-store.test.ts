// Pictures are decoded once, what was interrupted is resumed, what is damaged is said, and crops are those that their key says.
import assert from "node:assert/strict";
import { closeSync, copyFileSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { selectRows } from "../matrix.js";
import { pictureMatrix } from "./picture-matrix.js";
import { noise, twoHalves } from "./pictures.testing.js";
import { entryOffset, PixelFile, pictureBytes, pictureOffset } from "./pixel-file.js";
import { openPixels } from "./pixel-store.js";

const work = mkdtempSync(join(tmpdir(), "vantage-pixels-"));
after(() => rmSync(work, { recursive: true }));
const files: (string | undefined)[] = [];
for (let i = 0; i < 6; i++) {
  files.push(join(work, `${i}.png`));
  await noise(60 + i, 50 + 3 * i)
    .png()
    .toFile(files[i]!);
}
files.splice(2, 0, undefined);
files.push(join(work, "broken.jpg"), join(work, "none.png"));
writeFileSync(files.at(-2)!, "no picture");
const stores = () => mkdtempSync(join(work, "cache-"));
const side = 40;
const bytesOf = (file: PixelFile, index: number) =>
  Buffer.from(file.read(index, Buffer.alloc(pictureBytes(file.shape))));

test("decoded once, found again by content, what is broken is named", async () => {
  const folder = stores();
  const shares: number[] = [];
  const first = await openPixels(files, { side, folder, onProgress: (share) => shares.push(share) });
  assert.deepEqual([...first.present], [1, 1, 0, 1, 1, 1, 1, 0, 0]);
  assert.deepEqual(
    first.broken.map(({ index }) => index),
    [7, 8],
  );
  assert.match(first.broken[0]!.reason, /broken\.jpg: it is text|broken\.jpg is text|text/);
  assert.ok(shares.at(-1) === 1 && shares.every((share, i) => i === 0 || share >= shares[i - 1]!), `${shares}`);
  const again = await openPixels(files.with(1, files[1]!), { side, folder });
  assert.equal(again.path, first.path);
  const moved = join(work, "moved.png");
  copyFileSync(files[0]!, moved);
  assert.equal((await openPixels(files.with(0, moved), { side, folder })).path, first.path, "names are not contents");
  assert.notEqual((await openPixels(files.with(0, files[1]), { side, folder })).path, first.path);
  assert.notEqual((await openPixels(files, { side: side + 1, folder })).path, first.path);
  assert.ok(
    readdirSync(folder).every((name) => name.endsWith(".pixels")),
    "nothing half-written is left",
  );
});

test("an interrupted decoding is resumed, and what it left damaged is decoded again", async () => {
  const whole = await openPixels(files, { side, folder: stores() });
  const folder = stores();
  const path = join(folder, whole.path.slice(whole.path.lastIndexOf("/") + 1));
  copyFileSync(whole.path, `${path}.partial`);
  const file = openSync(`${path}.partial`, "r+");
  // Not done, and done without its pixels.
  writeSync(file, Buffer.of(0), 0, 1, entryOffset(1));
  writeSync(file, Buffer.alloc(100), 0, 100, pictureOffset(whole.shape, 1));
  writeSync(file, Buffer.alloc(100), 0, 100, pictureOffset(whole.shape, 3));
  closeSync(file);
  const resumed = await openPixels(files, { side, folder });
  assert.equal(resumed.path, path);
  for (const [i, has] of whole.present.entries())
    if (has === 1) assert.deepEqual(bytesOf(resumed, i), bytesOf(whole, i));
  assert.deepEqual(resumed.broken, whole.broken);

  const stop = new AbortController();
  const reason = new Error("stopped");
  const other = stores();
  // More than one batch.
  const many = Array.from({ length: 12 }, () => files).flat();
  const follow = (share: number) => void (share > 0.1 && stop.abort(reason));
  await assert.rejects(openPixels(many, { side, folder: other, signal: stop.signal, onProgress: follow }), reason);
  assert.ok(readdirSync(other).every((name) => name.endsWith(".partial")));
  const { broken, present } = await openPixels(many, { side, folder: other });
  assert.equal(broken.length, 24);
  assert.equal(present.indexOf(0, 100), 101);
});

test("a damaged file is made again where its length or head shows it, and refused where pixels do", async () => {
  const folder = stores();
  const { path, shape } = await openPixels(files, { side, folder });
  const change = (offset: number) => {
    const file = openSync(path, "r+");
    writeSync(file, Buffer.of(77, 78, 79), 0, 3, offset);
    closeSync(file);
  };
  change(10);
  assert.equal(PixelFile.open(path, shape), undefined);
  const made = await openPixels(files, { side, folder });
  change(pictureOffset(shape, 3) + 5);
  assert.throws(() => bytesOf(made, 3), /is damaged at picture 3: remove the file/);
  bytesOf(made, 4);
});

test("a folder that cannot be is one line", async () => {
  const file = join(work, "in-the-way");
  writeFileSync(file, "");
  await assert.rejects(openPixels(files, { side, folder: join(file, "pixels") }), {
    name: "UserError",
    message: /in-the-way\/pixels.* a part of the path is not a folder$/,
  });
});

test("rows are the middle of pictures, channel by channel; augmented ones follow their key", async () => {
  const path = join(work, "halves.png");
  await twoHalves(80, 80).png().toFile(path);
  const file = await openPixels([path, undefined, files[0]], { side: 40, folder: stores() });
  const matrix = pictureMatrix(file, 32);
  const plane = 32 * 32;
  const values = new Float32Array(3 * matrix.columns).fill(9);
  matrix.gather([0, 1, 2], values);
  const [red, blue] = [values.subarray(0, plane), values.subarray(2 * plane, 3 * plane)];
  assert.deepEqual([red[0], red[31], blue[0], blue[31]], [255, 0, 0, 255]);
  assert.ok(values.subarray(matrix.columns, 2 * matrix.columns).every((value) => value === 0));
  const pixels = bytesOf(file, 2);
  for (const [y, x, channel] of [
    [0, 0, 0],
    [5, 31, 2],
    [31, 7, 1],
  ] as const) {
    const found = values[2 * matrix.columns + channel * plane + y * 32 + x];
    assert.equal(found, pixels[3 * ((y + 4) * 40 + x + 4) + channel]);
  }

  const seen = (rows: number[], epoch: number, of = matrix) => {
    const target = new Float32Array(rows.length * of.columns);
    of.pictures!.gatherAugmented(rows, target, { seed: 3, epoch });
    return target;
  };
  const both = seen([2, 0], 1);
  assert.deepEqual(seen([0, 2], 1).subarray(matrix.columns), both.subarray(0, matrix.columns), "whatever else is seen");
  assert.deepEqual(seen([0], 1, selectRows(matrix, [2]) as typeof matrix), seen([2], 1), "rows keep their pictures");
  const [starts, mirrored] = [new Set<string>(), new Set<boolean>()];
  for (let epoch = 0; epoch < 40; epoch++) {
    const own = seen([2], epoch);
    let found = "";
    for (let top = 0; top <= 8; top++)
      for (let left = 0; left <= 8; left++)
        for (const flip of [false, true]) {
          const at = (y: number, x: number) => pixels[3 * ((top + y) * 40 + left + (flip ? 31 - x : x))];
          if ([0, 9, 30].every((y) => [0, 1, 13, 31].every((x) => own[y * 32 + x] === at(y, x)))) {
            found = `${top},${left}`;
            mirrored.add(flip);
          }
        }
    assert.notEqual(found, "", `epoch ${epoch} shows a part of the picture`);
    starts.add(found);
  }
  assert.ok(starts.size > 20 && mirrored.size === 2, `${starts.size} places`);
});
