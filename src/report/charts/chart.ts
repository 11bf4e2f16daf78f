// What every chart of the report is: an ECharts option without functions, so that the page holds it as JSON.
import type { EChartsOption, TooltipComponentOption } from "echarts";
import { visible } from "../../visible.js";

export interface Chart {
  /** File name of the plot, without its ending. */
  readonly id: string;
  readonly title: string;
  /** What it shows, for those who do not see it. */
  readonly description: string;
  /** Height over width; otherwise the height is as the place allows. */
  readonly aspect?: number;
  /** Colors are roles of the palette. */
  readonly option: EChartsOption;
}

/** Without quotation marks, which ECharts would leave unescaped in its SVG. */
export const fontFamily = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, DejaVu Sans, sans-serif";
export const fontSize = 11;

/** What all options share. */
export const baseOption = {
  animation: false,
  textStyle: { fontFamily, fontSize },
} satisfies EChartsOption;

/** Look of a tooltip. */
export const tooltip: TooltipComponentOption = {
  confine: true,
  backgroundColor: "$paper",
  borderColor: "$line",
  textStyle: { color: "$ink", fontSize: 12 },
  padding: [6, 10],
};

/** Edges of the plot such that axis labels and names stay inside. */
export function grid(right: number, top = 12) {
  return { left: 4, top, bottom: 4, right, outerBoundsMode: "same", outerBoundsContain: "all" } as const;
}

/** Look of an axis that is named below or beside it. */
export function axis(name: string | undefined, vertical: boolean) {
  return {
    name,
    nameLocation: "middle",
    nameGap: 22,
    nameTextStyle: { color: "$soft", fontSize },
    axisLabel: { color: "$soft", fontSize, hideOverlap: true },
    axisLine: { show: !vertical, lineStyle: { color: "$axis" } },
    axisTick: { show: false },
    splitLine: { show: vertical, lineStyle: { color: "$line" } },
  } as const;
}

/** A number at the precision that a chart can show, null for one that is not finite: JSON has no other. */
export function rounded(value: number, digits = 5): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;
}

/** Not seen, and in no name of an object's own. */
const guard = "\u2060";

/**
 * A text as a chart may show it. ECharts keeps texts as keys of plain objects: one that every object has, such as "constructor",
 * gets a character that is not seen.
 */
export function chartText(text: string): string {
  return Object.hasOwn(Object.prototype, text) ? text + guard : visible(text);
}

/** A picture without the characters that `chartText` adds. */
export function withoutGuards(svg: string): string {
  return svg.replaceAll(guard, "");
}

/** An option all of whose texts are such. */
export function shownOption(option: EChartsOption): EChartsOption {
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") return chartText(value);
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each)]));
  };
  return visit(option) as EChartsOption;
}
