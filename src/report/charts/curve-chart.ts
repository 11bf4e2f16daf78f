// Line charts: training curves and retrieval curves, with names at the ends of the lines.
import type { LineSeriesOption } from "echarts";
import { axis, baseOption, type Chart, fontSize, grid, rounded, tooltip } from "./chart.js";
import { seriesColors } from "./palette.js";

export interface Curve {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Place among the colors for lines. */
  readonly color: number;
}

export interface CurveChartInit {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly xName: string;
  readonly yName?: string;
  readonly curves: readonly Curve[];
  /** The y axis begins at 0; by default it has what the values need. */
  readonly yFromZero?: boolean;
  /** Bounds of the x axis; by default from 0, or the least where it is logarithmic, to the greatest. */
  readonly xRange?: readonly [number, number];
  /** Base of a logarithmic x axis; by default it is linear. */
  readonly logX?: 2 | 10;
  /** Logarithmic y where all values are positive and span more than two decades. */
  readonly mayLogY?: boolean;
  /** Whether the chart names its curves: at their ends, or above them where too many end at one place; else a key beside it does. */
  readonly nameCurves?: boolean;
  /** Marks every point of short curves. */
  readonly marks?: boolean;
}

/** Points of a curve in a chart at most; a screen shows no more. */
const maxPoints = 600;
/** Curves that are named at their end at most; more would not fit. */
const maxNamed = 6;
/** Share of the chart's height that a name takes. */
const nameHeight = 0.07;
/** Width of a letter and of what a legend has around a name, in pixels; the least width that a chart is expected to have. */
const [letter, legendGap, leastWidth] = [6.2, 34, 400];

export function curveChart(init: CurveChartInit): Chart {
  const { id, title, description, curves, xName, yName, yFromZero, xRange, logX, marks = false } = init;
  const named = init.nameCurves === true && curves.length > 1;
  const atEnds = named && curves.length <= maxNamed && !crowded(curves, yFromZero === true);
  const lengths = curves.map(({ name }) => name.length * letter);
  const legendRows = named && !atEnds ? Math.ceil(sum(lengths.map((each) => each + legendGap)) / leastWidth) : 0;
  return {
    id,
    title,
    description,
    option: {
      ...baseOption,
      tooltip: {
        ...tooltip,
        trigger: "axis",
        order: "valueDesc",
        axisPointer: { lineStyle: { color: "$axis" }, label: headOf(xName) },
      },
      grid: grid(atEnds ? Math.min(130, 14 + Math.max(...lengths)) : 6, 12 + 18 * legendRows),
      ...(legendRows > 0 && { legend }),
      xAxis: {
        ...axis(xName, false),
        type: logX ? "log" : "value",
        ...(logX && { logBase: logX }),
        ...(xRange ? { min: xRange[0], max: xRange[1] } : { min: logX ? "dataMin" : 0, max: "dataMax" }),
        ...(isCounted(xName) && !logX && { minInterval: 1 }),
      },
      yAxis: {
        ...axis(yName, true),
        type: init.mayLogY && spansDecades(curves) ? "log" : "value",
        scale: true,
        splitNumber: 4,
        ...(yFromZero && { min: 0 }),
      },
      series: curves.map((curve) => lineSeries(curve, atEnds, marks)),
    },
  };
}

/** What a tooltip has above its values: the axis and where on it, as in "epoch 260". */
function headOf(xName: string) {
  return { show: false, formatter: `${xName} {value}`, ...(isCounted(xName) && { precision: 0 }) };
}

/** Whether the values of an axis are whole numbers. */
function isCounted(xName: string): boolean {
  return xName !== "recall";
}

function lineSeries(curve: Curve, nameAtEnd: boolean, marks: boolean): LineSeriesOption {
  const color = `$series${curve.color % seriesColors}`;
  const points = thin(curve.x, curve.y).map((i) => [rounded(curve.x[i]!), rounded(curve.y[i]!)]);
  return {
    type: "line",
    name: curve.name,
    data: points,
    showSymbol: marks || points.length === 1,
    symbol: "circle",
    symbolSize: marks ? 4 : 6,
    lineStyle: { width: 1.8, color, type: curve.color < seriesColors ? "solid" : "dashed" },
    itemStyle: { color },
    emphasis: { focus: "series", lineStyle: { width: 2.4 } },
    ...(nameAtEnd && {
      endLabel: { show: true, formatter: "{a}", color, fontSize, lineHeight: 14 },
      labelLayout: { moveOverlap: "shiftY" },
    }),
  };
}

const legend = {
  top: 0,
  left: 0,
  itemGap: 12,
  itemWidth: 16,
  itemHeight: 6,
  textStyle: { color: "$soft", fontSize },
} as const;

/** Whether names at the ends of the curves would stand far from them: most ends lie closer together than a name is high. */
function crowded(curves: readonly Curve[], fromZero: boolean): boolean {
  const [least, most] = bounds(curves);
  const range = most - (fromZero ? 0 : least);
  const ends = curves.map(({ y }) => y[y.length - 1]!).sort((a, b) => a - b);
  const close = ends.filter((end, i) => i > 0 && end - ends[i - 1]! < nameHeight * range);
  return close.length > (curves.length - 1) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function spansDecades(curves: readonly Curve[]): boolean {
  const [least, most] = bounds(curves);
  return least > 0 && most / least > 100;
}

function bounds(curves: readonly Curve[]): [least: number, most: number] {
  const values = curves.flatMap(({ y }) => Array.from(y)).filter(Number.isFinite);
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return [least, values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)];
}

/** Which points to keep of a long curve: first, last, and the lowest and highest of each stretch, so that no peak is lost. */
export function thin(x: ArrayLike<number>, y: ArrayLike<number>, limit = maxPoints): number[] {
  const all = Array.from({ length: x.length }, (_, i) => i);
  if (all.length <= limit) return all;
  const stretches = Math.floor((limit - 2) / 2);
  const kept = new Set([0, all.length - 1]);
  for (let s = 0; s < stretches; s++) {
    const stretch = all.slice(Math.floor((s * all.length) / stretches), Math.floor(((s + 1) * all.length) / stretches));
    kept.add(stretch.reduce((a, b) => (y[b]! < y[a]! ? b : a)));
    kept.add(stretch.reduce((a, b) => (y[b]! > y[a]! ? b : a)));
  }
  return [...kept].sort((a, b) => a - b);
}
