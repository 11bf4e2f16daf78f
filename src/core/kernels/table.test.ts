// The table of kernels against their source: the same kernels in the same order, the arguments declared and the arguments read.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { kernelTable } from "./table.js";

const folder = fileURLToPath(new URL("../../../src/core/kernels/", import.meta.url));
const sources = new Map(
  readdirSync(`${folder}assembly`)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => [file, readFileSync(`${folder}assembly/${file}`, "utf8")]),
);

/** How a kernel reads arguments of a kind. */
function readerOf(kind: string): string {
  if (kind.includes("[]")) return "pointer";
  return { u32: "count", f32: "real", f64: "slot" }[kind]!;
}

/** The text of each function of a file, by its name. */
function functionsOf(source: string): Map<string, string> {
  return new Map(
    Array.from(source.matchAll(/^(?:export )?function (\w+)\([\s\S]*?^\}/gm), ([text, name]) => [name!, text]),
  );
}

/** "3 count" for each argument that a function reads, itself or in a function that it calls. */
function readsOf(functions: ReadonlyMap<string, string>, start: string): Set<string> {
  const names = new Set([start]);
  const reads = new Set<string>();
  for (const name of names) {
    const text = functions.get(name)!;
    for (const [, reader, place] of text.matchAll(/\b(pointer|count|real)\(args, (\d+)\)/g))
      reads.add(`${place} ${reader}`);
    for (const [, bytes] of text.matchAll(/(?:load|store)<f64>\(args \+ (\d+)/g))
      reads.add(`${Number(bytes) / 8} slot`);
    for (const [, called] of text.matchAll(/\b(\w+)\(/g)) if (functions.has(called!)) names.add(called!);
  }
  return reads;
}

function readsOfFile(functions: ReadonlyMap<string, string>): Set<string> {
  return new Set([...functions.keys()].flatMap((name) => [...readsOf(functions, name)]));
}

test("the table has the kernels of the module, in their order", () => {
  const list = /export enum Kernel \{([^}]*)\}/.exec(sources.get("kernels.ts")!)![1]!;
  assert.deepEqual(list.match(/\w+/g), Object.keys(kernelTable));
});

test("a kernel's arguments are those declared above it and those that it reads", () => {
  const declaredReads = new Map<string, Set<string>>();
  for (const [name, args] of Object.entries(kernelTable) as [string, Record<string, string>][]) {
    const [file, source] = [...sources].find(([, text]) => text.includes(`export function ${name}(`))!;
    const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export function ${name}\\(`).exec(source)![1]!;
    const declared = Array.from(comment.split(";")[0]!.matchAll(/(\w+): ([\w[\]|?]+)/g), ([, key, kind]) => [
      key,
      kind,
    ]);
    assert.deepEqual(declared, Object.entries(args), name);
    const functions = functionsOf(source);
    const reads = readsOf(functions, name);
    const wanted = Object.values(args).map((kind, place) => `${place} ${readerOf(kind)}`);
    wanted.forEach((read, place) => {
      // What kernels share, one of them may leave alone.
      const isOthers = ![...reads].some((each) => each.startsWith(`${place} `));
      assert.ok((isOthers ? readsOfFile(functions) : reads).has(read), `${name} reads its argument ${read}`);
    });
    declaredReads.set(file, new Set([...(declaredReads.get(file) ?? []), ...wanted]));
    assert.ok(wanted.length <= 32, "the control block has 32 arguments");
  }
  for (const [file, known] of declaredReads) {
    const functions = functionsOf(sources.get(file)!);
    for (const name of functions.keys()) {
      for (const read of readsOf(functions, name))
        assert.ok(known.has(read), `${file}, ${name}: argument ${read} is declared`);
    }
  }
});

test("every kernel is run by the library", () => {
  const code = readdirSync(folder)
    .filter((file) => /^(?!.*\.(?:test|testing)\.ts$).*\.ts$/.test(file) && file !== "table.ts")
    .map((file) => readFileSync(folder + file, "utf8"))
    .join("\n");
  for (const name of Object.keys(kernelTable)) assert.ok(code.includes(`.run("${name}"`), `${name} is not run`);
});
