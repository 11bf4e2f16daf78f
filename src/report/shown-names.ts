// The names of runs as a report shows them: on one line, seen whole, and of a length that leaves room for the rest.
import { shortened } from "../visible.js";
import type { ReportRun } from "./report-run.js";

/** Characters of a name that are shown. */
const most = 120;

/**
 * The runs with every text in them made fit to be shown, as key and as value: names that differ still do. The command to
 * repeat a run stays whole.
 */
export function withShownNames(runs: readonly ReportRun[]): ReportRun[] {
  const shown = new Map<string, string>();
  const taken = new Set<string>();
  const name = (text: string): string => {
    const known = shown.get(text);
    if (known !== undefined) return known;
    const short = shortened(text, most);
    let own = short;
    for (let i = 2; taken.has(own); i++) own = `${short} (${i})`;
    taken.add(own);
    shown.set(text, own);
    return own;
  };
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") return name(value);
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(visit);
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [name(key), visit(each)]));
  };
  return runs.map((run) => {
    const { command } = run.config;
    const own = visit(run) as ReportRun;
    return command === undefined ? own : { ...own, config: { ...own.config, command } };
  });
}
