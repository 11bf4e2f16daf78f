// A collection from files of vectors: which pairs there are and which are held out, what is kept of an item, and files that are no pairs.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { UserError } from "../errors.js";
import { fileCollection } from "./file-collection.js";
import { hiddenPairs } from "./pairs.testing.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-file-collection-"));
after(() => rmSync(folder, { recursive: true }));

const { views } = hiddenPairs({ samples: 40, columns: [3, 2] });
/** Row i of a view as it stands in a table. */
const row = (view: number, i: number) => {
  const { matrix } = views[view]!;
  assert.ok(matrix.kind === "dense");
  return Array.from(matrix.data.subarray(i * matrix.columns, (i + 1) * matrix.columns), String);
};
const header = ["id", "title", "image0", "image1", "image2", "text0", "text1"];

/** A table of pairs, changed line by line. */
function table(
  name: string,
  change: (cells: string[], i: number) => string[] = (cells) => cells,
  first = header,
): string {
  const lines = Array.from({ length: 40 }, (_, i) => change([`p${i}`, `title ${i}`, ...row(0, i), ...row(1, i)], i));
  const path = join(folder, name);
  writeFileSync(path, [first, ...lines].map((cells) => cells.join(",")).join("\n"));
  return path;
}
const chosen = { views: "image=image*,text=text*", ids: "id", ignore: ["title"] };
async function opened(data: string | string[], source: object = chosen, seed = 0) {
  const notes: string[] = [];
  const collection = await fileCollection({ data, ...source }, seed, { onNote: (note) => notes.push(note) });
  return { ...collection, notes };
}
const all = ({ train, test: held }: { train: Int32Array; test: Int32Array }) =>
  [...train, ...held].sort((a, b) => a - b);

test("views, ids and other columns; a tenth is held out by the seed", async () => {
  const { data, heldOut, details, notes } = await opened(table("pairs.csv"));
  assert.deepEqual(
    data.views.map(({ name, matrix }) => [name, matrix.columns]),
    [
      ["image", 3],
      ["text", 2],
    ],
  );
  assert.deepEqual(
    all(heldOut),
    Array.from({ length: 40 }, (_, i) => i),
  );
  assert.equal(heldOut.test.length, 10);
  assert.equal(details.get("p7")!.title, "title 7");
  assert.ok(notes.includes("kept as metadata of the items: title"), notes.join("\n"));
  const again = await opened(join(folder, "pairs.csv"));
  assert.deepEqual(again.heldOut, heldOut);
  assert.notDeepEqual((await opened(join(folder, "pairs.csv"), chosen, 1)).heldOut, heldOut);
});

test("samples with the same values in a view go together", async () => {
  // Samples 0 to 9 show one picture.
  const path = table("copies.csv", (cells, i) =>
    i < 10 ? [...cells.slice(0, 2), ...row(0, 0), ...cells.slice(5)] : cells,
  );
  for (let seed = 0; seed < 5; seed++) {
    const { heldOut } = await opened(path, chosen, seed);
    const trained = heldOut.train.filter((i) => i < 10).length;
    const held = heldOut.test.filter((i) => i < 10).length;
    assert.ok(trained === 0 || held === 0, `${trained} train, ${held} are held out`);
    assert.ok(held <= 1, "one of a group is measured");
  }
});

test("two files are joined by their ids", async () => {
  const images = table("images.csv", (cells) => [cells[0]!, ...cells.slice(2, 5)], ["id", ...header.slice(2, 5)]);
  const texts = table("texts.csv", (cells) => [cells[0]!, ...cells.slice(5)], ["id", ...header.slice(5)]);
  const { data, heldOut, details } = await opened([images, texts], { ids: "id" });
  assert.deepEqual([data.samples, data.views.length, details.size], [40, 2, 0]);
  assert.equal(all(heldOut).length, 40);
});

test("what holds no pairs is refused in one line, with what to do", async () => {
  const refused = async (data: string | string[], source: object, message: RegExp) =>
    assert.rejects(opened(data, source), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  const path = join(folder, "pairs.csv");
  const others = { ids: "id", ignore: ["title", "text0", "text1"] };
  await refused(
    path,
    { ...others, views: "image=image*" },
    /has one view, "image".*: vantage index .*pairs\.csv --out INDEX/,
  );
  await refused(
    path,
    { ...chosen, views: "a=image0,b=image1,c=image2", ignore: ["title", "text0", "text1"] },
    /has the views a, b, c; .* choose with --views a,b$/,
  );
  await refused(join(folder, "none.csv"), chosen, /none\.csv/);
  const damaged = table("damaged.csv", (cells, i) =>
    i === 9 ? cells.map((cell, c) => (c === 3 ? "NaN" : cell)) : cells,
  );
  await refused(damaged, chosen, /damaged\.csv|image/);
  const few = join(folder, "few.csv");
  writeFileSync(
    few,
    [header, ...Array.from({ length: 6 }, (_, i) => [`p${i}`, "t", ...row(0, i), ...row(1, i)])]
      .map((cells) => cells.join(","))
      .join("\n"),
  );
  await refused(few, chosen, /6/);
});
