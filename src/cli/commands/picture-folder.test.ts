// vantage datasets info on folders of pictures: what it says, questions whose answers can be pasted, and mistakes in one line.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { folderOf } from "../../data/media/folders.testing.js";
import { runCommand } from "../command.testing.js";

const info = (folder: string, ...more: string[]) => runCommand(["datasets", "info", ".", ...more], folder);
const question = "thumb,picture,caption\n1.png,2.png,a b\n2.png,1.png,b c\n";

test("a folder of pictures and captions, as text and as JSON", async () => {
  const folder = folderOf(["a/1.png", "b/2.png"], { "captions.csv": "file,caption\n1.png,a cat\n2.png,a dog\n" });
  const { status, stdout, stderr } = await info(folder);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /: 2 samples\nfrom \. captions\.csv\n/);
  assert.match(stdout, /2 classes: a \(1\), b \(1\)/);
  const { stdout: json } = await info(folder, "--json");
  assert.deepEqual(JSON.parse(json).texts.captions, 2);
});

test("the flags of a question can be pasted", async () => {
  const folder = folderOf(["1.png", "2.png"], { "my captions.csv": question });
  const requested = await info(folder);
  assert.equal(requested.status, 2);
  assert.equal(
    requested.stderr.trim(),
    'vantage: my captions.csv: which column names the pictures? Choose with --file-column thumb ("1.png") or --file-column picture ("2.png")',
  );
  const { status, stdout } = await info(folder, "--file-column", "picture", "--json");
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).texts.captions, 2);
});

test("mistakes are one line and exit status 2", async () => {
  const folder = folderOf(["1.png"], {
    "captions.csv": "file,caption\n1.png,a b\n",
    "other.csv": "file,caption\nx.png,a b\n",
  });
  const cases: [string[], RegExp][] = [
    [["--captions", "none.csv"], /none\.csv cannot be read: no such file/],
    [["--captions", "other.csv"], /none of its 1 names is a picture in .*; it has "x\.png", the folder has "1\.png"/],
    [["--text-column", "words"], /no column "words"; its columns are file, caption/],
    [["--text-as", "both"], /--text-as.*joined, each/],
    [["--label-level", "x"], /--label-level x/],
    [["--captions", join(folder, "1.png")], /is a PNG image/],
  ];
  for (const [flags, expected] of cases) {
    const { status, stderr, stdout } = await info(folder, ...flags);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert.match(stderr, expected);
  }
  const features = await info(folder, "--views", "a=b");
  assert.match(features.stderr, /--views is for files of features; \. is a folder of pictures/);
  const file = await runCommand(["datasets", "info", "captions.csv", "--captions", "captions.csv"], folder);
  assert.match(file.stderr, /captions\.csv is not a folder of pictures/);
  const empty = await info(folderOf([]));
  assert.match(empty.stderr, /has no pictures .*: it is empty/);
  assert.equal(empty.status, 2);
});
