// The cache: where it is, that it is used, and that damage is noticed.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { cached, cacheFolder } from "./cache.js";

const before = { VANTAGE_CACHE: process.env.VANTAGE_CACHE, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vantage-cache-"));
  process.env.VANTAGE_CACHE = folder;
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

let built = 0;
const build = async () => {
  built++;
  return Uint8Array.of(1, 2, 3);
};

test("the folder", () => {
  assert.equal(cacheFolder(), folder);
  delete process.env.VANTAGE_CACHE;
  process.env.XDG_CACHE_HOME = "/some/where";
  assert.equal(cacheFolder(), join("/some/where", "vantage"));
  process.env.XDG_CACHE_HOME = "relative";
  assert.equal(cacheFolder(), join(homedir(), ".cache", "vantage"));
  delete process.env.XDG_CACHE_HOME;
  assert.equal(cacheFolder(), join(homedir(), ".cache", "vantage"));
});

test("builds once, then reads", async () => {
  built = 0;
  for (let i = 0; i < 2; i++) assert.deepEqual([...(await cached("a.bin", 3, build))], [1, 2, 3]);
  assert.equal(built, 1);
  assert.deepEqual(readdirSync(folder), ["a.bin"], "no temporary file left");
});

const damages: [string, (path: string) => void][] = [
  [
    "a changed byte",
    (path) =>
      writeFileSync(
        path,
        Uint8Array.from(readFileSync(path), (byte, i) => (i === 1 ? byte ^ 1 : byte)),
      ),
  ],
  ["a missing end", (path) => truncateSync(path, 20)],
  ["an empty file", (path) => truncateSync(path, 0)],
  ["more bytes", (path) => writeFileSync(path, "x", { flag: "a" })],
];
for (const [what, damage] of damages) {
  test(`${what} is noticed and repaired`, async () => {
    await cached("a.bin", 3, build);
    damage(join(folder, "a.bin"));
    built = 0;
    const notes: string[] = [];
    assert.deepEqual([...(await cached("a.bin", 3, build, (note) => notes.push(note)))], [1, 2, 3]);
    assert.equal(built, 1);
    assert.match(notes.join(), /a\.bin is damaged: building it again/);
    await cached("a.bin", 3, build);
    assert.equal(built, 1);
  });
}

test("a cache that cannot be written costs time only", async () => {
  mkdirSync(join(folder, "a.bin"));
  const notes: string[] = [];
  assert.deepEqual([...(await cached("a.bin", 3, build, (note) => notes.push(note)))], [1, 2, 3]);
  assert.match(notes.join("\n"), /a\.bin cannot be read \(EISDIR\).*\nnot cached: .*a\.bin cannot be written/);
});

test("a build of another size is a programming error", async () => {
  await assert.rejects(cached("c.bin", 4, build), RangeError);
});
