// Tests of --json: every command of the program ends stdout with one line of JSON, and says the rest on stderr.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runCommand, startCommand, type Workplace, workplace, writeBlobs } from "./command.testing.js";
import { allCommands, commandTree } from "./command-tree.js";
import { program } from "./main.js";

let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"), 60);
});
after(() => place.remove());

const data = ["--data", "blobs.npz", "--views", "a=X1,b=X2", "--threads", "1"];

/** A call of each command, in this order, with the keys that its result has; "array" where the result is a list. */
const calls: Readonly<Record<string, readonly [args: readonly string[], keys: readonly string[] | "array"]>> = {
  datasets: [[], "array"],
  "datasets list": [[], "array"],
  "datasets describe": [["blobs.npz"], ["data", "layout"]],
  "datasets info": [["blobs.npz"], ["name", "samples", "views"]],
  "datasets croissant": [
    ["blobs.npz", "--out", "croissant.json"],
    ["out", "notes"],
  ],
  "datasets build": [["synthetic:samples=20"], ["name", "samples", "views"]],
  train: [
    ["dchn", ...data, "--preset", "quick", "--hidden", "8", "--epochs", "2", "--bits", "8", "--out", "run"],
    ["method", "metrics", "run", "stages", "preset"],
  ],
  "add-view": [
    ["run", "--data", "blobs.npz", "--views", "c=X2", "--view", "c"],
    ["method", "view", "run"],
  ],
  evaluate: [["run"], ["method", "metrics", "run"]],
  encode: [
    ["run", "--view", "a", "--out", "codes.npz"],
    ["out", "samples", "columns", "values"],
  ],
  index: [
    ["run", "--out", "index"],
    ["index", "items", "bits", "name"],
  ],
  search: [
    ["index", "--id", "0"],
    ["index", "view", "hits", "seconds"],
  ],
  export: [
    ["index", "--out", "items.jsonl"],
    ["index", "items", "out"],
  ],
  copy: [
    ["index", "--out", "copy"],
    ["index", "items"],
  ],
  report: [["run"], ["report", "runs"]],
  reproduce: [["--list"], "array"],
  doctor: [[], ["ok", "version", "checks"]],
  completion: [["bash"], ["shell", "script"]],
  help: [
    ["train", "gmae"],
    ["path", "flags", "arguments"],
  ],
};
/** Commands that run until they are stopped, or for long: a test of their own below, and src/cli/commands/open.test.ts. */
const others = ["serve", "open", "demo", "predict"];

test("predict ends stdout with one line too", async () => {
  const train = ["train", "cca", ...data, "--task", "clustering", "--dimensions", "2", "--out", "grouped"];
  const trained = await runCommand(train, place.folder);
  assert.equal(trained.status, 0, trained.stderr);
  const { stdout } = await runCommand(["predict", "grouped", "--out", "clusters.csv", "--json"], place.folder);
  const { predicts, samples } = JSON.parse(stdout) as { predicts: string; samples: number };
  assert.deepEqual([predicts, samples], ["clusters", 60]);
});

test("every command of the program is called here", () => {
  // The methods of train share one action.
  const names = allCommands(commandTree(program())).flatMap(({ path, commands, flags }) => {
    const [first] = path;
    if (first === undefined) return [];
    if (first === "train") return ["train"];
    return commands.length === 0 || flags.length > 1 || first === "datasets" ? [path.join(" ")] : [];
  });
  assert.deepEqual([...new Set(names)].sort(), [...Object.keys(calls), ...others].sort());
});

for (const [name, [args, keys]] of Object.entries(calls)) {
  test(`vantage ${name} --json`, async () => {
    const { status, stdout, stderr } = await runCommand([...name.split(" "), ...args, "--json"], place.folder);
    assert.equal(status, 0, stderr);
    // Nothing but the result, on one line.
    assert.match(stdout, /^[[{].*[\]}]\n$/);
    const result = JSON.parse(stdout) as Record<string, unknown>;
    if (keys === "array") assert.ok(Array.isArray(result));
    else for (const key of keys) assert.ok(key in result, `${key} is not in ${Object.keys(result)}`);
  });
}

test("vantage serve --json says at its start where it listens", async () => {
  const server = startCommand(["--json", "serve", "index", "--port", "0", "--threads", "1"], place.folder);
  await server.saw("serving ");
  server.kill("SIGTERM");
  const { status, stdout } = await server.done;
  assert.equal(status, 0);
  const { indexes, url } = JSON.parse(stdout) as { indexes: string[]; url: string };
  assert.deepEqual(indexes, ["run"]);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
});

test("a mistake leaves stdout empty", async () => {
  await place.refuse(["datasets", "info", "nothing.mat", "--json"], /nothing\.mat/);
  await place.refuse(["--json", "serve", "nowhere"], /nowhere/);
});
