// Tests of reading a growing log from a line on.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Random } from "../core/kernels/random.js";
import { LogIndex } from "./log-index.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-log-index-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "log");

/** The whole lines of a text. */
const whole = (text: string) => text.split("\n").slice(0, -1);

test("lines from any one on, while the file grows, is torn, is cut back and is written anew", () => {
  const random = new Random(3, "log");
  const log = new LogIndex(path, 2 ** 30);
  assert.deepEqual(log.read(0, 100), { lines: [], count: 0 });
  let text = "";
  for (let round = 0; round < 300; round++) {
    const kind = random.integer(10);
    if (kind === 0) text = "";
    else if (kind === 1)
      text = whole(text)
        .slice(0, random.integer(1 + whole(text).length))
        .map((line) => `${line}\n`)
        .join("");
    else if (kind === 2) text = text.replaceAll("1", "2");
    const more = Array.from(
      { length: random.integer(400) },
      (_, i) => `${round} ${"é".repeat(random.integer(9))} ${i}\n`,
    );
    text += more.join("") + (random.next() < 0.3 ? "torn" : "");
    if (kind > 2 && random.next() < 0.5) appendFileSync(path, "");
    writeFileSync(path, text);
    const from = random.integer(10 + whole(text).length);
    assert.deepEqual(
      log.read(from, 2 ** 30),
      { lines: whole(text).slice(from), count: whole(text).length },
      `${round}`,
    );
    assert.equal(log.count(), whole(text).length);
  }
});

test("what was appended alone is read, and a file that was cut back and has grown again is noticed", () => {
  writeFileSync(path, "one\ntwo\n");
  const log = new LogIndex(path, 1000);
  assert.equal(log.count(), 2);
  appendFileSync(path, "three\n");
  assert.deepEqual(log.read(1, 1000), { lines: ["two", "three"], count: 3 });
  truncateSync(path, 4);
  appendFileSync(path, "2\n3\n4\n5\n6\n7\n");
  assert.deepEqual(log.read(1, 1000), { lines: ["2", "3", "4", "5", "6", "7"], count: 7 });
});

test("a reply has a limit, and the next one goes on where it ended", () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  const log = new LogIndex(path, 1e6);
  const read: string[] = [];
  for (let turn = 0; read.length < 1000; turn++) {
    const { lines: got, count } = log.read(read.length, 100);
    assert.ok(got.length > 0 && got.join("").length < 120 && count === 1000 && turn < 200);
    read.push(...got);
  }
  assert.deepEqual(read, lines);
});

test("long files, long lines and links are refused", () => {
  writeFileSync(path, "a\n");
  truncateSync(path, 2 ** 25);
  assert.throws(() => new LogIndex(path, 2 ** 20).count(), /has 33554432 bytes, expected 1048576 at most/);
  appendFileSync(path, "\n");
  assert.throws(() => new LogIndex(path, 2 ** 30).read(0, 100 * 2 ** 20), /a line has more than 16777216 bytes/);
  symlinkSync(path, join(folder, "link"));
  assert.throws(() => new LogIndex(join(folder, "link"), 2 ** 30).count(), /symbolic link/);
});
