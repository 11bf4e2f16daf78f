// Every example of README, CONTRIBUTING and docs runs as it is written, on small data of the layout that it names.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type TestContext, test } from "node:test";
import { Random } from "./core/kernels/random.js";
import { openDataset } from "./data/catalog.js";
import { writeNpz } from "./data/formats/index.js";
import { array, encodeMatlab5, type MatlabValue } from "./data/formats/matlab/matlab5.testing.js";
import { twoHalves } from "./data/media/pictures.testing.js";
import { type Example, type Page, pages, root } from "./docs-pages.testing.js";
import { openStage, type Stage } from "./docs-stage.testing.js";
import { readModelSettings } from "./encoders/onnx/settings.js";
import { readDefinition } from "./reproduce/definition.js";
import { openPglite, openPgliteStore } from "./search/stores/postgres/pglite.js";

const random = new Random(7, "docs");
/** Values that tell the class of a row: column-major, as MATLAB has them. */
const features = (rows: number, columns: number, classes: number) =>
  array(
    [rows, columns],
    Array.from({ length: rows * columns }, (_, e) => {
      const [row, column] = [e % rows, Math.floor(e / rows)];
      return (column % classes === row % classes ? 2 : 0) + Math.abs(random.normal());
    }),
  );
const labels = (rows: number, classes: number) =>
  array(
    [rows, 1],
    Array.from({ length: rows }, (_, row) => (row % classes) + 1),
  );
const rowMajor = (rows: number, columns: number) => ({
  data: Float32Array.from({ length: rows * columns }, () => random.normal()),
  shape: [rows, columns],
});
/** One value other than 0 in each row: a large matrix that is small on disk. */
const sparse = (rows: number, columns: number): MatlabValue => ({
  kind: "sparse",
  shape: [rows, columns],
  offsets: Array.from({ length: columns + 1 }, (_, c) => Math.ceil((c * rows) / columns)),
  rows: Array.from({ length: rows }, (_, row) => row),
  values: Array.from({ length: rows }, () => 1 + Math.abs(random.normal())),
});
const matlab = (path: string, variables: Record<string, MatlabValue>) =>
  writeFileSync(path, encodeMatlab5(variables, { compressed: true }));
const cell = (...items: MatlabValue[]): MatlabValue => ({ kind: "cell", shape: [items.length, 1], items });

const mydata = ({ folder }: Stage) =>
  matlab(join(folder, "mydata.mat"), {
    image: features(120, 12, 3),
    text: features(120, 10, 3),
    label: labels(120, 3),
  });
/** A CSV file of 90 samples of three kinds: views by their numbers of columns, ids that begin with `id`, and so many values of `diagnosis`. */
function table(
  path: string,
  { id, diagnosis, ...views }: { id: string; diagnosis?: number; [view: string]: number | string | undefined },
) {
  const columns = Object.entries(views).flatMap(([view, count]) =>
    Array.from({ length: Number(count) }, (_, j) => `${view}_${j + 1}`),
  );
  const lines = Array.from({ length: 90 }, (_, row) => {
    const values = columns.map((_, j) => ((j % 3 === row % 3 ? 2 : 0) + Math.abs(random.normal())).toFixed(3));
    return [`${id}${row}`, ...values, ...(diagnosis ? [`kind-${row % diagnosis}`] : [])].join(",");
  });
  writeFileSync(path, `${["id", ...columns, ...(diagnosis ? ["diagnosis"] : [])].join(",")}\n${lines.join("\n")}\n`);
}

const columnsOf = (names: RegExp) =>
  ["patient", ...Array.from({ length: 6 }, (_, j) => `rna_${j}`), ...Array.from({ length: 4 }, (_, j) => `prot_${j}`)]
    .concat("sex", "diagnosis")
    .filter((name) => name === "patient" || names.test(name));

/** Patients with two kinds of measurements of three diagnoses; with gaps, every 19th measurement is missing. */
function study(columns: readonly string[], rows: number, gaps: boolean): string {
  const values = new Random(11, "study");
  const lines = Array.from({ length: rows }, (_, i) => {
    const cells = columns.map((name, j) => {
      if (name === "patient") return `P${String(i).padStart(3, "0")}`;
      if (name === "sex") return i % 2 === 0 ? "f" : "m";
      if (name === "diagnosis") return ["healthy", "mild", "severe"][i % 3]!;
      if (gaps && (i * columns.length + j) % 19 === 7) return "";
      return ((j % 3 === i % 3 ? 2 : 0) + 0.3 * values.normal()).toFixed(3);
    });
    return cells.join(",");
  });
  return `${columns.join(",")}\n${lines.join("\n")}\n`;
}

/** The files that a page's examples name, and runs that it describes. */
const preparations: Record<string, (stage: Stage) => unknown> = {
  "README.md": mydata,
  "docs/library.md": mydata,
  "docs/clusters.md": ({ folder }) => table(join(folder, "cells.csv"), { id: "c", rna: 12, protein: 10 }),
  "docs/which-view.md": ({ folder }) =>
    table(join(folder, "study.csv"), { id: "p", rna: 12, protein: 11, blood: 10, diagnosis: 3 }),
  "docs/hash-codes.md"({ folder }) {
    matlab(join(folder, "Wikipedia.mat"), {
      X: cell(features(900, 128, 10), features(900, 10, 10)),
      y: labels(900, 10),
    });
    const y = { data: Int32Array.from({ length: 900 }, (_, row) => (row % 10) + 1), shape: [900] };
    writeNpz(join(folder, "sounds.npz"), { X: rowMajor(900, 20), y });
    writeNpz(join(folder, "more.npz"), { text: rowMajor(40, 10) });
  },
  "docs/dataset-cards.md"({ folder }) {
    matlab(join(folder, "features.mat"), {
      ...{ I_tr: sparse(2000, 4096), T_tr: sparse(2000, 300), L_tr: labels(2000, 2) },
      ...{ I_te: sparse(1000, 4096), T_te: sparse(1000, 300), L_te: labels(1000, 2) },
    });
    matlab(join(folder, "XMediaFeatures.mat"), {
      ...{ I_te_CNN: features(60, 16, 4), A_te: features(40, 29, 4) },
      ...{ teImgCat: labels(60, 4), teAudCat: labels(40, 4) },
    });
  },
  "docs/reading.md"({ folder }) {
    matlab(join(folder, "mydata.mat"), { image: features(30, 12, 3), text: features(30, 8, 3), label: labels(30, 3) });
    const rows = ["p1", "p2", "p3", "p4"];
    const table = (name: string, header: string, row: (id: string, i: number) => string) =>
      writeFileSync(join(folder, name), `${header}\n${rows.map(row).join("\n")}\n`);
    table("rna.csv", "id,rna_1,rna_2", (id, i) => `${id},${i}.5,${i * 2}`);
    table("protein.csv", "id,protein_1,protein_2", (id, i) => `${id},${i}.25,${i * 3}`);
    table("diagnosis.csv", "id,diagnosis", (id, i) => `${id},${i % 2 === 0 ? "ill" : "well"}`);
    table("study.csv", "patient;rna_1;rna_2;protein_1;protein_2;sex;site;diagnosis", (id, i) => {
      return `${id};${i},5;${i},25;${i * 2},5;0,${i}5;${i % 2 ? "f" : "m"};x;${i % 2 ? "ill" : "well"}`;
    });
  },
  "docs/tables.md"({ folder }) {
    const write = (name: string, columns: RegExp, rows: number, gaps: boolean) =>
      writeFileSync(join(folder, name), study(columnsOf(columns), rows, gaps));
    write("study.csv", /./, 90, true);
    write("new.csv", /rna|prot/, 20, true);
    write("rna.csv", /rna|diagnosis/, 90, false);
    write("prot.csv", /prot/, 80, false);
  },
  "docs/python-and-r.md": ({ folder }) => writeFileSync(join(folder, "study.csv"), study(columnsOf(/./), 90, false)),
  async "docs/picture-folders.md"({ folder }) {
    mkdirSync(join(folder, "photos"));
    const rows = ["file,caption,kind"];
    for (let i = 0; i < 24; i++) {
      const kind = i % 2 === 0 ? "cat" : "dog";
      await twoHalves(8 + i, 8).toFile(join(folder, "photos", `${i}.png`));
      rows.push(`${i}.png,a ${kind} in picture ${i},${kind}`);
    }
    writeFileSync(join(folder, "photos", "captions.csv"), `${rows.join("\n")}\n`);
  },
  "docs/exports.md"({ folder }) {
    const rows = Array.from({ length: 20 }, (_, i) => `p${i},${i}.5,${i * 2},${i % 3},${i % 2 ? "ill" : "well"}`);
    writeFileSync(join(folder, "study.csv"), `id,rna_1,rna_2,protein_1,diagnosis\n${rows.join("\n")}\n`);
  },
  // The index whose folder the page shows: that of docs/search.md.
  "docs/stores.md": (stage) =>
    stage.shell("vantage train dchn --data emoji --out runs/emoji\nvantage index runs/emoji --out emoji-index"),
  "docs/run-folder.md"(stage) {
    matlab(join(stage.folder, "Digits-2V.mat"), { X: cell(features(90, 12, 3), features(90, 8, 3)), Y: labels(90, 3) });
    return stage.shell("vantage train gmae --data Digits-2V.mat --seed 0");
  },
};

/** Parts of a folder that are there under the conditions that the page names. */
const conditional = [
  "lock",
  "views/NAME/",
  "centre.safetensors",
  "coder.safetensors",
  "columns.json",
  "encoders.json",
  "examples.json",
  "tensorboard/",
];

/** By language. What a page's examples leave behind is there for those that follow. */
const runners: Record<string, (example: Example, stage: Stage) => Promise<unknown>> = {
  async sh({ text }, stage) {
    if (text.includes("curl ")) return withServer(stage, () => stage.shell(text));
    if (!/\bvantage serve\b/.test(text)) return stage.shell(text);
    return stage.serving(text, async (url) => {
      const page = await fetch(url);
      assert.equal(page.status, 200);
      assert.match(await page.text(), /<html/);
    });
  },

  ts: ({ text }, stage) => stage.script(text),

  /** A file of the examples, which the page shows whole. */
  async js({ text }, { folder }) {
    assert.equal(text, readFileSync(join(root, "examples/own-method/own-method.mjs"), "utf8"));
    writeFileSync(join(folder, "own-method.mjs"), text);
  },

  /** NumPy may be missing: a file of the arrays that the lines save, texts by numbers of rows. */
  async python({ text }, { folder }) {
    const [, file, list] = /np\.savez\("([\w.]+)", (.+)\)/.exec(text)!;
    const names = list!.split(", ").map((part) => part.split("=")[0]!);
    const ids = Array.from({ length: 120 }, (_, row) => `pic-${row}`);
    const arrays = names.map((name) => [
      name,
      /^(image|text)$/.test(name) ? rowMajor(120, 24) : { data: ids, shape: [120] },
    ]);
    writeNpz(join(folder, file!), Object.fromEntries(arrays));
  },

  async json({ text }, { folder }) {
    const [run] = readdirSync(join(folder, "runs"));
    const lines = readFileSync(join(folder, "runs", run!, "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    assert.deepEqual(types(JSON.parse(text)), types(JSON.parse(lines[0]!)));
  },

  async text({ text }, { folder }) {
    const entries = treeEntries(text);
    const base = join(folder, entries.shift()!);
    const files = readdirSync(base, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(base, name)).isFile())
      .map((name) => name.split(sep).join("/"));
    for (const entry of entries) {
      if (conditional.includes(entry)) continue;
      assert.ok(
        files.some((file) => pattern(entry).test(file)),
        `${entry} is not in ${base}: ${files.join(", ")}`,
      );
    }
    const undescribed = files.filter((file) => !entries.some((entry) => pattern(entry).test(file)));
    assert.deepEqual(undescribed, [], `the page does not describe these files`);
  },

  async yaml({ text }, { folder }) {
    if (/^(size|pooling): /m.test(text)) {
      writeFileSync(join(folder, "clip.yaml"), text);
      assert.equal(readModelSettings(join(folder, "clip.onnx")).output, "image_embeds");
      return;
    }
    if (text.includes("\nmeasures:")) {
      const table = join(folder, "my-table.yaml");
      writeFileSync(table, text);
      assert.equal(readDefinition(table).name, "my-table");
      return;
    }
    if (text.includes("views: {") && !text.includes("name:") && existsSync(join(folder, "study.csv"))) {
      writeFileSync(join(folder, "study.yaml"), text);
      const { views } = await openDataset(join(folder, "study.csv"), { layout: join(folder, "study.yaml") });
      assert.deepEqual(
        views.map(({ name }) => name),
        ["rna", "protein"],
      );
      return;
    }
    const [whole] = /^name: (.*?)( #|$)/m.exec(text) ?? [];
    const name = whole === undefined ? "fragment" : "my-set";
    const card = join(folder, name, `${name}.yaml`);
    mkdirSync(join(folder, name));
    for (const file of ["features.mat", "XMediaFeatures.mat"])
      copyFileSync(join(folder, file), join(folder, name, file));
    writeFileSync(card, whole === undefined ? `name: fragment\ntitle: a part\nsource: here\n${text}` : text);
    const notes: string[] = [];
    const data = await openDataset(card, { onNote: (note) => notes.push(note) });
    assert.deepEqual(
      notes.filter((note) => note.includes("expect")),
      [],
      "the data are what the card expects",
    );
    assert.equal(data.samples, whole === undefined ? 100 : 3000);
    assert.equal(data.views.length, 2);
    if (whole !== undefined) {
      assert.deepEqual([data.splits.train!.length, data.splits.query!.length], [2000, 500]);
      assert.equal(data.splits.database!.length, 2500);
    }
  },

  async sql({ text }, { folder }) {
    const place = { folder: join(folder, "pglite"), name: "NAME" };
    const database = await openPglite(place.folder);
    try {
      const store = await openPgliteStore({ ...place, space: { bits: 8, dimensions: 0 } });
      await store.add([{ id: "a", view: "v", code: Uint8Array.of(1) }]);
      await store.close();
      for (const statement of text.split(";").filter((each) => each.trim() !== "")) await database.query(statement);
      await assert.rejects(openPgliteStore(place), { name: "UserError", message: /NAME/ });
    } finally {
      await database.close();
    }
  },
};

/** The index that the page's first example made, served, and the files that the requests name. */
async function withServer(stage: Stage, use: () => Promise<string>): Promise<void> {
  await stage.serving("vantage serve emoji-index", async (url) => {
    const { indexes } = (await (await fetch(`${url}/indexes`)).json()) as {
      indexes: { views: { name: string; columns: number }[] }[];
    };
    const { columns } = indexes[0]!.views.find(({ name }) => name === "noto")!;
    writeFileSync(
      join(stage.folder, "cat.csv"),
      Array.from({ length: columns }, () => Math.abs(random.normal())).join(","),
    );
    const thumbnails = join(stage.folder, "emoji-index/thumbnails/noto");
    copyFileSync(join(thumbnails, readdirSync(thumbnails)[0]!), join(stage.folder, "cat.png"));
    const replies = await use();
    assert.equal(replies.match(/"hits":\[\{/g)?.length, 3, replies);
    assert.match(replies, /"title":"Mine"/);
    assert.match(replies, /"deleted":1/);
  });
}

/** The types of what JSON holds, by key; what belongs to one method is left out. */
function types(value: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, typeof each]));
}

/** The paths of a drawn folder, its own first. */
function treeEntries(text: string): string[] {
  const entries: string[] = [];
  let folder = "";
  for (const line of text.trimEnd().split("\n")) {
    const [, indent, names] = /^( *)(.*?)(?: {2,}.*)?$/.exec(line)!;
    if (indent === "") entries.push(names!);
    else if (indent!.length === 2) {
      const [first, ...more] = names!.split(", ");
      // In "plots/*.svg, *.png" the second is in the same folder.
      entries.push(first!, ...more.map((name) => first!.slice(0, first!.lastIndexOf("/") + 1) + name));
      folder = first!;
    } else entries.push(folder + names);
  }
  return entries;
}

function pattern(entry: string): RegExp {
  const escaped = entry.replaceAll(/[.+()[\]]/g, "\\$&").replaceAll(/\*|…|NAME|\d+/g, "[^/]+");
  return new RegExp(`^${escaped}${entry.endsWith("/") ? ".+" : "$"}`);
}

/** The examples of the API pages are those of the docstrings (`api-examples.test.ts`). */
const described = pages().filter(({ path, examples }) => examples.length > 0 && !path.startsWith("docs/api/"));

for (const page of described) {
  test(`the examples of ${page.path} run`, (context) => runPage(page, context));
}

async function runPage({ path, examples }: Page, context: TestContext): Promise<void> {
  const stage = await openStage();
  try {
    await preparations[path]?.(stage);
    for (const example of examples) {
      if (example.notRun !== undefined) {
        context.diagnostic(`${example.place} is not run: ${example.notRun}`);
        continue;
      }
      const run = runners[example.language];
      assert.ok(run, `${example.place}: "${example.language}" is no language of examples (${Object.keys(runners)})`);
      try {
        await run(example, stage);
      } catch (error) {
        throw new Error(`${example.place}: ${(error as Error).message}`, { cause: error });
      }
    }
  } finally {
    stage.remove();
  }
}

test("examples that are not run are these", () => {
  const left = described.flatMap(({ examples }) => examples.filter(({ notRun }) => notRun !== undefined));
  assert.deepEqual(
    left.map(({ text }) => text.split("\n")[0]!.split(" ").slice(0, 2).join(" ")),
    [
      "npm install",
      "npm ci",
      "source <(vantage",
      "node examples/gallery/emoji-search.mjs",
      "npm install",
      "ONNXRUNTIME_NODE_INSTALL=skip npm",
      "npm install",
      "npm install",
      "[Service]",
      "FROM node:24-slim",
      "vantage serve",
      "import json",
      "import onnxruntime",
      "table <-",
      "vantage train",
      "vantage train",
      "npx vantage",
      "table/",
      "export DATABASE_URL=postgres://user:password@host:5432/database",
      "VANTAGE_KILLS=112 node",
      "node bench/soak.mjs",
      "VANTAGE_FUZZ=1000000 VANTAGE_FUZZ_SEED=2",
      "python3 bench/peers/search_codes.py",
      "createdb vantage",
      "const leakyReluOp",
    ],
  );
});
