// Tests of the export to the Hub's layout: the card's figures are the run's own, and only an earlier export is written over.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { UserError } from "../../errors.js";
import { findMethod } from "../../methods/index.js";
import { flatten } from "../../report/metric-names.js";
import { openRun } from "../../runs/run-folder.js";
import { trainRun } from "../../train/train-run.js";
import { exportToHub } from "./export-run.js";

const folder = mkdtempSync(join(tmpdir(), "vantage-hub-"));
const [gmae, itq] = [join(folder, "gmae run"), join(folder, "itq")];

before(async () => {
  const data = "synthetic:samples=100";
  const options = { task: "classification", epochs: 1, hidden: [16], latent: 8, evaluateEvery: 1 };
  await trainRun({ method: findMethod("gmae"), options, data, out: gmae });
  await trainRun({ method: findMethod("itq"), options: { bits: 8 }, data, out: itq });
});
after(() => rmSync(folder, { recursive: true }));

function cardOf(out: string): { head: Record<string, unknown>; body: string } {
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(join(out, "README.md"), "utf8"))!;
  return { head: parse(head!), body: body! };
}

test("models, classes and the run's own results; what is not known is not said", async () => {
  const out = join(folder, "out");
  const { files, notes } = await exportToHub(gmae, out);
  assert.deepEqual(
    files,
    readdirSync(out, { recursive: true, encoding: "utf8" })
      .filter((name) => name !== "onnx")
      .map((name) => name.replaceAll("\\", "/"))
      .sort(),
  );
  assert.equal(notes.length, 2);
  const { head, body } = cardOf(out);
  assert.equal(head.license, "unknown");
  assert.equal(head.datasets, undefined);
  const [{ results }] = head["model-index"] as [{ results: [{ metrics: { value: number }[] }] }];
  const own = flatten(openRun(gmae).result!.metrics).map(({ value }) => value);
  assert.deepEqual(results[0].metrics.map(({ value }) => value).sort(), own.sort());
  assert.match(body, /^# gmae-run$/m);
  assert.match(body, /session\.run\(\["probabilities"\], views\)/);
  const config = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
  assert.equal(config.id2label["0"], "class 0");
  assert.equal(config.label2id["class 0"], 0);
  for (const { file } of config.onnx) {
    const name = file.replace("onnx/", "");
    assert.deepEqual(readFileSync(join(out, file)), readFileSync(join(gmae, "model", name)));
  }
});

test("facts of the user's; hash codes; written over its own export only", async () => {
  const out = join(folder, "codes");
  const facts = { license: "cc-by-4.0", dataset: "me/pairs" };
  assert.deepEqual((await exportToHub(itq, out, facts)).notes, []);
  const { head, body } = cardOf(out);
  assert.equal(head.license, "cc-by-4.0");
  assert.deepEqual(head.datasets, ["me/pairs"]);
  assert.match(body, /np\.packbits\(values > 0, axis=1\)/);
  await exportToHub(itq, out, facts);
  const other = join(folder, "other");
  mkdirSync(other);
  writeFileSync(join(other, "config.json"), '{"model_type": "bert"}');
  await assert.rejects(exportToHub(itq, other), /is not empty, and no export of a run/);
  await assert.rejects(exportToHub(itq, out, { license: "My license" }), UserError);
  await assert.rejects(exportToHub(itq, out, { dataset: "pairs" }), UserError);
});
