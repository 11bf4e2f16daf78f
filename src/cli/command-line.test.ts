// Tests of the command line that a run folder remembers: nothing secret, and every flag has been thought of.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Command } from "commander";
import { parse, stringify } from "yaml";
import { writeReport } from "../report/pages/page.js";
import { isKept } from "../runs/command.js";
import { runCommand, type Workplace, workplace, writeBlobs } from "./command.testing.js";
import { commandLine } from "./command-line.js";
import { program } from "./main.js";
import { MethodFlag } from "./method-flags.js";

const secret = "VERYSECRET99";
let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("data.npz"));
});
after(() => place.remove());

/** What is remembered of a command, without running it. */
async function remembered(...words: string[]): Promise<string[]> {
  let kept: string[] = [];
  const root = program();
  const visit = (command: Command) => {
    command.action((...args) => {
      kept = commandLine(args.at(-1) as Command);
    });
    command.commands.forEach(visit);
  };
  visit(root);
  await root.parseAsync(words, { from: "user" });
  return kept;
}

test("the words come from what was understood", async () => {
  for (const token of [["--token", secret], [`--token=${secret}`], ["--token", "--out"]]) {
    assert.deepEqual(await remembered("demo", ...token, "--out", "a", "--port=1", "--no-serve", "--threads", "2"), [
      ...["vantage", "demo", "--out", "a", "--threads", "2"],
    ]);
  }
  assert.deepEqual(
    await remembered("train", "gmae", "--data=a.csv", "--data", "b.csv", "--set", "lr=1", "--json", "--device=cpu"),
    ["vantage", "train", "gmae", "--data", "a.csv", "--data", "b.csv", "--set", "lr=1", "--device", "cpu", "--json"],
  );
  assert.deepEqual(await remembered("train", "gmae", "--hidden", "20,10", "--lambda-ma=2", "--contrastive"), [
    "vantage",
    "train",
    "gmae",
    "--set",
    "hidden=[20,10]",
    "--set",
    "lambdaMa=2",
    "--set",
    "contrastive=true",
  ]);
  assert.deepEqual(await remembered("add-view", "--resume", "--view", "-v", "run"), [
    ...["vantage", "add-view", "run", "--view", "-v"],
  ]);
});

test("every flag of a command that makes a run is kept, or known not to repeat it", () => {
  const leftOut = [
    "--token",
    "--encoder",
    "--without-token",
    "--host",
    "--allow-host",
    "--allow-origin",
    "--port",
    "--runs",
    "--serve",
    "--no-serve",
    "--resume",
  ];
  const root = program();
  const commands = ["train", "add-view", "demo"].map((name) => root.commands.find((each) => each.name() === name)!);
  const options = commands.flatMap((command) => [command, ...command.commands]).flatMap((command) => command.options);
  // Those of methods are kept as --set.
  const flags = options.filter((option) => !(option instanceof MethodFlag));
  const undecided = flags.map(({ long }) => long!).filter((flag) => isKept(flag) === leftOut.includes(flag));
  assert.deepEqual(undecided, [], "src/runs/command.ts names what is kept");
});

test("a flag that is not known is named without its value", async () => {
  const { status, stderr } = await runCommand(["report", `--tokne=${secret}`], place.folder);
  assert.equal(status, 2);
  assert.equal(stderr, "vantage: vantage report has no option --tokne; vantage report --help lists the choices\n");
});

test("no token and no password in a run folder, and in the report of an old one that holds them", async () => {
  const env = { VANTAGE_TOKEN: secret, DATABASE_URL: `postgres://me:${secret}@127.0.0.1:1/none` };
  const words = ["train", "cca", "--data", "data.npz", "--set", "dimensions=3", "--out", "run", "--threads", "1"];
  const trained = await runCommand(words, place.folder, env);
  assert.equal(trained.status, 0, trained.stderr);
  assert.deepEqual(filesWith(secret, place.path("run")), []);

  const path = place.path("run/config.yaml");
  const config = parse(readFileSync(path, "utf8"));
  assert.deepEqual(config.command, ["vantage", ...words]);
  for (const token of [["--token", secret], [`--token=${secret}`], ["--data", env.DATABASE_URL]]) {
    writeFileSync(path, stringify({ ...config, command: ["vantage", "demo", ...token, "--out", "run"] }));
    writeReport([place.path("run")]);
    assert.deepEqual(filesWith(secret, place.path("run")), ["config.yaml"]);
    const [, shown] = /npx (.*?)<\/pre>/.exec(readFileSync(place.path("run/report.html"), "utf8"))!;
    assert.match(shown!, /^vantage demo (--data \S+:\*\*\*@\S+ )?--out run$/);
  }
  rmSync(place.path("run"), { recursive: true });
});

function filesWith(text: string, folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}
