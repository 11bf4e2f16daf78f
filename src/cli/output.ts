// What commands print: tables of measures for people, one JSON object for programs.
import type { Metrics } from "../methods/training.js";

/** Measures side by side, nested groups on lines of their own. */
export function formatMetrics(metrics: Metrics, indent = "  "): string {
  const flat: string[] = [];
  const groups: string[] = [];
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") flat.push(`${name} ${value.toFixed(4)}`);
    else if (Object.keys(value).length > 0) groups.push(`${indent}${name}\n${formatMetrics(value, `${indent}  `)}`);
  }
  const lines: string[] = [];
  for (let i = 0; i < flat.length; i += 6) lines.push(indent + flat.slice(i, i + 6).join("   "));
  return [...lines, ...groups].join("\n");
}

/** Prints the result: as the last line of stdout where asked for, otherwise for people. */
export function printResult(json: boolean | undefined, result: object, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

/** A line on stderr, so that stdout holds results only. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Seconds as people say them. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(seconds / 3600).toFixed(1)} h`;
}
