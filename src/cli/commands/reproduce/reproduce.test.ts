// vantage reproduce as a user meets it: a table made, stopped, killed and made again; mistakes; two processes and a database.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { cellsOf, shippedDefinitions } from "../../../reproduce/index.js";
import { PostgresServer } from "../../../search/stores/postgres/postgres.testing.js";
import {
  type RunningCommand,
  runCommand,
  startCommand,
  type Workplace,
  workplace,
  writeBlobs,
} from "../../command.testing.js";
import { planRuns } from "./plan.js";

let place: Workplace;
before(() => {
  place = workplace();
  writeBlobs(place.path("blobs.npz"));
  // one epoch, and so many that there is time to stop the run in the middle
  writeFileSync(place.path("table.yaml"), stringify(definition(700)));
});
after(() => place.remove());

function definition(epochs: number) {
  return {
    name: "tiny",
    title: "Tiny",
    source: "nobody",
    unit: "percent",
    digits: 1,
    seeds: [0],
    measures: [{ name: "acc", title: "ACC" }],
    settings: { method: "gmae", data: "blobs.npz", set: { hidden: [16, 8], latent: 6, starts: 2, evaluateEvery: 0 } },
    rows: [
      { title: "short", epochs: 1, published: { acc: [99.2] } },
      { title: "long", epochs },
      { title: "wrong", epochs: 1, views: "a=X1,b=X9" },
      { title: "elsewhere", data: "nowhere.mat" },
    ],
  };
}

const reproduce = (out: string, ...more: string[]) => [
  ...["reproduce", "table.yaml", "--out", out, "--threads", "1"],
  ...more,
];

function runFolder(out: string, row: string): string {
  const [name] = readdirSync(place.path(`${out}/runs`)).filter((each) => each.startsWith(`${row}-seed0-`));
  return place.path(`${out}/runs/${name}`);
}

/** Resolves once the long run has trained some epochs, more than so many. */
async function trains(command: RunningCommand, out: string, epochs = 5): Promise<number> {
  await command.saw("long, seed 0 …");
  for (;;) {
    try {
      const lines = readFileSync(`${runFolder(out, "long")}/metrics.jsonl`, "utf8").split("\n").length;
      if (lines > epochs) return lines;
    } catch {
      // not begun yet
    }
    await sleep(20);
  }
}

test("a table that was stopped and killed is finished as one that never was, and finished runs are not made again", async () => {
  const never = runCommand(reproduce("whole", "--json"), place.folder);

  const stopped = startCommand(reproduce("again"), place.folder);
  const epochs = await trains(stopped, "again");
  stopped.kill("SIGTERM");
  const end = await stopped.done;
  assert.equal(end.status, 130, end.stderr);
  const short = statSync(`${runFolder("again", "short")}/result.json`);
  assert.equal(existsSync(`${runFolder("again", "long")}/result.json`), false);

  const killed = startCommand(reproduce("again"), place.folder);
  await trains(killed, "again", epochs + 5);
  killed.kill("SIGKILL");
  await killed.done;

  const last = await runCommand(reproduce("again", "--jobs", "2"), place.folder);
  assert.equal(last.status, 1, last.stderr);
  assert.match(last.stderr, /Tiny: 1 of 3 runs are finished/);
  assert.doesNotMatch(last.stderr, /short, seed 0 …/);
  assert.equal(statSync(`${runFolder("again", "short")}/result.json`).mtimeMs, short.mtimeMs);
  const whole = await never;
  assert.equal(whole.status, 1, whole.stderr);
  assert.match(whole.stderr, /^vantage: 1 of 3 runs failed: wrong: blobs\.npz: .*X9/m);
  assert.match(whole.stderr, /^not run: elsewhere: needs the file nowhere\.mat$/m);
  const result = JSON.parse(whole.stdout.trim().split("\n").at(-1)!);
  assert.deepEqual(result.runs, { wanted: 4, finished: 2, failed: 1, missing: 1 });
  assert.equal(result.cells[0].values[0].published, 99.2);
  assert.match(readFileSync(place.path("whole/table.md"), "utf8"), /^\| short \| [\d.]+ \(99\.2\) \| 1 \|$/m);

  for (const file of ["table.md", "table.tex", "table.csv"]) {
    assert.equal(readFileSync(place.path(`again/${file}`), "utf8"), readFileSync(place.path(`whole/${file}`), "utf8"));
  }
  const lines = (out: string) => {
    const text = readFileSync(place.path(`${out}/results.jsonl`), "utf8")
      .trim()
      .split("\n");
    return text.map((line) => ({ ...JSON.parse(line), seconds: undefined }));
  };
  assert.deepEqual(lines("again"), lines("whole"));
});

test("mistakes are one line and exit status 2", async () => {
  const bad = (change: object) => writeFileSync(place.path("bad.yaml"), stringify({ ...definition(1), ...change }));
  const cases: [args: string[], change: object, expected: RegExp][] = [
    [
      ["reproduce", "bad.yaml"],
      { rows: [{ title: "a", epoch: 3 }] },
      /bad\.yaml .*rows\.0\.epoch: there is no such key/,
    ],
    [["reproduce", "bad.yaml"], { rows: [{ title: "a", set: { lrr: 3 } }] }, /bad\.yaml: a: gmae has no option lrr/],
    [["reproduce", "bad.yaml", "--only", "tall"], {}, /--only tall: no such cell; there are short; long/],
    [["reproduce", "bad.yaml", "--queue", "postgres"], {}, /DATABASE_URL/],
  ];
  for (const [args, change, expected] of cases) {
    bad(change);
    const { status, stderr } = await runCommand(args, place.folder, { DATABASE_URL: "" });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^vantage: [^\n]*\n$/);
    assert.match(stderr, expected);
  }
});

test("every cell of every table of the package passes the checks of vantage train", () => {
  for (const definition of shippedDefinitions()) {
    const runs = planRuns(cellsOf(definition), { seeds: definition.seeds, places: [], source: definition.name });
    assert.equal(new Set(runs.map(({ folder }) => folder)).size, runs.length);
  }
});

test("--list says how many cells can run here, and what the others need", async () => {
  const { status, stdout } = await runCommand(["reproduce", "--list", "--json"], place.folder, { VANTAGE_DATA: "" });
  assert.equal(status, 0);
  const listed = JSON.parse(stdout) as { name: string; cells: number; ready: number; needs: string[] }[];
  const { cells, ready, needs } = listed.find(({ name }) => name === "mvlnet-1")!;
  assert.deepEqual([cells, ready], [6, 5]);
  assert.match(needs.join(), /^needs the file NoisyMNIST\.mat of noisy-mnist-dccae/);
});

const server = PostgresServer.start();
test("two processes share the runs over PostgreSQL, and one resumes what the other was killed in", {
  skip: typeof server === "string" && server,
}, async () => {
  if (typeof server === "string") return;
  try {
    server.sql("CREATE DATABASE jobs");
    const env = { DATABASE_URL: server.url("jobs") };
    const shared = ["--queue", "postgres", "--only"];
    const first = startCommand(reproduce("first", ...shared, "*o*"), place.folder, env);
    await first.saw("short, seed 0 …");
    const second = startCommand(reproduce("second", ...shared, "*o*"), place.folder, env);
    await trains(second, "second");
    second.kill("SIGKILL");
    await second.done;
    const end = await first.done;
    assert.equal(end.status, 1, end.stderr);
    assert.match(end.stderr, /\[3\/3\] long, seed 0: ACC/);
    for (const file of ["table.md", "table.tex", "table.csv"]) {
      assert.equal(
        readFileSync(place.path(`first/${file}`), "utf8"),
        readFileSync(place.path(`whole/${file}`), "utf8"),
      );
    }
    // the third receives all of them from the database, and makes none
    const third = await runCommand(reproduce("third", ...shared, "short"), place.folder, env);
    assert.equal(third.status, 0, third.stderr);
    assert.deepEqual(readdirSync(place.path("third/runs")), []);
    assert.match(readFileSync(place.path("third/table.md"), "utf8"), /^\| long \| [\d.]+ \| 1 \|$/m);
  } finally {
    server.stop();
  }
});
