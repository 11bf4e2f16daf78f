// Tests of files with a header and a checksum, as a folder store writes and reads them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { replaceFile } from "../../../files.js";
import { CrcReader, encodeHeader, withCrc } from "./files.js";
import { testFolder } from "./folder-store.fixture.testing.js";

const mark = "vantage-test\n";
const most = 2 ** 26;

function opened<T>(path: string, read: (file: CrcReader) => T): T {
  const file = new CrcReader(path);
  try {
    return read(file);
  } finally {
    file.close();
  }
}

test("what was written is read back, and one wrong byte is found", async () => {
  const path = join(testFolder(), "file");
  const body = Buffer.from("some bytes");
  const read = () =>
    opened(path, (file) => {
      const header = file.readHeader(mark, most);
      const content = file.read(Buffer.alloc(body.length));
      file.checkEnd();
      return { header, content };
    });
  const pieces = [...withCrc([encodeHeader(mark, { rows: 3 }), body])];
  await replaceFile(path, pieces);
  assert.deepEqual(read(), { header: { rows: 3 }, content: body });
  const damaged = Buffer.concat(pieces);
  damaged[damaged.length - 6]! ^= 1;
  writeFileSync(path, damaged);
  assert.throws(read, /is damaged/);
});

test("a header that says to be longer than its file is not one, and takes no memory", () => {
  const path = join(testFolder(), "file");
  const whole = encodeHeader(mark, { rows: 3 });
  whole.writeUInt32LE(most, mark.length);
  writeFileSync(path, whole);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(
    opened(path, (file) => file.readHeader(mark, most)),
    undefined,
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});
