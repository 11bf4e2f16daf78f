// The names of runs as a report shows them: on one line, seen whole, and of a length that leaves room for the rest.
import { shortened } from "../visible.js";
import type { ReportRun } from "./report-run.js";

/** Characters of a name that are shown. */
const most = 120;

/** Characters of a note. */
const mostOfNote = 2000;

/** Notes are read and not compared: they need not differ from one another, and are longer. */
function sentences(notes: unknown): unknown {
  return Array.isArray(notes)
    ? notes.map((note) => (typeof note === "string" ? shortened(note, mostOfNote) : note))
    : notes;
}

/**
 * The runs with every text in them made fit to be shown, as key and as value: names that differ still do. The command to
 * repeat a run and pictures stay whole.
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
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [name(key), key === "notes" ? sentences(each) : visit(each)]),
    );
  };
  return runs.map((run) => {
    const { examples, ...rest } = run;
    const { command } = run.config;
    const own = visit(rest) as ReportRun;
    const config = command === undefined ? own.config : { ...own.config, command };
    if (examples === undefined) return { ...own, config };
    const { pictures, rule, ...found } = examples;
    return { ...own, config, examples: { ...(visit(found) as typeof found), pictures, rule } };
  });
}
