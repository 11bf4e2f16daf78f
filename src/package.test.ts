// The package as npm packs it: what is in it, its entry points, and its types in a strict project.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";

const root = fileURLToPath(new URL("../", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const place = mkdtempSync(join(tmpdir(), "vantage-package-"));
after(() => rmSync(place, { recursive: true }));

/** Packs the checkout, without the 170 MB of ONNX Runtime, and unpacks it as npm would install it. */
function install(): { readonly folder: string; readonly tarball: string; readonly files: readonly string[] } {
  const [stage, project] = [join(place, "stage"), join(place, "project")];
  const folder = join(project, "node_modules/vantage-ml");
  const parts = manifest.files.filter((each: string) => !each.startsWith("!") && each !== "runtime");
  for (const part of ["README.md", "LICENSE", ...parts]) {
    // A pattern of files: their folder.
    const from = part.includes("*") ? dirname(part) : part;
    cpSync(join(root, from), join(stage, from), { recursive: true });
  }
  const files = manifest.files.filter((each: string) => each !== "runtime");
  writeFileSync(join(stage, "package.json"), JSON.stringify({ ...manifest, files, workspaces: undefined }));
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", place];
  const shell = process.platform === "win32";
  const [packed] = JSON.parse(
    execFileSync(npm, pack, { cwd: stage, encoding: "utf8", shell, stdio: ["ignore", "pipe", "ignore"] }),
  );
  mkdirSync(folder, { recursive: true });
  const tarball = join(place, packed.filename);
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--strip-components=1"]);
  for (const name of [...Object.keys(manifest.dependencies), "@types/node", "undici-types"]) {
    const target = join(project, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    if (existsSync(join(root, "node_modules", name))) symlinkSync(join(root, "node_modules", name), target, "junction");
  }
  return { folder, tarball, files: packed.files.map(({ path }: { path: string }) => path) };
}

const installed = install();

test("the tarball has what runs and what is read, and nothing else", () => {
  const { files } = installed;
  for (const wanted of ["bin/vantage.js", "dist/index.d.ts", "dist/studio/index.html", "docs/search.md", "LICENSE"]) {
    assert.ok(files.includes(wanted), wanted);
  }
  const unwanted = files.filter((path) => /\.map$|\.(test|testing)\.|^docs\/pictures|\.tsbuildinfo$/.test(path));
  assert.deepEqual(unwanted, []);
  assert.ok(manifest.files.includes("runtime"));
});

test("publint finds no fault in the entry points", async () => {
  const { messages } = await publint({ pkgDir: installed.folder, pack: false, strict: true });
  assert.deepEqual(messages, []);
});

test("attw finds types for every entry point, as an ES module and for a bundler", async () => {
  const result = await checkPackage(createPackageFromTarballData(readFileSync(installed.tarball)));
  assert.ok(result.types);
  // An ES module: CommonJS has it by import(), and Node.js 10 is none of ours.
  const others = ["node10", "node16-cjs"];
  const problems = result.problems.filter(
    (each) => !("resolutionKind" in each && others.includes(each.resolutionKind)),
  );
  assert.deepEqual(problems, []);
});

for (const [moduleResolution, module] of [
  ["nodenext", "nodenext"],
  ["bundler", "esnext"],
]) {
  test(`the types hold in a strict project, moduleResolution ${moduleResolution}`, () => {
    const project = join(installed.folder, "../..");
    cpSync(join(root, "scripts/types/use.ts"), join(project, "use.ts"));
    writeFileSync(join(project, "package.json"), '{"type":"module"}');
    const compilerOptions = {
      ...{ module, moduleResolution, target: "es2022", lib: ["es2023", "esnext.disposable"], types: ["node"] },
      ...{ strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ noEmit: true },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });
}
