// A method outside the package, examples/own-method: trained, resumed, evaluated, exported and searched as the built-in ones are.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Engine } from "../core/runtime/index.js";
import { synthetic } from "../data/sets/synthetic.js";
import type { MethodDefinition } from "../methods/define.js";
import { registerMethod } from "../methods/index.js";
import { assertSameState, interruptAfter } from "../methods/shared/checks.testing.js";
import { readConfig } from "../runs/config.js";
import { workplace, writeBlobs } from "./command.testing.js";

const example = new URL("../../examples/own-method/own-method.mjs", import.meta.url);
const file = fileURLToPath(example);
const place = workplace();
after(() => place.remove());

test("the example has at most 60 lines and imports by the package's name only", () => {
  const text = readFileSync(example, "utf8");
  assert.ok(text.trimEnd().split("\n").length <= 60);
  assert.deepEqual(
    [...text.matchAll(/^import .*from "(.*)";$/gm)].map(([, name]) => name),
    ["vantage-ml/method"],
  );
});

test("a method of one's own resumes to the same bits, in every task", async () => {
  const { default: definition } = (await import(example.href)) as { default: MethodDefinition };
  const engine = await Engine.open({ threads: 2 });
  const data = synthetic({ samples: 200, views: 3, classes: 3, dimensions: [12, 9, 7], seed: 1 });
  for (const task of definition.tasks) {
    const options = { task, epochs: 4, batch: 32, dimensions: 6, lr: 0.05 };
    const make = () => definition.create(options, engine);
    const whole = await make().fit(data);
    const resume = await interruptAfter(make(), data, 2);
    assertSameState((await make().fit(data, { resume })).modelState(), whole.modelState());
    const again = await make().restore(whole.state());
    assert.deepEqual((await again.transform(data)).data, (await whole.transform(data)).data);
    const metrics = await whole.evaluate();
    const value = task === "retrieval" ? metrics.meanMap : (metrics.acc ?? metrics.accuracy);
    assert.ok((value as number) > 0.5, `${task}: ${value}`);
  }
  await engine.close();
});

test("the command line trains, evaluates, encodes, indexes and searches with a method from a file", async () => {
  writeBlobs(place.path("blobs.npz"));
  const own = ["--method-file", file];
  const settings = ["--task", "retrieval", "--epochs", "2", "--batch", "16", "--set", "dimensions=4"];
  const trained = await place.succeed([
    ...[...own, "train", "agree", "--data", "blobs.npz", ...settings, "--out", "run", "--json"],
  ]);
  const summary = JSON.parse(trained.trimEnd().split("\n").at(-1)!);
  assert.equal(summary.method, "agree");
  for (const name of ["report.html", "model/X1.onnx", "model/X2.onnx"])
    assert.ok(existsSync(place.path(`run/${name}`)));
  const { command } = readConfig(place.path("run/config.yaml"));
  assert.deepEqual(command?.slice(0, 5), ["vantage", ...own, "train", "agree"]);
  const evaluated = await place.succeed([...own, "evaluate", "run", "--json"]);
  assert.deepEqual(JSON.parse(evaluated.trimEnd().split("\n").at(-1)!).metrics, summary.metrics);
  await place.succeed([...own, "index", "run", "--data", "blobs.npz", "--out", "index"]);
  const hits = await place.succeed(["search", "index", "--id", "3", "--view", "X1", "--target", "X2", "--json"]);
  assert.ok(JSON.parse(hits.trimEnd().split("\n").at(-1)!).hits.length > 0);
  await place.refuse(["evaluate", "run"], /unknown method agree; there are gmae/);
});

test("a file that is not there, fails, or defines no method is refused in one line", async () => {
  await place.refuse(["--method-file", "none.mjs", "datasets"], /--method-file none\.mjs: no such file/);
  writeFileSync(place.path("fails.mjs"), 'throw new Error("broken");');
  await place.refuse(["--method-file=fails.mjs", "datasets"], /--method-file fails\.mjs: broken/);
  writeFileSync(place.path("empty.mjs"), "export default {};");
  await place.refuse(["--method-file", "empty.mjs", "datasets"], /empty\.mjs: its default export is not a method/);
  const named = (name: string) => ({ name }) as MethodDefinition;
  assert.throws(() => registerMethod(named("gmae")), /method gmae already exists/);
  assert.throws(() => registerMethod(named("My method")), /expected a name of lower-case letters/);
});
