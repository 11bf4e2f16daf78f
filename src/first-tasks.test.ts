// What a first-time user does, as scripts (examples/tasks): each in an empty folder with the data that it names, and the package as npm would link it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Random } from "./core/kernels/random.js";
import { writeNpz } from "./data/formats/index.js";
import { twoHalves } from "./data/media/pictures.testing.js";
import { root } from "./docs-pages.testing.js";
import { freePort } from "./docs-stage.testing.js";

const tasks = join(root, "examples/tasks");
const names = readdirSync(tasks)
  .filter((name) => name.endsWith(".sh"))
  .sort();

/** A table of two kinds of measurements: ids that begin with `id`, one cluster in three. */
function table(path: string, id: string, rows: number, hasDiagnosis: boolean) {
  const random = new Random(7, path);
  const columns = [...["rna", "protein"].flatMap((view) => Array.from({ length: 12 }, (_, j) => `${view}_${j + 1}`))];
  const lines = Array.from({ length: rows }, (_, row) => {
    const values = columns.map((_, j) => ((j % 3 === row % 3 ? 2 : 0) + Math.abs(random.normal())).toFixed(3));
    return [`${id}${row}`, ...values, ...(hasDiagnosis ? [row % 3 === 0 ? "ill" : "healthy"] : [])].join(",");
  });
  const header = ["id", ...columns, ...(hasDiagnosis ? ["diagnosis"] : [])].join(",");
  writeFileSync(path, `${header}\n${lines.join("\n")}\n`);
}

/** What the user has. */
async function data(folder: string) {
  table(join(folder, "study.csv"), "p", 90, true);
  table(join(folder, "new.csv"), "n", 12, false);
  const random = new Random(7, "clip");
  const image = Float32Array.from({ length: 60 * 16 }, () => random.normal());
  const text = image.map((value) => value + 0.1 * random.normal());
  const ids = { data: Array.from({ length: 60 }, (_, row) => `pic-${row}`), shape: [60] };
  writeNpz(join(folder, "clip.npz"), {
    image: { data: image, shape: [60, 16] },
    text: { data: text, shape: [60, 16] },
    ids,
  });
  mkdirSync(join(folder, "photos"));
  const captions = ["file,caption"];
  for (let i = 0; i < 24; i++) {
    await twoHalves(8 + i, 8).toFile(join(folder, "photos", `${i}.png`));
    captions.push(`${i}.png,a ${i % 2 === 0 ? "cat" : "dog"} in picture ${i}`);
  }
  writeFileSync(join(folder, "photos", "captions.csv"), `${captions.join("\n")}\n`);
}

test("there are ten tasks", () => assert.equal(names.length, 10));

for (const name of names) {
  test(name, { skip: process.platform === "win32" ? "bash scripts" : false }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "vantage-task-"));
    try {
      const modules = join(folder, "node_modules");
      mkdirSync(join(modules, ".bin"), { recursive: true });
      symlinkSync(root, join(modules, "vantage-ml"));
      symlinkSync(join(root, "node_modules/onnxruntime-node"), join(modules, "onnxruntime-node"));
      symlinkSync(join(root, "bin/vantage.js"), join(modules, ".bin/vantage"));
      await data(folder);
      const env = { ...process.env, PORT: String(await freePort()) };
      const child = spawn("bash", ["-euo", "pipefail", join(tasks, name)], {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (said += bytes));
      const status = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(status, 0, said);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
