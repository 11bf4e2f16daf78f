// Tests of --preset: quick ones for every method that is trained, that fit its options, alone and after a data set's own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { methods } from "../methods/index.js";
import { parseOptions } from "../methods/options.js";
import { type Workplace, workplace, writeBlobs } from "./command.testing.js";
import { presetNames, presetOptions } from "./presets.js";

let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"));
});
after(() => place.remove());

test("every method that is trained has quick settings, with fewer epochs than its own, and the others have none", () => {
  for (const method of methods) {
    const isTrained = "epochs" in method.options.shape;
    assert.equal(presetNames(method).includes("quick"), isTrained, method.name);
    if (!isTrained) continue;
    const own = method.name === "gmae" ? { epochs: 200 } : parseOptions(method.name, method.options, {});
    const quick = parseOptions(method.name, method.options, presetOptions("quick", method));
    assert.ok((quick.epochs as number) < (own.epochs as number), method.name);
    for (const name of Object.keys(method.presets ?? {})) {
      const both = parseOptions(method.name, method.options, presetOptions(`${name},quick`, method));
      assert.equal(both.epochs, quick.epochs, `${method.name} ${name}`);
    }
  }
});

test("of two presets the later one wins, and an unknown one is refused with what there is", () => {
  const method = { presets: { set: { a: 1, b: 1 } }, quick: { b: 2 } };
  assert.deepEqual(presetOptions("set,quick", method), { a: 1, b: 2 });
  assert.deepEqual(presetOptions("quick, set", method), { a: 1, b: 1 });
  assert.throws(() => presetOptions("set,quik", method), /--preset quik: did you mean quick\?/);
  assert.throws(() => presetOptions("set", {}), /--preset set: this method has no presets/);
});

test("a quick result says that it is one, in the headline, in JSON and in the run's notes", async () => {
  const train = ["train", "djsrh", "--data", "blobs.npz", "--preset", "quick", "--epochs", "2", "--threads", "1"];
  const out = await place.succeed([...train, "--out", "a"]);
  assert.match(out, /^djsrh on blobs: 2 epochs in .* --preset quick \(not the published setting\)\n/);
  const summary = JSON.parse(await place.succeed([...train, "--out", "b", "--json"]));
  assert.deepEqual([summary.preset, summary.epochs], ["quick", 2]);
  const result = JSON.parse(await place.succeed(["evaluate", "b", "--json"]));
  assert.equal(result.method, "djsrh");
});
