// Tests of files inside a folder that may be untrusted.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "./errors.js";
import { inside, openRegular, readRegular } from "./inside.js";

const root = mkdtempSync(join(tmpdir(), "vantage-inside-"));
after(() => rmSync(root, { recursive: true }));
const folder = join(root, "folder");
mkdirSync(join(folder, "model"), { recursive: true });
mkdirSync(join(root, "mine"));
writeFileSync(join(root, "mine", "secret"), "mine");
writeFileSync(join(folder, "model", "a.onnx"), "a");
symlinkSync(join(root, "mine"), join(folder, "away"));
symlinkSync(join(root, "mine", "secret"), join(folder, "link"));
symlinkSync(join(root, "none"), join(folder, "dangling"));
symlinkSync("model", join(folder, "within"));

test("a path inside the folder is given, whether it is there or not, and the folder itself may be a link", () => {
  symlinkSync(folder, join(root, "by link"));
  for (const own of [folder, join(root, "by link")]) {
    for (const parts of [["model", "a.onnx"], ["model/a.onnx"], ["new", "x"], ["."], ["model", "a.onnx", "x"]]) {
      assert.equal(inside(own, ...parts), join(own, ...parts));
    }
  }
});

test("links, ways out, pipes and devices are refused in one line that names them", () => {
  for (const parts of [
    ["away", "secret"],
    ["away"],
    ["link"],
    ["dangling"],
    ["within", "a.onnx"],
    ["model", "..", "link"],
  ]) {
    assert.throws(
      () => inside(folder, ...parts),
      (error: Error) => error instanceof UserError && /is a symbolic link.*not followed$/.test(error.message),
    );
  }
  for (const parts of [["..", "mine"], ["model/../../mine"], ["/etc/passwd", "..", "..", ".."]]) {
    assert.throws(() => inside(folder, ...parts), /leads out of/);
  }
  if (spawnSync("mkfifo", [join(folder, "pipe")]).status === 0) {
    assert.throws(() => inside(folder, "pipe"), /pipe is neither a plain file nor a folder/);
    assert.throws(() => openRegular(join(folder, "pipe")), /pipe cannot be read: it is not a plain file/);
    assert.throws(
      () => openRegular(join(folder, "pipe"), constants.O_WRONLY),
      /cannot be written: it is not a plain file/,
    );
  }
});

test("only plain files are opened, and written to only under their one name", () => {
  closeSync(openRegular(join(folder, "model", "a.onnx")));
  closeSync(openRegular(join(folder, "link"), constants.O_RDONLY, { follow: true }));
  assert.throws(() => openRegular(join(folder, "link")), /link cannot be read: a symbolic link/);
  assert.throws(
    () => openRegular(join(folder, "dangling"), constants.O_RDWR | constants.O_CREAT),
    /cannot be written: a symbolic/,
  );
  assert.throws(() => openRegular(join(folder, "model")), /cannot be read: it is a folder/);
  assert.throws(() => openRegular(join(folder, "none")), /none cannot be read: no such file/);
  linkSync(join(root, "mine", "secret"), join(folder, "hard"));
  assert.equal(readRegular(join(folder, "hard")).toString(), "mine");
  assert.throws(
    () => openRegular(join(folder, "hard"), constants.O_RDWR),
    /hard cannot be written: it has a second name/,
  );
  assert.equal(readFileSync(join(root, "mine", "secret"), "utf8"), "mine");
});

test("a file larger than expected is refused unread", () => {
  truncateSync(join(folder, "model", "a.onnx"), 2 ** 40);
  assert.throws(
    () => readRegular(join(folder, "model", "a.onnx"), 1000),
    /a\.onnx has 1099511627776 bytes, expected 1000 at most/,
  );
});
