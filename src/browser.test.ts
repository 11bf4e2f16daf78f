// The library without Node.js: what is imported, what a bundle for browsers holds, and a training in such a bundle.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import * as esbuild from "esbuild";
import { Engine } from "./core/runtime/index.js";
import { synthetic } from "./data/sets/synthetic.js";
import { GMAE } from "./methods/gmae/index.js";

const dist = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "vantage-browser-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Folders and files of array code. */
const parts = [
  "browser.js",
  "core",
  "numerics",
  "metrics",
  "methods",
  "data/matrix.js",
  "data/dataset.js",
  "data/splits.js",
  "data/scaling.js",
  "data/corruption.js",
  "data/batches.js",
  "data/sets/synthetic.js",
  "search/scheduling",
  "search/stores/check.js",
  "search/stores/cosine.js",
  "search/stores/key-order.js",
];
/** Files that only Node.js loads, each in place of one for browsers (package.json, "imports"). */
const nodeOnly = new Set([
  "core/platform/node.js",
  "core/runtime/backends/node.js",
  "core/runtime/backends/device.js",
  "core/runtime/backends/device-memory.js",
  "core/runtime/backends/device-needs.js",
  "core/runtime/backends/device-session.js",
  "core/runtime/backends/library-path.js",
  "core/runtime/backends/native.js",
  "core/runtime/backends/native-session.js",
  "core/runtime/backends/onnxruntime-library.js",
  "methods/picture-graph.js",
  "methods/saving.js",
]);

function arrayCode(): string[] {
  const files = parts.flatMap((part) =>
    part.endsWith(".js")
      ? [part]
      : readdirSync(join(dist, part), { recursive: true, encoding: "utf8" }).map((file) => join(part, file)),
  );
  return files.filter(
    (file) => file.endsWith(".js") && !/\.(?:test|testing|child\.testing)\.js$/.test(file) && !nodeOnly.has(file),
  );
}

test("array code imports nothing of Node.js, directly or through another file", async () => {
  const { metafile } = await esbuild.build({
    entryPoints: arrayCode().map((file) => join(dist, file)),
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2023",
    platform: "neutral",
    conditions: ["browser"],
    packages: "external",
    outdir: folder,
  });
  const offenses: string[] = [];
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const { path, external } of imports) {
      const isNative = ["koffi", "onnxruntime-node", "usearch"].includes(path);
      if (external && (isBuiltin(path) || isNative)) offenses.push(`${file} imports ${path}`);
    }
  }
  assert.deepEqual(offenses, []);
  assert.ok(Object.keys(metafile.inputs).length > 150);
});

test("array code names nothing that only Node.js has: it compiles with the types of a browser's worker", () => {
  const root = join(dist, "..");
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(
    process.execPath,
    [compiler, "-p", join(root, "tsconfig.browser.json"), "--pretty", "false"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
  // Files of which only types are used, as the test of imports shows.
  const typesOnly =
    /^src\/(?:files|inside|version|runs\/[\w-]+|methods\/(?:saving|picture-graph)|encoders\/onnx\/[\w-]+|data\/(?:formats|media)\/[\w/-]+|core\/runtime\/backends\/library-path)\.ts\(/;
  assert.deepEqual(
    errors.filter((line) => !typesOnly.test(line)),
    [],
  );
  assert.ok(errors.some((line) => line.startsWith("src/inside.ts(") && line.includes("'Buffer'")));
});

const samples = { samples: 120, classes: 3, dimensions: 24, seed: 0 };
const options = { epochs: 3, hidden: [32], latent: 8, starts: 2, batch: 40, seed: 0 };

const driver = `
import { Engine, GMAE, synthetic, UserError } from "${pathToFileURL(join(dist, "browser.js")).pathname}";
export async function main(onnxruntime, threads) {
  const engine = await Engine.open({ threads, onnxruntime });
  const losses = [];
  const model = new GMAE(${JSON.stringify(options)}, engine);
  await model.fit(synthetic(${JSON.stringify(samples)}), { onEpoch: (epoch) => losses.push(epoch.losses) });
  const { data } = await model.transform(synthetic(${JSON.stringify(samples)}));
  const refusals = [];
  for (const refused of [() => Engine.open({}), () => model.save("run"), () => GMAE.load("run")]) {
    await refused().catch((error) => refusals.push([error instanceof UserError, error.message]));
  }
  const nodeNames = ["process", "Buffer"].filter((name) => name in globalThis);
  const result = { losses, data, refusals, nodeNames, threads: engine.kernels.threads, interface: engine.interface };
  await engine.close();
  return result;
}`;

/** Bundles for a browser as a user would; the kernels' worker and module lie where the bundle looks for them. */
async function bundle(): Promise<string> {
  const common = { bundle: true, format: "esm", target: "es2023", platform: "browser", metafile: true } as const;
  const main = join(folder, "app", "main.js");
  const results = [
    await esbuild.build({ ...common, stdin: { contents: driver, resolveDir: dist }, outfile: main }),
    await esbuild.build({
      ...common,
      entryPoints: [join(dist, "core/kernels/worker.js")],
      outfile: join(folder, "kernels", "worker.js"),
    }),
  ];
  for (const { metafile } of results) {
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ external }) => external),
    );
    assert.deepEqual(outside, []);
    assert.deepEqual(
      Object.keys(metafile.inputs).filter((file) => nodeOnly.has(file.replace(/^.*dist\//, ""))),
      [],
    );
  }
  copyFileSync(join(dist, "core/kernels/vantage.wasm"), join(folder, "kernels", "vantage.wasm"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return main;
}

test("a bundle for browsers trains without Node.js to the same losses", async () => {
  const url = pathToFileURL(await bundle()).href;
  const run = async (isPage: boolean) => {
    const workerData = { url, threads: 2, isPage };
    const worker = new Worker(new URL("./browser-scope.testing.js", import.meta.url), { workerData });
    const [given] = await once(worker, "message");
    await worker.terminate();
    return given;
  };
  const result = await run(false);
  const onPage = await run(true);

  await using engine = await Engine.open({ threads: 2, interface: "portable" });
  await using model = new GMAE(options, engine);
  const losses: unknown[] = [];
  await model.fit(synthetic(samples), { onEpoch: (epoch) => void losses.push(epoch.losses) });
  const { data } = await model.transform(synthetic(samples));
  assert.deepEqual(result.losses, losses);
  assert.deepEqual(result.data, data);
  assert.deepEqual(result.nodeNames, []);
  assert.equal(result.threads, 2);
  assert.deepEqual(onPage, { ...result, threads: 1 });
  assert.equal(result.interface, "portable wasm");
  assert.deepEqual(
    result.refusals.map(([isUsers]: [boolean]) => isUsers),
    [true, true, true],
  );
});
