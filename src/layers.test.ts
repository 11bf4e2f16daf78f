// The order of the layers: a folder imports only from those before it, so that a new method or server changes nothing below.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const order = [
  "core/platform",
  "core/kernels",
  "core/tensor",
  "core/onnx",
  "core/runtime",
  "core/nn",
  "data",
  "encoders",
  "metrics",
  "numerics",
  "runs",
  "methods",
  "report",
  "train",
  "exports",
  "search",
  "open",
  "server",
  "reproduce",
  "cli",
  "entries",
];
const source = resolve(dirname(fileURLToPath(import.meta.url)), "../src");

/** The layer of a file: a folder of `src`, in the core a folder of that. */
function layerOf(file: string): string {
  const folders = file.split(sep);
  return folders.slice(0, folders[0] === "core" ? 2 : 1).join("/");
}

test("a layer knows only the layers before it", () => {
  const offenses: string[] = [];
  let imports = 0;
  for (const entry of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    const layer = layerOf(entry);
    if (!entry.endsWith(".ts") || !entry.includes(sep) || entry.includes(join("kernels", "assembly"))) continue;
    assert.ok(order.includes(layer), `${layer} is not in the order of layers`);
    const file = join(source, entry);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const other = relative(source, resolve(dirname(file), target!)).split(sep);
      if (other.length < 2) continue;
      imports++;
      if (order.indexOf(layerOf(other.join(sep))) > order.indexOf(layer))
        offenses.push(`${entry} imports ${other.join("/")}`);
    }
  }
  assert.deepEqual(offenses, []);
  assert.ok(imports > 100, `only ${imports} imports were found`);
});

/** What all methods build on; every other folder of `methods` with an `index.ts` is one of them. */
const commonToMethods = ["shared", "matching", "baselines"];

test("a method knows no other method", () => {
  const folder = join(source, "methods");
  const isMethod = (name: string) => !commonToMethods.includes(name) && readdirSync(folder).includes(name);
  const offenses: string[] = [];
  let files = 0;
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const [own, ...rest] = entry.split(sep);
    if (rest.length === 0 || !entry.endsWith(".ts") || entry.endsWith(".test.ts") || own === "baselines") continue;
    files++;
    const file = join(folder, entry);
    for (const [, target] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const [other, ...path] = relative(folder, resolve(dirname(file), target!)).split(sep);
      if (path.length > 0 && other !== own && other !== ".." && isMethod(other!))
        offenses.push(`${entry} imports ${other}`);
    }
  }
  assert.deepEqual(offenses, []);
  assert.ok(files > 50, `only ${files} files were found`);
});
