// Tests of YAML files: read as the standard has them, refused in one line, and never slow for their length.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "yaml";
import { UserError } from "./errors.js";
import { readYaml } from "./yaml.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-yaml-"));
const path = join(folder, "a.yaml");
after(() => rmSync(folder, { recursive: true }));

function read(text: string, options: Parameters<typeof readYaml>[1] = {}): unknown {
  writeFileSync(path, text);
  return readYaml(path, options);
}

test("files are read as the package's own parser reads them", () => {
  const texts = [
    "",
    "3",
    "# nothing\n",
    "a: 1\nb: [x, {c: ~}]\n",
    "a: &x [1, 2]\nb: *x\n",
    "--- \n- é\n- 'it''s'\n",
    "%YAML 1.2\n---\na: |\n  b\n",
  ];
  for (const text of texts) assert.deepEqual(read(text), parse(text), text);
  const merged = "base: &b {x: 1}\nother: {<<: *b, y: 2}\n";
  assert.deepEqual(read(merged, { merge: true }), parse(merged, { merge: true }));
});

test("what is no YAML is refused in one line that says where", () => {
  const refused: [string, RegExp][] = [
    ["a: [", /must be sufficiently indented .* at line 1, column \d$/],
    ["a: 1\nb: 2\na: 3\n", /Map keys must be unique at line 3, column 1$/],
    ["a: {b: 1, c: {d: 1, d: 2}}", /Map keys must be unique at line 1, column 21$/],
    ["a: *none", /Unresolved alias/],
    ["--- 1\n--- 2\n", /it holds several documents at line 2/],
    ["[".repeat(20_000), /nested too deeply at line 1/],
    [
      "a: &x [1]\n"
        .concat(...Array.from({ length: 9 }, (_, i) => `b${i}: &y${i} [${"*x,".repeat(50)}]\n`))
        .replace("&x [1]", "&x [1, 2]"),
      /Excessive alias count/,
    ],
  ];
  for (const [text, reason] of refused) {
    assert.throws(
      () => read(text),
      (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.ok(error.message.startsWith(`${path} is not YAML: `) && !error.message.includes("\n"), error.message);
        assert.match(error.message, reason);
        return true;
      },
    );
  }
});

test("time grows with the length, whatever the text", { timeout: 60_000 }, () => {
  const many = (text: (i: number) => string, count: number) =>
    Array.from({ length: count }, (_, i) => text(i)).join("");
  const texts = {
    keys: many((i) => `k${i}: 1\n`, 60_000),
    anchors: many((i) => `- &a${i} 1\n`, 60_000),
    "quotation marks": '"'.repeat(200_000),
    tags: "! ".repeat(100_000),
    "anchors of one node": "&a ".repeat(100_000),
    aliases: "*a\n".repeat(100_000),
    directives: "%a\n".repeat(100_000),
    "a flow of keys": `{${many((i) => `k${i}: 1,`, 60_000)}}`,
    brackets: "[".repeat(200_000),
  };
  for (const [name, text] of Object.entries(texts)) {
    const begin = process.cpuUsage();
    try {
      read(text);
    } catch (error) {
      assert.ok(error instanceof UserError, `${name}: ${error}`);
    }
    const { user } = process.cpuUsage(begin);
    // A second or two at most; quadratic, each takes half a minute and more.
    assert.ok(user < 8e6, `${name}: ${user / 1e6} s of processor time`);
  }
});

test("long files, links and folders are refused unread", () => {
  writeFileSync(path, "a: 1\n");
  truncateSync(path, 2 ** 40);
  assert.throws(() => readYaml(path), /a\.yaml has 1099511627776 bytes, expected 4194304 at most/);
  writeFileSync(path, "a: 1\n");
  symlinkSync(path, join(folder, "link.yaml"));
  assert.deepEqual(readYaml(join(folder, "link.yaml")), { a: 1 });
  assert.throws(
    () => readYaml(join(folder, "link.yaml"), { follow: false }),
    /link\.yaml cannot be read: a symbolic link/,
  );
  symlinkSync("/dev/zero", join(folder, "zero.yaml"));
  assert.throws(() => readYaml(join(folder, "zero.yaml")), /zero\.yaml cannot be read: it is not a plain file/);
  assert.throws(() => readYaml(folder), /cannot be read: it is a folder/);
});
