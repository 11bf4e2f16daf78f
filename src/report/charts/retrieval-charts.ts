// Charts of cross-view retrieval: precision–recall, precision by rank, mAP by code length.
import type { RetrievalCurves } from "../../runs/result.js";
import { arrows, flatten } from "../metric-names.js";
import { type Entry, latestMetrics } from "../report-run.js";
import type { Chart } from "./chart.js";
import { type Curve, type CurveChartInit, curveChart } from "./curve-chart.js";
import { seriesColors } from "./palette.js";

type Shape = Omit<CurveChartInit, "id" | "title" | "description" | "curves">;

const precisionRecall: Shape = {
  xName: "recall",
  yName: "precision",
  xRange: [0, 1],
  yFromZero: true,
  marks: true,
};
const precisionByRank: Shape = { xName: "items retrieved", yName: "precision", yFromZero: true, logX: 10 };

/** Precision against recall, a point for each Hamming radius: one chart (of many views one for each that asks), or with several runs one for each direction. */
export function precisionRecallCharts(entries: readonly Entry[]): Chart[] {
  return chartsOf(entries, "precision-recall", "Precision and recall by Hamming radius", precisionRecall, (each) => {
    // radii within which no query finds anything have no precision
    const from = each.byRadius?.recall.findIndex((recall) => recall > 0) ?? -1;
    return from < 0 ? undefined : { x: each.byRadius!.recall.slice(from), y: each.byRadius!.precision.slice(from) };
  });
}

/** Precision of the first k items against k: one chart (of many views one for each that asks), or with several runs one for each direction. */
export function precisionAtCharts(entries: readonly Entry[]): Chart[] {
  return chartsOf(entries, "precision-at", "Precision of the first items", precisionByRank, ({ precisionAt }) =>
    precisionAt ? { x: precisionAt.k, y: precisionAt.precision } : undefined,
  );
}

function chartsOf(
  entries: readonly Entry[],
  id: string,
  title: string,
  shape: Shape,
  points: (curves: RetrievalCurves) => Pick<Curve, "x" | "y"> | undefined,
): Chart[] {
  const directions = [
    ...new Set(entries.flatMap(({ run }) => run.result?.retrieval?.map((each) => each.direction) ?? [])),
  ];
  const curvesOf = (direction: string, name: (entry: Entry) => string, color: (entry: Entry) => number) =>
    entries.flatMap((entry): Curve[] => {
      const curves = entry.run.result?.retrieval?.find((each) => each.direction === direction);
      const xy = curves && points(curves);
      return xy ? [{ ...xy, name: name(entry), color: color(entry) }] : [];
    });
  if (entries.length > 1) {
    return directions.flatMap((direction, i) => {
      const curves = curvesOf(
        direction,
        (entry) => entry.name,
        (entry) => entry.color,
      );
      const init = {
        id: `${id}-${i}`,
        title: `${title}, ${arrows(direction)}`,
        description: `${title}, ${arrows(direction)}`,
      };
      return curves.length > 0 ? [curveChart({ ...init, ...shape, curves })] : [];
    });
  }
  return inGroups(directions).flatMap(({ query, members }, i) => {
    const curves = members.flatMap((direction, place) =>
      curvesOf(
        direction,
        () => arrows(direction),
        () => place,
      ),
    );
    const description = `${title}, a line for each direction: ${members.map(arrows).join(", ")}`;
    const init = { id: query ? `${id}-${i}` : id, title: query ? `${title}, from ${query}` : title, description };
    return curves.length > 0 ? [curveChart({ ...init, ...shape, nameCurves: true, curves })] : [];
  });
}

/** Directions that share a chart: all of them, or where that would be too many those from one view. */
function inGroups(directions: readonly string[]): { query?: string; members: readonly string[] }[] {
  if (directions.length <= seriesColors) return [{ members: directions }];
  const queryOf = (direction: string) => direction.split("->")[0]!;
  return [...new Set(directions.map(queryOf))].map((query) => ({
    query,
    members: directions.filter((direction) => queryOf(direction) === query),
  }));
}

/** mAP against code length, a curve for each direction, over runs that differ in their option `bits`; none below two lengths. */
export function bitsCharts(entries: readonly Entry[]): Chart[] {
  const lengths = [...new Set(entries.map(bitsOf))].filter((bits) => bits !== undefined).sort((a, b) => a - b);
  if (lengths.length < 2) return [];
  const byDirection = new Map<string, Map<number, number[]>>();
  for (const entry of entries) {
    const bits = bitsOf(entry);
    if (bits === undefined) continue;
    for (const { path, value } of flatten(latestMetrics(entry.run))) {
      const [measure, direction] = path;
      if (measure !== "map" || direction === undefined) continue;
      const curve = byDirection.get(direction) ?? new Map<number, number[]>();
      byDirection.set(direction, curve.set(bits, [...(curve.get(bits) ?? []), value]));
    }
  }
  const all = "Mean average precision by code length";
  return inGroups([...byDirection.keys()]).flatMap(({ query, members }, i) => {
    const curves = members.map((direction, color): Curve => {
      const curve = byDirection.get(direction)!;
      const x = lengths.filter((bits) => curve.has(bits));
      return { name: arrows(direction), color, x, y: x.map((bits) => mean(curve.get(bits)!)) };
    });
    if (curves.length === 0) return [];
    const title = query ? `${all}, from ${query}` : all;
    const init = { id: query ? `bits-${i}` : "bits", title, description: title };
    return [curveChart({ ...init, xName: "bits", yName: "mAP", logX: 2, marks: true, nameCurves: true, curves })];
  });
}

function bitsOf({ run }: Entry): number | undefined {
  const { bits } = run.config.options;
  return typeof bits === "number" ? bits : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
