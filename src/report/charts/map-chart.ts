// The representation in two dimensions, colored by label, cluster or whatever else is known of each point.
import type { ScatterSeriesOption } from "echarts";
import type { Coloring, EmbeddingMap } from "../../runs/result.js";
import { shortened } from "../../visible.js";
import { baseOption, type Chart, fontSize, rounded, tooltip } from "./chart.js";
import { classColors } from "./palette.js";

/** Symbols that tell classes apart that share a color. */
const symbols = ["circle", "diamond", "triangle", "rect"];
/** Groups up to which each is named in the picture. */
const maxNamed = 24;

/** Groups up to which a legend leaves room for the points. */
const maxInLegend = 10;

/** Letters of a group's name in the picture. */
const maxLetters = 16;
/** Colorings whose groups lie together, so that a name in the picture has a place. */
const inPlaces = ["label", "cluster", "prediction"];

/** One group of points of a coloring, for the legend. */
export interface MapGroup {
  readonly name: string;
  readonly color: string;
  readonly symbol: string;
  readonly points: number;
}

/** Which points are drawn: all, or the same random ones each time. */
export function samplePoints(points: number, limit: number): Int32Array {
  const chosen = Int32Array.from({ length: points }, (_, i) => i);
  if (points <= limit) return chosen;
  let state = 0x9e3779b9;
  for (let i = 0; i < limit; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = i + Math.floor((state / 2 ** 32) * (points - i));
    [chosen[i], chosen[j]] = [chosen[j]!, chosen[i]!];
  }
  return chosen.slice(0, limit).sort();
}

/**
 * Where label and cluster differ, as a coloring of its own; undefined where the map lacks one of them or clusters
 * have not the labels' names.
 */
export function mistakes({ colorings }: EmbeddingMap): Coloring | undefined {
  const label = colorings.find(({ name }) => name === "label");
  const guess = colorings.find(({ name }) => name === "cluster" || name === "prediction");
  if (!label || !guess || guess.names.some((name, i) => name !== label.names[i])) return undefined;
  const values = label.values.map((value, i) => Number(value !== guess.values[i]));
  return { name: "mistakes", values, names: ["as labeled", "otherwise"] };
}

/** The rows by value of the coloring, in order of value; those without a group come last. */
function rowsByValue(rows: Iterable<number>, { values }: Coloring): [value: number, rows: number[]][] {
  const groups = new Map<number, number[]>();
  for (const row of rows) {
    const group = groups.get(values[row]!);
    if (group) group.push(row);
    else groups.set(values[row]!, [row]);
  }
  return [...groups].sort(([a], [b]) => Number(a < 0) - Number(b < 0) || a - b);
}

/** The groups of a coloring that have points, in order, with their look. */
export function mapGroups(coloring: Coloring): MapGroup[] {
  const { name, names, values } = coloring;
  return rowsByValue(values.keys(), coloring).map(([value, rows]) => ({
    name: names[value] ?? "none",
    points: rows.length,
    ...look(value, name),
  }));
}

function look(value: number, coloring: string): { color: string; symbol: string } {
  if (coloring === "mistakes") return { color: value === 1 ? "$bad" : "$calm", symbol: "circle" };
  if (value < 0) return { color: "$calm", symbol: "circle" };
  return {
    color: `$classes${value % classColors}`,
    symbol: symbols[Math.floor(value / classColors) % symbols.length]!,
  };
}

/**
 * A square scatter plot with equal scales and each group's name at its median point.
 * @param limit points at most.
 */
export function mapChart(map: EmbeddingMap, coloring: Coloring, limit: number, id = `map-${coloring.name}`): Chart {
  const rows = samplePoints(map.x.length, limit);
  const groups = rowsByValue(rows, coloring);
  const size = rows.length > 2000 ? 3.6 : rows.length > 500 ? 4.6 : 6;
  const points = groups.map(
    ([value, members]): ScatterSeriesOption => ({
      type: "scatter",
      name: coloring.names[value] ?? "none",
      symbol: look(value, coloring.name).symbol,
      symbolSize: size,
      itemStyle: { color: look(value, coloring.name).color, opacity: 0.8 },
      emphasis: { focus: "series", itemStyle: { opacity: 1 } },
      data: members.map((row) => [rounded(map.x[row]!, 4), rounded(map.y[row]!, 4)]),
    }),
  );
  const isNamed = inPlaces.includes(coloring.name) && groups.length > 1 && groups.length <= maxNamed;
  const names = groups
    .filter(([value]) => isNamed && value >= 0)
    .map(([value, members]) => nameAt(map, coloring, value, members));
  return {
    id,
    title: coloring.name === "mistakes" ? "Where it differs from the label" : `Representation by ${coloring.name}`,
    description: `${rows.length} points in two dimensions (${map.projection}), colored by ${coloring.name}`,
    aspect: 1,
    option: {
      ...baseOption,
      legend: {
        show: !isNamed && groups.length <= maxInLegend,
        bottom: 0,
        icon: "circle",
        itemHeight: 8,
        itemGap: 24,
        textStyle: { color: "$soft" },
      },
      tooltip: { ...tooltip, trigger: "item", formatter: "{a}" },
      grid: { left: 4, right: 4, top: 4, bottom: 4, outerBoundsMode: "none" },
      ...squareAxes(map, rows),
      series: [...points, ...names],
    },
  };
}

/** A name without a point, at the median of its group. */
function nameAt(map: EmbeddingMap, { names }: Coloring, value: number, rows: readonly number[]): ScatterSeriesOption {
  const name = names[value] ?? "none";
  return {
    type: "scatter",
    name,
    symbolSize: 0.01,
    silent: true,
    tooltip: { show: false },
    data: [[rounded(median(rows, map.x), 4), rounded(median(rows, map.y), 4)]],
    itemStyle: { color: "$ink", opacity: 1 },
    label: {
      show: true,
      formatter: shortened(name, maxLetters).replaceAll("{", "("),
      position: "inside",
      color: "$ink",
      fontSize: fontSize + 1,
      fontWeight: 600,
      textBorderColor: "$paper",
      textBorderWidth: 3,
    },
    labelLayout: { moveOverlap: "shiftY" },
    z: 5,
  };
}

function median(rows: readonly number[], values: Float32Array): number {
  const sorted = rows.map((row) => values[row]!).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Hidden axes of equal length in data units, so that distances mean the same in both directions. */
function squareAxes({ x, y }: EmbeddingMap, rows: Int32Array) {
  const range = (values: Float32Array) =>
    rows.reduce<[number, number]>(
      ([low, high], row) => [Math.min(low, values[row]!), Math.max(high, values[row]!)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  const ranges = [range(x), range(y)] as const;
  const half = (Math.max(...ranges.map(([low, high]) => high - low), 1e-6) / 2) * 1.04;
  const [xAxis, yAxis] = ranges.map(([low, high]) => {
    const middle = (low + high) / 2;
    return { type: "value" as const, show: false, min: rounded(middle - half), max: rounded(middle + half) };
  });
  return { xAxis: xAxis as { type: "value" }, yAxis: yAxis as { type: "value" } };
}
