// Charts of cross-view retrieval: precision–recall, precision by rank, mAP by code length.
import type { RetrievalCurves } from "../runs/result.js";
import type { Chart } from "./chart.js";
import { type Curve, type CurveChartInit, curveChart } from "./curve-chart.js";
import { arrows, flatten, metricName } from "./metric-names.js";
import { type Entry, latestMetrics } from "./report-run.js";

type Shape = Omit<CurveChartInit, "id" | "title" | "description" | "curves">;

const precisionRecall: Shape = {
  xName: "recall",
  yName: "precision",
  xRange: [0, 1],
  yFromZero: true,
  marks: true,
};
const precisionByRank: Shape = { xName: "items retrieved", yName: "precision", yFromZero: true, logX: 10 };

/** Precision against recall, a point for each Hamming radius: one chart, or with several runs one for each direction. */
export function precisionRecallCharts(entries: readonly Entry[]): Chart[] {
  return byDirection(entries, "precision-recall", "Precision and recall by Hamming radius", precisionRecall, (each) => {
    // radii within which no query finds anything have no precision
    const from = each.byRadius?.recall.findIndex((recall) => recall > 0) ?? -1;
    return from < 0 ? undefined : { x: each.byRadius!.recall.slice(from), y: each.byRadius!.precision.slice(from) };
  });
}

/** Precision of the first k items against k: one chart, or with several runs one for each direction. */
export function precisionAtCharts(entries: readonly Entry[]): Chart[] {
  return byDirection(entries, "precision-at", "Precision of the first items", precisionByRank, ({ precisionAt }) =>
    precisionAt ? { x: precisionAt.k, y: precisionAt.precision } : undefined,
  );
}

function byDirection(
  entries: readonly Entry[],
  id: string,
  title: string,
  shape: Shape,
  points: (curves: RetrievalCurves) => Pick<Curve, "x" | "y"> | undefined,
): Chart[] {
  const directions = [
    ...new Set(entries.flatMap(({ run }) => run.result?.retrieval?.map((each) => each.direction) ?? [])),
  ];
  const curvesOf = (direction: string, name: (entry: Entry) => string, colour: (entry: Entry) => number) =>
    entries.flatMap((entry): Curve[] => {
      const curves = entry.run.result?.retrieval?.find((each) => each.direction === direction);
      const xy = curves && points(curves);
      return xy ? [{ ...xy, name: name(entry), colour: colour(entry) }] : [];
    });
  if (entries.length > 1) {
    return directions.flatMap((direction, i) => {
      const curves = curvesOf(
        direction,
        (entry) => entry.name,
        (entry) => entry.colour,
      );
      const init = {
        id: `${id}-${i}`,
        title: `${title}, ${arrows(direction)}`,
        description: `${title}, ${arrows(direction)}`,
      };
      return curves.length > 0 ? [curveChart({ ...init, ...shape, curves })] : [];
    });
  }
  const curves = directions.flatMap((direction, i) =>
    curvesOf(
      direction,
      () => arrows(direction),
      () => i,
    ),
  );
  const description = `${title}, a line for each direction: ${directions.map(arrows).join(", ")}`;
  return curves.length > 0 ? [curveChart({ id, title, description, ...shape, nameCurves: true, curves })] : [];
}

/** mAP against code length, a curve for each direction, over runs that differ in their option `bits`; none below two lengths. */
export function bitsCharts(entries: readonly Entry[]): Chart[] {
  const lengths = [...new Set(entries.map(bitsOf))].filter((bits) => bits !== undefined).sort((a, b) => a - b);
  if (lengths.length < 2) return [];
  const byName = new Map<string, Map<number, number[]>>();
  for (const entry of entries) {
    const bits = bitsOf(entry);
    if (bits === undefined) continue;
    for (const { path, value } of flatten(latestMetrics(entry.run))) {
      if (path[0] !== "map") continue;
      const name = metricName(path).replace(/^mAP /, "");
      const curve = byName.get(name) ?? new Map<number, number[]>();
      byName.set(name, curve.set(bits, [...(curve.get(bits) ?? []), value]));
    }
  }
  const curves = [...byName].map(([name, curve], colour): Curve => {
    const x = lengths.filter((bits) => curve.has(bits));
    return { name, colour, x, y: x.map((bits) => mean(curve.get(bits)!)) };
  });
  if (curves.length === 0) return [];
  const title = "Mean average precision by code length";
  return [
    curveChart({
      id: "bits",
      title,
      description: title,
      xName: "bits",
      yName: "mAP",
      logX: 2,
      marks: true,
      nameCurves: true,
      curves,
    }),
  ];
}

function bitsOf({ run }: Entry): number | undefined {
  const { bits } = run.config.options;
  return typeof bits === "number" ? bits : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
