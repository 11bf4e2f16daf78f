// Table definitions: how a mistake is reported, how settings come together, and the ones that come with the package.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { stringify } from "yaml";
import { UserError } from "../errors.js";
import { readDefinition } from "./definition.js";
import { findDefinition, shippedDefinitions } from "./find-definition.js";
import { cellsOf, chooseCells } from "./grid.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-"));
after(() => rmSync(folder, { recursive: true }));

const good = {
  name: "tiny",
  title: "Tiny",
  source: "nobody",
  measures: [{ name: "acc", title: "ACC" }],
  settings: { data: "a.mat", set: { lr: 1, batch: 2 }, note: "All." },
  columns: [
    { title: "16", group: "A", bits: 16, methods: { gmae: { set: { lr: 2 }, note: "Column." } } },
    { title: "32", group: "A", bits: 32, data: "b.mat" },
  ],
  rows: [
    { title: "GMAE", method: "gmae", set: { latent: 3 }, published: { acc: [0.5, null] } },
    { title: "Others", note: "Never shown.", published: { acc: [0.25, 0.75] } },
  ],
};

function read(content: unknown) {
  const path = join(folder, "table.yaml");
  writeFileSync(path, typeof content === "string" ? content : stringify(content));
  return readDefinition(path);
}

const mistakes: Record<string, { content: unknown; expected: RegExp }> = {
  "no YAML": { content: "rows: [", expected: /table\.yaml is not YAML/ },
  "an empty file": { content: "", expected: /table\.yaml is no table definition: name: / },
  "a key that is not there": {
    content: { ...good, rows: [{ title: "a", methd: "gmae" }] },
    expected: /rows\.0\.methd: there is no such key/,
  },
  "a setting of the wrong type": { content: { ...good, settings: { epochs: "ten" } }, expected: /settings\.epochs: / },
  "too few published figures": {
    content: { ...good, rows: [{ title: "a", published: { acc: [1] } }] },
    expected: /rows\.0\.published\.acc: has 1 figures for 2 columns/,
  },
  "figures of no measure": {
    content: { ...good, rows: [{ title: "a", published: { nmi: [1, 2] } }] },
    expected: /rows\.0\.published\.nmi: is none of the measures \(acc\)/,
  },
  "a row twice": {
    content: { ...good, rows: [{ title: "a" }, { title: "a" }] },
    expected: /rows\.1\.title: "a" is repeated/,
  },
  "a seed twice": { content: { ...good, seeds: [0, 1, 0] }, expected: /seeds\.2: seed 0 is repeated/ },
  "a column twice": {
    content: { ...good, columns: [{ title: "a" }, { title: "a" }], rows: [{ title: "a" }] },
    expected: /columns\.1\.title: is repeated/,
  },
};
for (const [what, { content, expected }] of Object.entries(mistakes)) {
  test(`a definition with ${what} is refused in one line`, () => {
    assert.throws(
      () => read(content),
      (error) => error instanceof UserError && expected.test(error.message) && !error.message.includes("\n"),
    );
  });
}

test("a definition that is not there names those that are", () => {
  assert.throws(() => findDefinition("mvlnet"), /there is no table mvlnet: the package has .*mvlnet-1/);
  assert.throws(() => findDefinition(join(folder, "none.yaml")), /none\.yaml cannot be read: no such file/);
});

test("cells: settings of table, column, method in the column and row come together, the later win", () => {
  const cells = cellsOf(read(good));
  assert.deepEqual(
    cells.map(({ name, settings, notes, published }) => ({ name, settings, notes, published })),
    [
      {
        name: "GMAE, A 16",
        settings: { method: "gmae", data: "a.mat", bits: 16, set: { lr: 2, batch: 2, latent: 3 } },
        notes: ["All.", "Column."],
        published: { acc: 0.5 },
      },
      {
        name: "GMAE, A 32",
        settings: { method: "gmae", data: "b.mat", bits: 32, set: { lr: 1, batch: 2, latent: 3 } },
        notes: ["All."],
        published: {},
      },
      { name: "Others, A 16", settings: undefined, notes: [], published: { acc: 0.25 } },
      { name: "Others, A 32", settings: undefined, notes: [], published: { acc: 0.75 } },
    ],
  );
  const names = (pattern: string) => chooseCells(cells, pattern).map(({ name }) => name);
  assert.deepEqual(names("a 16"), ["GMAE, A 16"]);
  assert.deepEqual(names("g*32"), ["GMAE, A 32"]);
  assert.deepEqual(names("gmae"), ["GMAE, A 16", "GMAE, A 32"]);
  assert.deepEqual(names("32*16"), []);
});

test("every definition of the package can be read, is named as its file, and says where it is from", () => {
  const definitions = shippedDefinitions();
  assert.ok(definitions.length >= 10);
  for (const definition of definitions) {
    assert.equal(findDefinition(definition.name).definition.name, definition.name);
    assert.ok(cellsOf(definition).every(({ settings }) => settings === undefined || settings.data !== undefined));
  }
});
