// Reading text tables beside pandas.read_csv: seconds and memory at the peak, each reading in a process of its own.
//   node bench/reading/run.mjs [--small] [--python PATH] [--rounds N] [file …]
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runJson } from "../processes.mjs";
import { writeTable } from "./files.mjs";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    small: { type: "boolean", default: false },
    python: { type: "string", default: "/usr/bin/python3" },
    rounds: { type: "string", default: "2" },
    folder: { type: "string" },
  },
});
const shrink = flags.small ? 20 : 1;
const tables = [
  { name: "long", rows: 100_000 / shrink, columns: 1000 },
  { name: "wide", rows: 100, columns: 60_000 / shrink },
  { name: "genes-20000", rows: 30, columns: 20_000 / shrink },
  { name: "genes-40000", rows: 30, columns: 40_000 / shrink },
  { name: "semicolons", rows: 20_000 / shrink, columns: 500, delimiter: ";", decimal: "," },
  { name: "words", rows: 200_000 / shrink, columns: 20, words: 10 },
];
const folder = flags.folder ?? join(tmpdir(), `vantage-reading-${process.pid}`);
mkdirSync(folder, { recursive: true });
if (!flags.folder) process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

// processor time beside the clock: on a busy machine only the former can be compared
const row = (cells) =>
  process.stdout.write(
    `${cells.map((cell, i) => `${cell}`.padEnd([14, 16, 10, 12, 10, 10, 12, 10][i] ?? 10)).join("")}\n`,
  );
row(["table", "rows × columns", "ours (s)", "processor", "MB", "pandas", "processor", "MB", "ratio"]);
for (const table of tables.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const path = join(folder, `${table.name}.csv`);
  if (!existsSync(path)) writeTable(path, table);
  const runs = { ours: [], peer: [] };
  for (let round = 0; round < Number(flags.rounds); round++) {
    runs.ours.push(runJson(process.execPath, ["bench/reading/ours.mjs", path]));
    const dialect = [table.delimiter ?? ",", table.decimal ?? "."];
    runs.peer.push(runJson(flags.python, ["-B", "bench/reading/pandas_read.py", path, ...dialect]));
  }
  const best = (list) => list.reduce((a, b) => (b && (!a || b.processor < a.processor) ? b : a), undefined);
  const [ours, peer] = [best(runs.ours), best(runs.peer)];
  const shown = (side) =>
    side ? [side.seconds.toFixed(2), side.processor.toFixed(2), (side.memory / 1e6).toFixed(0)] : ["failed", "", ""];
  const ratio = ours && peer ? (ours.processor / peer.processor).toFixed(2) : "";
  row([table.name, `${table.rows} × ${table.columns}`, ...shown(ours), ...shown(peer), ratio]);
  if (ours && peer && Math.abs(ours.sum - peer.sum) > 1e-6 * Math.abs(peer.sum) + 1e-3) {
    process.stdout.write(`  the sums differ: ${ours.sum}, pandas ${peer.sum}\n`);
    process.exitCode = 1;
  }
  if (!flags.folder) rmSync(path);
}
