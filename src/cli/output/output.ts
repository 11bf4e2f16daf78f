// What commands print: tables of measures for people, one JSON object for programs. All of it goes through here.
import { Presets, SingleBar } from "cli-progress";
import type { Metrics } from "../../methods/training.js";
import { withoutPassword } from "../../runs/command.js";
import { shortened, visible, visibleJson } from "../../visible.js";

/** How much commands say: errors and results only, the usual, or all measures too. */
export type Verbosity = "quiet" | "usual" | "verbose";

let verbosity: Verbosity = "usual";

/** Says how much is said from now on; the command line does so once, before a command begins. */
export function setVerbosity(level: Verbosity): void {
  verbosity = level;
}

let json = false;

/** Says whether results are printed as JSON from now on, as `--json` requests. */
export function setJson(isWanted: boolean): void {
  json = isWanted;
}

/** Whether results are printed as JSON. */
export function isJson(): boolean {
  return json;
}

/** Whether only results and errors are wanted. */
export function isQuiet(): boolean {
  return verbosity === "quiet";
}

/** Whether details are wanted. */
export function isVerbose(): boolean {
  return verbosity === "verbose";
}

/** Characters of a line on stderr at most. */
const longestLine = 4000;

/** Measures side by side, nested groups on lines of their own. */
export function formatMetrics(metrics: Metrics, indent = "  "): string[] {
  const flat: string[] = [];
  const groups: string[] = [];
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") flat.push(`${name} ${value.toFixed(4)}`);
    else if (Object.keys(value).length > 0) groups.push(indent + name, ...formatMetrics(value, `${indent}  `));
  }
  const lines: string[] = [];
  for (let i = 0; i < flat.length; i += 6) lines.push(indent + flat.slice(i, i + 6).join("   "));
  return [...lines, ...groups];
}

/**
 * Prints the result of a command: with --json as the last line of stdout, otherwise for people. Every command ends in it.
 * @param lines each is one line whatever the names in it hold.
 */
export function printResult(result: object, lines: readonly string[]): void {
  if (json) process.stdout.write(`${visibleJson(result)}\n`);
  else print(lines);
}

/** Lines on stdout. This file is the only one that writes to a terminal, so that none gets a character that it would act upon. */
export function print(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${visible(line)}\n`).join(""));
}

/** A line on stderr, so that stdout holds results only; nothing where --quiet was given. */
export function say(line: string): void {
  if (verbosity !== "quiet") complain(line);
}

/** A line on stderr in any case: what went wrong. */
export function complain(line: string): void {
  process.stderr.write(`${shortened(withoutPassword(line), longestLine)}\n`);
}

/** A bar of progress on stderr. */
export function progressBar(format: string): SingleBar {
  const options = { format, stream: process.stderr, hideCursor: true, barsize: 24 };
  return new SingleBar(options, Presets.shades_classic);
}

/** Seconds as people say them. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}
