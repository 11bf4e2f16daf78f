// Tests of names that JavaScript, terminals, XML or files have a meaning for, through every command that meets them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { visible } from "../visible.js";
import { runCommand, type Workplace, workplace } from "./command.testing.js";

const everyObject = ["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype"];
const unseen = ["\u001b[2J", "\u009b1m", "a\nb", "a\u202eb", "a\ufffeb"];
const more = ["x".repeat(10_000), "👩‍👩‍👧🏴󠁧󠁢󠁥󠁮󠁧󠁿😺", `"><b>{a}&'`, "../../up", "representation", "-"];
const classes = [...everyObject, ...unseen, ...more];
/** Views by the start of their columns' names. */
const views = Object.fromEntries(
  ["__proto__", "constructor", "\u001b[2J", "../../up", "a\nb"].map((name, v) => [name, `v${v}`]),
);
const perClass = 6;
const samples = classes.length * perClass;

let place: Workplace;
before(() => {
  place = workplace();
  const cell = (text: string | number) => `"${`${text}`.replaceAll('"', '""')}"`;
  const columns = Object.values(views).flatMap((start) => [0, 1, 2, 3].map((c) => `${start}_${c}`));
  const rows = Array.from({ length: samples }, (_, i) => [
    ...columns.map((_, c) => Number((Math.sin(i * 7.3 + c) + ((i % classes.length) % ((c % 5) + 2))).toFixed(4))),
    classes[i % classes.length]!,
    // Ids of items hold no control characters.
    `${classes[i % classes.length]!.slice(0, 50).replaceAll(/\p{Cc}/gu, "-")} ${i}`,
  ]);
  writeFileSync(
    place.path("odd.csv"),
    [[...columns, "class", "id"], ...rows].map((row) => row.map(cell).join(",")).join("\n"),
  );
  writeFileSync(place.path("odd.yaml"), JSON.stringify({ views, labels: "class", ids: "id" }));
  const two = Object.fromEntries(Object.entries(views).slice(0, 2));
  writeFileSync(place.path("two.yaml"), JSON.stringify({ views: two, labels: "class", ids: "id" }));
});
after(() => place.remove());

/** Runs a command, which must succeed and print nothing that is not seen. */
async function succeed(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCommand(args, place.folder);
  assert.equal(status, 0, `${args.slice(0, 2)}: ${stderr.slice(0, 2000)}`);
  for (const line of `${stdout}${stderr}`.split("\n")) assert.equal(visible(line), line);
  return stdout;
}

/** The report and the plots show every name as text. */
function looksSane(run: string, names: readonly string[]): void {
  const plots = readdirSync(place.path(`${run}/plots`)).filter((name) => name.endsWith(".svg"));
  for (const file of ["report.html", ...plots.map((name) => `plots/${name}`)]) {
    const text = readFileSync(place.path(`${run}/${file}`), "utf8");
    const shown = text.slice(0, text.indexOf("<script>") >>> 0);
    for (const line of shown.split("\n")) assert.equal(visible(line), line, file);
    assert.ok(!/x{200}/.test(shown), "a long name is cut");
    assert.doesNotMatch(shown, /"><b>|NaN|undefined/);
  }
  const page = readFileSync(place.path(`${run}/report.html`), "utf8");
  for (const name of names) assert.ok(page.includes(`>${visible(name)}<`), name);
}

const methods: [method: string, layout: string, ...options: string[]][] = [
  ["cca", "odd.yaml", "--set", "dimensions=3"],
  ["dchn", "odd.yaml", "--epochs", "1", "--bits", "16"],
  ["gmae", "odd.yaml", "--epochs", "1"],
  ["dm2c", "odd.yaml", "--epochs", "1", "--set", "pretrainEpochs=1"],
  [
    ...["mvlnet", "odd.yaml", "--epochs", "1", "--set", "steps=2", "--set", "pairs=10"],
    ...["--set", "siameseEpochs=1", "--set", "autoencoderEpochs=1"],
  ] as [string, string],
  ["djsrh", "two.yaml", "--epochs", "1", "--bits", "16"],
];

for (const [method, layout, ...options] of methods) {
  test(`${method} is trained on data with such names, and its report shows them`, async () => {
    const data = ["--data", "odd.csv", "--layout", layout, "--threads", "1"];
    const stdout = await succeed("train", method, ...data, ...options, "--out", method, "--json");
    assert.deepEqual(JSON.parse(stdout).dataset.classes, classes.length);
    looksSane(method, Object.keys(views).slice(0, layout === "two.yaml" ? 2 : undefined));
  });
}

test("a run with such names is gone on with, evaluated, encoded, indexed and searched", async () => {
  const one = ["--threads", "1"];
  await succeed("train", "cca", "--resume", "cca", ...one);
  const { baselines } = JSON.parse(await succeed("evaluate", "cca", "--json", ...one));
  assert.deepEqual(Object.keys(baselines.views), Object.keys(views));
  await succeed("report", "cca", "gmae", "--out", "both.html");
  await succeed("encode", "cca", "--out", "codes.csv", ...one);
  await succeed("encode", "dchn", "--view", "__proto__", "--out", "codes.npz", ...one);
  for (const run of ["cca", "dchn"]) {
    const { added } = JSON.parse(await succeed("index", run, "--out", `${run}-index`, "--json", ...one));
    assert.deepEqual(added, Object.fromEntries(Object.keys(views).map((view) => [view, samples])));
    const query = ["--view", "__proto__", "--query", "1,2,3,4", "--target", "a\nb", "--k", "3"];
    const { hits } = JSON.parse(await succeed("search", `${run}-index`, ...query, "--json", ...one));
    assert.ok(hits.every(({ metadata }: { metadata: { label: string } }) => classes.includes(metadata.label)));
    const table = (await succeed("search", `${run}-index`, ...query, ...one)).trimEnd().split("\n");
    assert.equal(table.length, 4);
  }
});

test("a split, a preset and an option of such a name are not found", async () => {
  for (const name of everyObject) {
    await place.refuse(["train", "mvlnet", "--preset", name, "--data", "odd.csv"], /expected/);
    await place.refuse(["train", "cca", "--set", `${name}=1`, "--data", "odd.csv"], /cca has no option/);
  }
  await place.refuse(["index", "cca", "--out", "none", "--split", "constructor"], /--split constructor: odd has/);
});

test("a view named as what its model gives is refused before the training", async () => {
  for (const [method, name] of [
    ["cca", "representation"],
    ["gmae", "probabilities"],
    ["dchn", "bits"],
    ["djsrh", "code"],
    ["dm2c", "code"],
    ["mvlnet", "representation"],
  ] as const) {
    writeFileSync(place.path("same.yaml"), JSON.stringify({ views: { [name]: "v0", b: "v1" }, labels: "class" }));
    const small = method === "cca" ? ["--set", "dimensions=2"] : [];
    const args = ["train", method, "--data", "odd.csv", "--layout", "same.yaml", ...small];
    await place.refuse(args, new RegExp(`odd: the model's own output is named "${name}", so no view can be`));
  }
});

test("a view's name that ONNX cannot hold is refused", async () => {
  const layout = { views: { ["x".repeat(501)]: "v0", b: "v1" }, labels: "class", ids: "id" };
  writeFileSync(place.path("long.yaml"), JSON.stringify(layout));
  const args = ["train", "cca", "--data", "odd.csv", "--layout", "long.yaml"];
  await place.refuse(args, /a view has a name of 501 characters: x{39}…; give it one of up to 500 letters/);
});
