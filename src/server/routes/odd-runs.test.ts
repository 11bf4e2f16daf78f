// Tests of odd and hostile run folders: each is left out or described in one line, none breaks the list or holds up the server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { createRun } from "../../runs/run-folder.js";
import { type SmallIndex, smallIndex } from "../fixture.testing.js";
import { createServer } from "../server.js";
import { RunList } from "./run-list.js";

let small: SmallIndex;
let server: FastifyInstance;
let runs: string;
const said: string[] = [];

before(async () => {
  small = await smallIndex();
  runs = join(small.folder, "runs");
  const environment = {
    ...{ started: "2026-01-01", vantage: "1", node: "20", onnxruntime: "1", platform: "x", cpu: "x", cores: 2 },
    ...{ memoryBytes: 1, files: [] },
  };
  const config = { method: "gmae", dataset: { name: "d" }, seed: 1, options: {} };
  const run = createRun(join(runs, "honest"), config, environment);
  for (let epoch = 1; epoch <= 3; epoch++) {
    run.log({ stage: "train", epoch, seconds: epoch, losses: { total: 1 / epoch }, metrics: {} });
  }
  run.close();
  const indexes = new Map([["small", small.index]]);
  server = await createServer({ indexes, runs, localOnly: true, say: (line) => said.push(line) });
});
after(async () => {
  await server.close();
  await small.close();
});

async function get(path: string): Promise<{ status: number; body: Record<string, never> & { error: string } }> {
  const { statusCode, body } = await server.inject({ url: path, headers: { host: "localhost" } });
  return { status: statusCode, body: JSON.parse(body) };
}

const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const keys = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1\n`).join("");
const line = '{"stage":"a","epoch":1,"seconds":1,"losses":{},"metrics":';
const secret = "root:x:0:0";

interface Odd {
  /** Changes a copy of an honest run. */
  change(folder: string): void;
  /** Whether the list has it still: what is odd is not part of it. */
  readonly isListed?: boolean;
  /** What is said where it is requested; undefined where nothing is wrong with what is asked. */
  readonly said?: RegExp;
}

const write = (name: string, content: string) => (folder: string) => writeFileSync(join(folder, name), content);
const odd: Record<string, Odd> = {
  "many keys": { change: write("config.yaml", keys), said: /config\.yaml: run folder format missing/ },
  "many quotation marks": { change: write("config.yaml", '"'.repeat(200_000)), said: /config\.yaml is not YAML/ },
  "a long configuration": {
    change: (folder) => truncateSync(join(folder, "config.yaml"), 2 ** 33),
    said: /config\.yaml has 8589934592 bytes/,
  },
  "a configuration that is a pipe": {
    change: (folder) => {
      rmSync(join(folder, "config.yaml"));
      execFileSync("mkfifo", [join(folder, "config.yaml")]);
    },
    said: /config\.yaml is neither a plain file nor a folder/,
  },
  "a lock with a bad name": { change: write("lock-%E0%A4%A-1-1", ""), isListed: true },
  "a lock that is a link": { change: (folder) => symlinkSync("/etc/passwd", join(folder, "lock")), isListed: true },
  "an environment of other types": {
    change: write("environment.json", '{"started":"x","vantage":{"html":"<p>"},"files":[]}'),
    said: /environment\.json: vantage: /,
  },
  "a file that is null": {
    change: write("environment.json", '{"started":"x","files":[null]}'),
    said: /environment\.json: files\.0: /,
  },
  "deep measures": {
    change: write("metrics.jsonl", `${line}${deep(20_000)}}\n`),
    isListed: true,
    said: /nested more than/,
  },
  "a line that is none": { change: write("metrics.jsonl", "x\n"), isListed: true, said: /line 1: not JSON/ },
  "a stage without a name": {
    change: write("metrics.jsonl", `${line.replace('"a"', '""')}{}}\n`),
    isListed: true,
    said: /line 1: expected an object with stage/,
  },
  "a log that is a link": {
    change: (folder) => {
      rmSync(join(folder, "metrics.jsonl"));
      symlinkSync("/etc/passwd", join(folder, "metrics.jsonl"));
    },
    said: /metrics\.jsonl is a symbolic link/,
  },
  "a result that is none": { change: write("result.json", deep(50_000)), isListed: true },
  "a report that is a link": {
    change: (folder) => symlinkSync("/etc/passwd", join(folder, "report.html")),
    isListed: true,
  },
};

test("odd runs are left out or described in one line, and the honest one is there", { timeout: 60_000 }, async () => {
  for (const [name, { change }] of Object.entries(odd)) {
    cpSync(join(runs, "honest"), join(runs, name), { recursive: true });
    change(join(runs, name));
  }
  mkdirSync(join(runs, "empty"));
  const { status, body } = await get("/runs");
  assert.equal(status, 200);
  const names = (body.runs as unknown as { name: string }[]).map(({ name }) => name).sort();
  const listed = Object.keys(odd).filter((name) => odd[name]!.isListed);
  assert.deepEqual(names, [...listed, "honest"].sort());
  for (const [name, { said: expected }] of Object.entries(odd)) {
    const reply = await get(`/runs/${encodeURIComponent(name)}`);
    if (expected === undefined) assert.equal(reply.status, 200, `${name}: ${reply.body.error}`);
    else {
      assert.equal(reply.status, 400, name);
      assert.match(reply.body.error, expected, name);
      assert.doesNotMatch(reply.body.error, /\n/);
    }
    const report = await server.inject({
      url: `/runs/${encodeURIComponent(name)}/report`,
      headers: { host: "localhost" },
    });
    assert.ok(report.statusCode >= 400 && !report.body.includes(secret), name);
  }
  assert.deepEqual(said, []);
});

test("while runs are read the event loop goes on", async () => {
  let longest = 0;
  let before = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  // Written anew, so that everything is read again.
  for (const [name, { change }] of Object.entries(odd).slice(0, 2)) change(join(runs, name));
  const replies = await Promise.all(Array.from({ length: 10 }, () => get("/runs")));
  clearInterval(timer);
  assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
  // Reading them takes 0.5 s and more; the limit leaves room for what else the machine does.
  assert.ok(longest < 150, `${longest} ms`);
});

test("lines from one on as a run grows, and the rest in the next reply", async () => {
  const { body } = await get("/runs/honest?after=2");
  assert.deepEqual(
    (body.metrics as unknown as { epoch: number }[]).map(({ epoch }) => epoch),
    [3],
  );
  const long = "x".repeat(1000);
  const lines = Array.from(
    { length: 6000 },
    (_, i) => `{"stage":"a","epoch":${i},"seconds":1,"losses":{},"metrics":{},"notes":["${long}"]}\n`,
  );
  writeFileSync(join(runs, "honest", "metrics.jsonl"), lines.join(""));
  let read = 0;
  for (let turn = 1; ; turn++) {
    const { body: more } = await get(`/runs/honest?after=${read}`);
    const { run, metrics } = more as unknown as { run: { lines: number }; metrics: { epoch: number }[] };
    assert.equal(run.lines, 6000);
    assert.equal(metrics[0]!.epoch, read);
    read += metrics.length;
    if (read === 6000) return assert.equal(turn, 2);
  }
});

test("a list that takes long comes in parts, and is whole in the end", () => {
  const list = new RunList(runs, 0);
  const lengths = Array.from({ length: 1 + Object.keys(odd).length }, () => list.list().length);
  assert.deepEqual(
    lengths,
    lengths.toSorted((a, b) => a - b),
    "what is known stays",
  );
  assert.ok(lengths[0]! < lengths.at(-1)!);
  assert.deepEqual(list.list(), new RunList(runs).list());
});
