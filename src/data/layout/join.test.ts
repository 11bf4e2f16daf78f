// Several files as one data set: by ids, by rows, and what is refused; a reading written down and read again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openDataset } from "../catalog.js";
import { presentRows } from "../dataset.js";
import { writeNpy } from "../formats/index.js";
import { toDense } from "../matrix.js";
import { readLayoutFile, writeLayout } from "./layout-file.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-join-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const rna = file("rna.csv", "id,rna_1,rna_2\np1,1,2.5\np2,2,3.5\np3,3,4.5\n");
const prot = file("prot.csv", "id,p1,p2\np3,1,2.5\np1,2,3.5\np4,3,4.5\n");
const labels = file("labels.csv", "id,diagnosis\np1,ill\np2,well\np3,ill\np4,well\n");

test("files are joined by their ids; who is not in a file lacks its view", async () => {
  const notes: string[] = [];
  const data = await openDataset([rna, prot, labels], { onNote: (note) => notes.push(note) });
  assert.deepEqual(data.ids, ["p1", "p2", "p3", "p4"]);
  assert.deepEqual(
    data.views.map((view) => [view.name, [...presentRows(view)!]]),
    [
      ["rna", [0, 1, 2]],
      ["p", [0, 2, 3]],
    ],
  );
  assert.deepEqual([...toDense(data.views[1]!.matrix).data], [2, 3.5, 0, 0, 1, 2.5, 3, 4.5]);
  assert.deepEqual(data.labels?.kind === "single" && [...data.labels.values], [0, 1, 0, 1]);
  assert.match(notes.join("\n"), /joined by their ids: 4 samples; 1 are not in rna, 1 are not in prot/);
});

test("files without ids are joined row by row where they have equally many, which is said", async () => {
  const [image, text, short] = ["image.npy", "text.npy", "short.npy"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeNpy(image, Float32Array.of(1, 2, 3, 4.5, 5, 6), [3, 2]);
  writeNpy(text, Float32Array.of(7, 8, 9, 1, 2, 3.5, 4, 5, 6), [3, 3]);
  writeNpy(short, Float32Array.of(7, 8.5, 9, 1), [2, 2]);
  const notes: string[] = [];
  const data = await openDataset([image, text], { onNote: (note) => notes.push(note) });
  assert.deepEqual(
    data.views.map(({ name, matrix }) => [name, matrix.columns]),
    [
      ["image", 2],
      ["text", 3],
    ],
  );
  assert.match(notes.join(), /joined row by row/);
  await assert.rejects(openDataset([image, short]), /has 2 samples and .* 3, and .* no ids to join them by/);
});

test("files that contradict each other are refused", async () => {
  const other = file("other.csv", "id,x1,x2\nq1,1,2.5\nq2,2,3.5\n");
  await assert.rejects(openDataset([rna, other]), /no id in common .*"p1" there, "q1" in/);
  const twice = file("twice.csv", "id,x1,x2\np1,1,2.5\np1,2,3.5\n");
  await assert.rejects(openDataset([rna, twice], { ids: "id" }), /the same id twice/);
  const relabeled = file("relabeled.csv", "id,diagnosis\np1,well\np2,well\np3,ill\n");
  await assert.rejects(openDataset([rna, labels, relabeled]), /different labels for the same sample/);
  for (const options of [{ labels: "nothing" }, { ids: "nothing" }, { splits: "nothing" }, { ignore: ["nothing"] }]) {
    await assert.rejects(openDataset([rna, prot], options), /none of .* has a column or variable "nothing"/);
  }
  const parts = file("parts.csv", "id,set,x1,x2\np1,test,1,2.5\np2,train,2,3.5\np3,test,3,4.5\n");
  const others = file("others.csv", "id,set,y1,y2\np1,train,1,2.5\np2,train,2,3.5\np3,test,3,4.5\n");
  const notes: string[] = [];
  const data = await openDataset([parts, others], { onNote: (note) => notes.push(note) });
  assert.deepEqual([...data.splits.test!], [0, 2]);
  assert.match(notes.join("\n"), /the split of parts is used; others has one as well/);
});

test("a reading written down is read again alike; one beside the file is used, and that is said", async () => {
  const path = file(
    "study.csv",
    "patient,rna_1,rna_2,prot_1,prot_2,sex,site\na,1,2.5,3,4,m,x\nb,2,3.5,4,5,f,y\nc,3,4.5,5,6,m,x\nd,4,5.5,6,7,f,x\n",
  );
  const options = { labels: "site" };
  const data = await openDataset(path, options);
  const card = file("study.yaml", writeLayout(path, data.account!));
  assert.deepEqual(readLayoutFile(card).labels, "site");
  const again = await openDataset(path, { layout: card });
  const view = ({ views }: typeof data) =>
    views.map(({ name, matrix, features }) => [name, features, [...toDense(matrix).data]]);
  assert.deepEqual(view(again), view(data));
  assert.deepEqual([again.labels, again.ids], [data.labels, data.ids]);
  await assert.rejects(openDataset(path), /--labels sex .* or --labels site/);
  file("study.csv.layout.yaml", writeLayout(path, data.account!));
  const notes: string[] = [];
  await openDataset(path, { onNote: (note) => notes.push(note) });
  assert.match(notes.join(), /read as .*study\.csv\.layout\.yaml says/);
  const bad = file("bad.yaml", "view: {a: b}\n");
  await assert.rejects(openDataset(path, { layout: bad }), /bad\.yaml is no layout file: .*view/);
});
