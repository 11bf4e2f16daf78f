// Charts of the training: every loss term, and the measures by epoch.
import type { MetricLine } from "../../runs/metrics-log.js";
import { byImportance, flatten, metricName } from "../metric-names.js";
import type { Entry } from "../report-run.js";
import type { Chart } from "./chart.js";
import { type Curve, curveChart } from "./curve-chart.js";

/** Measures in one chart at most; the table has the rest. */
const maxMetrics = 5;

/** Stages of training in the order in which they were gone through. */
export function stagesOf(entries: readonly Entry[]): string[] {
  return [...new Set(entries.flatMap(({ run }) => run.lines.map(({ stage }) => stage)))];
}

/** One chart for each loss term of a stage, "total" first; a curve for each run that has the term. */
export function lossCharts(entries: readonly Entry[], stage: string): Chart[] {
  const terms = [...new Set(linesOf(entries, stage).flatMap(({ losses }) => Object.keys(losses)))];
  terms.sort((a, b) => Number(b === "total") - Number(a === "total"));
  return terms.map((term) =>
    curveChart({
      id: `loss-${stage}-${term}`,
      title: term === "total" ? "Total loss" : `${spaced(term)} loss`,
      description: `${spaced(term)} loss by epoch of stage ${stage}`,
      xName: "epoch",
      curves: curvesOf(
        entries,
        stage,
        (line) => line.losses[term],
        (entry) => entry.name,
      ),
      mayLogY: true,
    }),
  );
}

/** The chief measures by epoch: one chart with a curve for each where there is one run, else a chart for each. */
export function metricCharts(entries: readonly Entry[], stage: string): Chart[] {
  const evaluated = linesOf(entries, stage).flatMap(({ metrics }) => flatten(metrics));
  const paths = new Map(byImportance(evaluated).map(({ path }) => [path.join("\n"), path]));
  const chief = [...paths.values()].slice(0, maxMetrics);
  if (chief.length === 0) return [];
  const [only] = entries;
  if (entries.length > 1) {
    return chief.map((path) =>
      curveChart({
        id: `metric-${stage}-${path.join("-")}`,
        title: metricName(path),
        description: `${metricName(path)} by epoch, a line for each run`,
        xName: "epoch",
        curves: curvesOf(entries, stage, valueAt(path), (entry) => entry.name),
      }),
    );
  }
  const curves = chief.flatMap((path, color) =>
    curvesOf([{ ...only!, color }], stage, valueAt(path), () => metricName(path)),
  );
  const description = `${chief.map(metricName).join(", ")} by epoch`;
  return [
    curveChart({
      id: `metrics-${stage}`,
      title: "Measures by epoch",
      description,
      xName: "epoch",
      nameCurves: true,
      curves,
    }),
  ];
}

function valueAt(path: readonly string[]): (line: MetricLine) => number | undefined {
  const key = path.join("\n");
  return ({ metrics }) => flatten(metrics).find((each) => each.path.join("\n") === key)?.value;
}

function linesOf(entries: readonly Entry[], stage: string): MetricLine[] {
  return entries.flatMap(({ run }) => run.lines.filter((line) => line.stage === stage));
}

function curvesOf(
  entries: readonly Entry[],
  stage: string,
  value: (line: MetricLine) => number | undefined,
  name: (entry: Entry) => string,
): Curve[] {
  return entries.flatMap((entry) => {
    const points = linesOf([entry], stage).flatMap((line): [number, number][] => {
      const y = value(line);
      return y === undefined ? [] : [[line.epoch, y]];
    });
    if (points.length === 0) return [];
    return [{ name: name(entry), color: entry.color, x: points.map(([x]) => x), y: points.map(([, y]) => y) }];
  });
}

/** "crossEntropy" is "Cross entropy". */
function spaced(name: string): string {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
