// Runs every test under dist (or those whose path holds an argument), with Node's own test runner.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const wanted = process.argv.slice(2);
const files = readdirSync("dist", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.js") && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => join("dist", name))
  .sort();
if (files.length === 0) {
  process.stderr.write("no test was found: npm run build:tests first, and check the argument\n");
  process.exit(1);
}
// Long runs of killing and fuzzing take the time that was requested.
const { VANTAGE_KILLS, VANTAGE_FUZZ } = process.env;
const timeout = VANTAGE_KILLS || VANTAGE_FUZZ ? Number.POSITIVE_INFINITY : 600_000;
run({ files, concurrency: 2, timeout })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
