// Charts as pictures: SVG, and PNG where the machine has a font to draw text with.

import type { EChartsOption } from "echarts";
import { writeFileAtomic } from "../../files.js";
import { inside } from "../../inside.js";
import { needPackages } from "../../optional.js";
import { escapeHtml } from "../pages/html.js";
import { groupRuns, type ReportRun } from "../report-run.js";
import { type Chart, fontFamily, shownOption, withoutGuards } from "./chart.js";
import { confusionChart } from "./confusion-chart.js";
import { mapChart, mistakes } from "./map-chart.js";
import { type Palette, paint, palettes, type Scheme } from "./palette.js";
import { precisionAtCharts, precisionRecallCharts } from "./retrieval-charts.js";
import { lossCharts, metricCharts, stagesOf } from "./training-charts.js";

export interface PictureInit {
  /** Charts side by side. */
  readonly columns?: number;
  /** Width of one chart in pixels. */
  readonly width?: number;
  /** Height over width of charts that have no shape of their own. */
  readonly aspect?: number;
  readonly scheme?: Scheme;
}

const margin = 18;
const titleHeight = 30;
/** Points drawn in a map's picture at most. */
const maxPoints = 3000;

/** Charts as one SVG picture, row by row, each below its title, on an opaque ground. */
export async function renderSvg(charts: readonly Chart[], init: PictureInit = {}): Promise<string> {
  const { columns = 1, width = 560, aspect = 0.6, scheme = "light" } = init;
  const colors = palettes[scheme];
  const used = Math.min(columns, charts.length);
  const rows = Math.ceil(charts.length / used);
  const chartHeight = Math.round(width * Math.max(...charts.map((chart) => chart.aspect ?? aspect)));
  const cell = { width: width + margin, height: chartHeight + titleHeight + margin };
  const size = { width: used * cell.width + margin, height: rows * cell.height + margin };
  const parts: string[] = [];
  for (const [i, chart] of charts.entries()) {
    const x = margin + (i % used) * cell.width;
    const y = margin + Math.floor(i / used) * cell.height;
    parts.push(
      `<text x="${x}" y="${y + 15}" font-size="14" font-weight="600" fill="${colors.ink}">${escapeHtml(chart.title)}</text>`,
      `<svg x="${x}" y="${y + titleHeight}" width="${width}" height="${chartHeight}">`,
      await chartSvg(chart.option, colors, width, chartHeight),
      "</svg>",
    );
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="${escapeHtml(fontFamily)}">`,
    `<rect width="100%" height="100%" fill="${colors.paper}"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

async function chartSvg(option: EChartsOption, colors: Palette, width: number, height: number): Promise<string> {
  needPackages("reports");
  const { init } = await import("echarts");
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    const series = [option.series ?? []].flat().map((each) => ({ ...each, silent: true }));
    chart.setOption(paint(shownOption({ ...option, series } as EChartsOption), colors));
    return withoutGuards(withoutHooks(chart.renderToSVGString()));
  } finally {
    // an undisposed chart keeps a timer, and with it the process, alive
    chart.dispose();
  }
}

/** Takes out what a page would use to find a chart's parts again: in a picture it is most of the bytes. */
function withoutHooks(svg: string): string {
  return svg.replaceAll(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, "").replaceAll(/<style.*?<\/style>/gs, "");
}

/**
 * An SVG picture as PNG at twice its size, undefined on a machine without any font: its text would be missing without a word.
 */
export async function renderPng(svg: string): Promise<Buffer | undefined> {
  needPackages("reports");
  const { Resvg } = await import("@resvg/resvg-js");
  const probe = new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><text y="16">M</text></svg>');
  if (!probe.render().pixels.some((value) => value > 0)) return undefined;
  return new Resvg(svg, { fitTo: { mode: "zoom", value: 2 } }).render().asPng();
}

/** The pictures of one run, by file name without ending. */
export async function runPictures(named: ReportRun): Promise<Map<string, string>> {
  const entries = groupRuns([named]).flatMap((group) => group.entries);
  const { run } = entries[0]!;
  const pictures = new Map<string, string>();
  const add = async (name: string, charts: readonly Chart[], init?: PictureInit) => {
    if (charts.length > 0) pictures.set(name, await renderSvg(charts, init));
  };
  const stages = stagesOf(entries);
  for (const [i, stage] of stages.entries()) {
    // The name of a stage comes from the run's log; in a file's name it must not lead elsewhere.
    const suffix = stages.length > 1 ? `-${/^\w{1,40}$/.test(stage) ? stage : i + 1}` : "";
    await add(`losses${suffix}`, lossCharts(entries, stage), { columns: 3, width: 320 });
    await add(`metrics${suffix}`, metricCharts(entries, stage), { width: 640, aspect: 0.5 });
  }
  const { result, map } = run;
  if (result?.confusion) await add("confusion", [confusionChart(result.confusion, predictedName(run))]);
  if (map) {
    const colorings = [...map.colorings, mistakes(map) ?? []].flat();
    const charts = colorings.map((coloring) => mapChart(map, coloring, maxPoints));
    await add("map", charts, { columns: charts.length === 4 ? 2 : 3, width: 420 });
  }
  await add("retrieval", [...precisionRecallCharts(entries), ...precisionAtCharts(entries)], {
    columns: 2,
    width: 480,
  });
  return pictures;
}

/** What the columns of a confusion matrix are. */
export function predictedName({ result }: ReportRun): string {
  return result?.task === "clustering" ? "matched cluster" : "predicted class";
}

/**
 * Writes plots/*.svg into the run folder, and plots/*.png where there is a font.
 * @throws UserError where they cannot be written.
 */
export async function writePlots(run: ReportRun): Promise<void> {
  for (const [name, svg] of await runPictures(run)) {
    const path = (ending: string) => inside(run.folder, "plots", `${name}.${ending}`);
    writeFileAtomic(path("svg"), svg);
    const png = await renderPng(svg);
    if (png) writeFileAtomic(path("png"), png);
  }
}
