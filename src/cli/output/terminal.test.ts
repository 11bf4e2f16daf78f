// Tests of what reaches a terminal: one file writes to it, and nothing untrusted acts upon it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { visible } from "../../visible.js";
import { runCommand, type Workplace, workplace } from "../command.testing.js";

const source = resolve(dirname(fileURLToPath(import.meta.url)), "../../../src");
let place: Workplace;
before(() => {
  place = workplace();
});
after(() => place.remove());

test("only output.ts writes to stdout and stderr", () => {
  const writers = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => {
    if (!/\.tsx?$/.test(file) || /\.(test|testing)\.ts$/.test(file)) return false;
    // Examples in docstrings may, and the programs that model cards hold, which are text here.
    const text = readFileSync(join(source, file), "utf8");
    const code = text.replaceAll(/^\s*\*.*$/gm, "").replaceAll(/^\s*`.*`,$/gm, "");
    return /\bconsole\.|process\.(stdout|stderr)(?!\.(isTTY|on)\b)/.test(code);
  });
  assert.deepEqual(writers, [join("cli", "output", "output.ts")]);
});

const attack = "\u001b]0;owned\u001b[2J\u009b1m\u202e\nvantage: done";

test("no error and no table acts upon a terminal, and each is one line", async () => {
  const quoted = `"${attack}"`;
  writeFileSync(
    place.path("odd.csv"),
    `a_0,a_1,b_0,b_1,label,${quoted}\n1,2,3,4,${quoted},x\n4,3,1,2,c,y\n2,2,1,5,c,x\n`,
  );
  for (const [status, ...args] of [
    [2, "report", attack],
    [2, attack],
    [2, "train", attack],
    [2, "train", "gmae", "--data", attack],
    [2, "train", "gmae", "--data", "odd.csv", "--labels", attack],
    [2, "datasets", "info", "odd.csv", "--views", attack],
    [2, "search", "none", "--view", attack, "--mode", attack],
    [2, "report", `--${attack}`],
    [0, "datasets", "info", "odd.csv", "--labels", "label"],
    [0, "datasets", "info", "odd.csv", "--labels", "label", "--json"],
    [0, "datasets", "describe", "odd.csv", "--labels", "label"],
  ] as const) {
    const result = await runCommand(args, place.folder);
    assert.equal(result.status, status, `${JSON.stringify(args)}: ${result.stderr}`);
    for (const line of `${result.stdout}${result.stderr}`.split("\n")) assert.equal(visible(line), line);
    if (status === 2) assert.equal(result.stderr.match(/^vantage: /gm)?.length, 1, result.stderr);
    if (args.includes("--json" as never)) {
      const { labels } = JSON.parse(result.stdout);
      assert.ok(
        labels.classes.some(({ name }: { name: string }) => name === attack),
        "the name is as it was",
      );
    }
  }
});
