// Side-by-side benchmarks: our side and the peer's do the same work in one run, and a table of ratios comes out.
//   npm run bench -- [--data FOLDER] [--rounds N] [--out FILE.md] [case …]
// All cases go to docs/benchmarks.md, some of them to the screen alone unless --out says where; the file grows case by case.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases } from "./cases.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string", default: "../shared/data" },
    rounds: { type: "string", default: "2" },
    python: { type: "string", default: "/usr/bin/python3" },
    out: { type: "string" },
  },
});

/** What makes NumPy and PyTorch of Debian fast here: without it OpenBLAS may take the processor for a far older one. */
function peerEnvironment(tuned) {
  const flagsLine = existsSync("/proc/cpuinfo")
    ? (readFileSync("/proc/cpuinfo", "utf8").match(/^flags.*$/m)?.[0] ?? "")
    : "";
  const wide = flagsLine.includes("avx512f");
  const core = { OPENBLAS_CORETYPE: wide ? "SKYLAKEX" : "Haswell" };
  if (!tuned) return core;
  return { ...core, OMP_WAIT_POLICY: "PASSIVE", ...(wide && { ATEN_CPU_CAPABILITY: "avx512" }) };
}

function runJson(command, args, env) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
    timeout: 600_000,
  });
  const line = result.stdout?.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line);
  } catch {
    process.stderr.write(
      `  failed: ${command} ${args.join(" ")}\n${(result.stderr ?? "").split("\n").slice(-3).join("\n")}\n`,
    );
    return undefined;
  }
}

const havePeers = spawnSync(flags.python, ["-c", "import torch, sklearn, scipy"]).status === 0;
if (!havePeers) process.stderr.write("no peers: apt-get install python3-torch python3-sklearn python3-scipy\n");

const scratch = join(tmpdir(), `vantage-bench-${process.pid}`);
mkdirSync(scratch, { recursive: true });
const context = { data: flags.data, scratch };
const rows = [];
for (const { name, title, prepare, ours, peers, note } of cases) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  process.stderr.write(`${name}\n`);
  const missing = prepare?.(context);
  if (missing) {
    process.stderr.write(`  skipped: ${missing}\n`);
    continue;
  }
  const mine = [];
  const theirs = new Map();
  // Turn about, so that a slow minute of the machine hits both sides.
  for (let round = 0; round < Number(flags.rounds); round++) {
    const own = runJson(process.execPath, ours(context));
    if (own) mine.push(own);
    for (const { label, args, tuned } of havePeers ? peers(context) : []) {
      const peer = runJson(flags.python, ["-B", ...args], peerEnvironment(tuned));
      if (peer) theirs.set(label, [...(theirs.get(label) ?? []), peer]);
    }
  }
  const best = (list) => Math.min(...list.map((each) => each.median));
  const own = mine.length > 0 ? best(mine) : Number.NaN;
  const extra = note?.(mine, theirs) ?? "";
  for (const [label, list] of theirs) rows.push({ title, label, own, peer: best(list), extra });
  if (theirs.size === 0) rows.push({ title, label: "–", own, peer: Number.NaN, extra });
  write();
}
process.stdout.write(`${table()}\n`);

function seconds(value) {
  return Number.isNaN(value) ? "–" : value < 1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`;
}

function table() {
  return [
    "| what | ours | peer | peer's time | ratio | |",
    "| --- | ---: | --- | ---: | ---: | --- |",
    ...rows.map(({ title, label, own, peer, extra }) => {
      const ratio = Number.isNaN(peer) ? "–" : `${(peer / own).toFixed(2)}×`;
      return `| ${title} | ${seconds(own)} | ${label} | ${seconds(peer)} | ${ratio} | ${extra} |`;
    }),
  ].join("\n");
}

function write() {
  const out = flags.out ?? (positionals.length === 0 ? "docs/benchmarks.md" : undefined);
  if (out === undefined) return;
  const machine = `${cpus()[0].model.trim()}, ${availableParallelism()} threads, Node ${process.versions.node}`;
  const text = `# Benchmarks

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machine}. Both sides run in turn on the same machine,
the median of each run's repetitions, the better of ${flags.rounds} rounds. Peers are Debian's PyTorch and scikit-learn with OpenBLAS told
the right processor ("as installed"), and "tuned": memory kept between steps (mallopt), OpenMP threads that do not spin,
AVX-512 in PyTorch's own kernels, the faster of its Adam variants.

${table()}
`;
  mkdirSync(dirname(join(root, out)), { recursive: true });
  writeFileSync(join(root, out), text);
}
