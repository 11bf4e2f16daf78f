// The confusion matrix as a heat map: counts as numbers, the square root of the share of the true class as color, so that few mistakes show.
import type { HeatmapSeriesOption } from "echarts";
import type { Confusion } from "../../runs/result.js";
import { shortened } from "../../visible.js";
import { axis, baseOption, type Chart, grid, rounded, tooltip } from "./chart.js";
import { heatSteps } from "./palette.js";

/** Classes up to which the counts are written into the cells. */
const maxNumbers = 15;
/** Letters of a class name that the axes show. */
const maxLetters = 14;
/** Cells up to which all are drawn; of more, those with samples, the fullest of them. */
const maxCells = 10_000;

/**
 * @param predicted what the columns are: "predicted class" or "matched cluster".
 * @param id name of the plot.
 */
export function confusionChart({ rows, columns, counts }: Confusion, predicted: string, id = "confusion"): Chart {
  const numbers = columns.length <= maxNumbers;
  const totals = counts.map((row) => row.reduce((a, b) => a + b, 0));
  const cells = drawn(counts, columns.length).map(([r, c]) =>
    cell(counts[r]![c]!, totals[r]!, r, c, rows[r]!, columns[c]!),
  );
  const right = counts.reduce((sum, row, r) => sum + (row[columns.indexOf(rows[r]!)] ?? 0), 0);
  const all = totals.reduce((a, b) => a + b, 0);
  return {
    id,
    title: "Confusion matrix",
    description: `Confusion matrix of ${rows.length} classes: ${right} of ${all} samples on the diagonal`,
    aspect: 0.9,
    option: {
      ...baseOption,
      tooltip: { ...tooltip, trigger: "item", formatter: "{b}" },
      grid: grid(4),
      xAxis: { ...axis(predicted, false), ...category(columns, columns.some((name) => name.length > 3) ? 45 : 0) },
      yAxis: { ...axis("true class", true), ...category(rows, 0), inverse: true },
      visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: heatScale } },
      series: [
        {
          type: "heatmap",
          name: "samples",
          data: cells,
          label: { show: numbers, fontSize: 10.5 },
        } as HeatmapSeriesOption,
      ],
    },
  };
}

/** Row and column of each cell that is drawn. */
function drawn(counts: Confusion["counts"], columns: number): [row: number, column: number][] {
  const all = counts.flatMap((row, r) => row.map((_, c): [number, number] => [r, c]));
  if (counts.length * columns <= maxCells) return all;
  const count = ([r, c]: [number, number]) => counts[r]![c]!;
  return all
    .filter((each) => count(each) > 0)
    .sort((a, b) => count(b) - count(a))
    .slice(0, maxCells);
}

const heatScale = Array.from({ length: heatSteps }, (_, i) => `$heat${i}`);

function cell(count: number, total: number, r: number, c: number, row: string, column: string) {
  const share = total > 0 ? count / total : 0;
  const shade = Math.sqrt(share);
  const percent = rounded(share * 100, 3);
  return {
    value: [c, r, rounded(shade, 3)],
    name: `${row} as ${column}: ${count} of ${total}, ${percent} %`,
    itemStyle: { borderColor: "$paper", borderWidth: 1.5 },
    label: { formatter: count > 0 ? `${count}` : "", color: `$heatInk${Math.round(shade * (heatSteps - 1))}` },
  };
}

function category(names: readonly string[], rotate: number) {
  const { axisLabel, axisLine } = axis(undefined, false);
  return {
    type: "category" as const,
    data: names.map((name) => shortened(name, maxLetters)),
    axisLabel: { ...axisLabel, rotate },
    axisLine: { ...axisLine, show: false },
    splitLine: { show: false },
  };
}
