// Parts that both pages are made of, one run's and several runs': figures, tables, maps.
import type { EChartsOption } from "echarts";
import type { Coloring, EmbeddingMap } from "../../runs/result.js";
import { type Chart, chartText, shownOption } from "../charts/chart.js";
import { mapChart, mapGroups, mistakes } from "../charts/map-chart.js";
import { written } from "../metric-names.js";
import type { Group } from "../report-run.js";
import { type Html, html } from "./html.js";

/** Collects the charts and the headings of a page while its HTML is written. */
export class ChartData {
  readonly options: Record<string, EChartsOption> = {};
  readonly #headings: string[] = [];

  /** The heading of a section, which the list of contents then leads to. */
  heading(title: string): Html {
    return html`<h2 id="s${this.#headings.push(title)}">${title}</h2>`;
  }

  /** The list of contents; called when all headings are known. */
  contents(): Html {
    return html`<nav class="contents" aria-label="Contents"><ul>${this.#headings.map(
      (title, i) => html`<li><a href="#s${i + 1}">${title}</a></li>`,
    )}</ul></nav>`;
  }

  /** Keeps the option under a key of its own. */
  add(chart: Chart): string {
    const key = `c${Object.keys(this.options).length}`;
    this.options[key] = shownOption(chart.option);
    return key;
  }
}

export interface FigureInit {
  /** Its shape where that is not the usual one; "large" takes four places of a grid. */
  readonly kind?: "large" | "matrix";
  readonly note?: string;
  /** Charts of one group show their tooltips together. */
  readonly group?: string;
}

/** A chart with its title. */
export function figure(data: ChartData, chart: Chart, { kind, note, group }: FigureInit = {}): Html {
  return html`<figure${kind === "large" && html` class="large"`}>
<figcaption>${chart.title}${note !== undefined && html`<small>${note}</small>`}</figcaption>
<div class="chart${kind === "matrix" && " matrix"}" role="img" aria-label="${chart.description}" data-chart="${data.add(chart)}"${group !== undefined && html` data-group="${group}"`}></div>
</figure>`;
}

/** Whether there is a line to draw: some curve has two points or more. */
export function hasCurve({ option }: Chart): boolean {
  return pointsOf(option).some(({ data }) => data.length > 1);
}

/** Charts that would be one point each as numbers, by what they are of. */
export function numbers(charts: readonly Chart[]): Html | undefined {
  const pairs = charts.flatMap(({ title, option }) => {
    const series = pointsOf(option);
    return series.map(({ name, data }) => {
      const [epoch, value] = data[0] ?? [];
      return [`${series.length > 1 ? name : title}${(epoch ?? 1) > 1 ? ` at epoch ${epoch}` : ""}`, value] as const;
    });
  });
  if (pairs.length === 0) return undefined;
  return html`<dl class="values">${pairs.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${typeof value === "number" ? written(value) : "n/a"}</dd></div>`,
  )}</dl>`;
}

/** The curves of a chart, with their points as far as they are drawn. */
export function pointsOf(option: EChartsOption): { name: string; data: (number | null)[][] }[] {
  return option.series as { name: string; data: (number | null)[][] }[];
}

/** Groups up to which a map has a legend. */
const maxChips = 40;

/** A map of which the switch `name` chooses the coloring, with a legend for each. */
export function mapFigure(data: ChartData, map: EmbeddingMap, title: string, name: string, limit: number): Html {
  const colorings = mapColorings(map);
  const prefix = `${name}-${Object.keys(data.options).length}-`;
  for (const coloring of colorings) {
    const { option } = mapChart(map, coloring, limit);
    data.options[prefix + coloring.name] = shownOption({ ...option, legend: { show: false } });
  }
  const shown = Math.min(limit, map.x.length);
  const note = `${map.projection}, ${shown < map.x.length ? `${shown} of ${map.x.length}` : shown} samples`;
  return html`<figure data-switch="${name}">
<figcaption>${title}<small>${note}</small></figcaption>
<div class="chart square" role="img" aria-label="${title}: ${note}" data-prefix="${prefix}" data-chart="${prefix + (colorings[0]?.name ?? "")}"></div>
${colorings.map((coloring, i) => chips(coloring, i > 0))}
</figure>`;
}

function chips(coloring: Coloring, hidden: boolean): Html {
  const groups = mapGroups(coloring);
  if (groups.length > maxChips) return html``;
  return html`<div class="chips" data-of="${coloring.name}"${hidden && html` hidden`}>${groups.map(
    ({ name, color, symbol, points }) =>
      html`<button type="button" aria-pressed="true" data-name="${chartText(name)}"><i class="${symbol}" data-color="${color}"></i>${name} <span class="soft">${points}</span></button>`,
  )}</div>`;
}

/** The map's colorings and, where they are known, the mistakes; one color for all where nothing is known of the points. */
export function mapColorings(map: EmbeddingMap): Coloring[] {
  if (map.colorings.length === 0) return [{ name: "all", values: new Int32Array(map.x.length), names: ["sample"] }];
  return [...map.colorings, mistakes(map) ?? []].flat();
}

/** Radio buttons that choose the coloring of all maps with this switch. */
export function mapSwitch(name: string, colorings: readonly string[]): Html | undefined {
  if (colorings.length < 2) return undefined;
  return html`<fieldset class="switch" aria-label="Color of the points">${colorings.map(
    (coloring, i) =>
      html`<label><input type="radio" name="${name}" value="${coloring}"${i === 0 && html` checked`}><span>${capital(coloring)}</span></label>`,
  )}</fieldset>`;
}

/** Which color is which group of runs. */
export function keys(groups: readonly Group[]): Html {
  return html`<div class="keys">${groups.map(
    ({ name, color, entries }) =>
      html`<span class="key"><i data-color="$series${color % 8}"></i>${name}${entries.length > 1 && html` <span class="soft">${entries.length} seeds</span>`}</span>`,
  )}</div>`;
}

/**
 * A table that scrolls sideways where it is too wide; the first cell of a row is its heading.
 * @param kind numbers stand to the right, words to the left.
 */
export function table(
  heads: readonly string[],
  rows: readonly Html[],
  label: string,
  kind: "numbers" | "words" = "numbers",
): Html {
  return html`<div class="wide"><div class="scroll box" tabindex="0" role="region" aria-label="${label}"><table class="${kind}">
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div><p class="hint" aria-hidden="true">Scroll sideways: there are more columns →</p></div>`;
}

/** Names and values, one pair a line. */
export function settingsTable(pairs: readonly (readonly [string, string])[]): Html {
  return html`<div class="box"><table class="settings"><tbody>${pairs.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
  )}</tbody></table></div>`;
}

/** Heading of a stage of training. */
export function stageName(stage: string): string {
  const known: Readonly<Record<string, string>> = {
    train: "Training",
    sham: "Hamming space (SHAM)",
    solve: "Solution in closed form",
  };
  if (/^pretrain\b/.test(stage)) return stage.replace(/^pretrain ?/, "Pre-training ").trim();
  return Object.hasOwn(known, stage) ? known[stage]! : capital(stage);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Seconds as people write them. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${Number(seconds.toPrecision(3))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "22 November 2026, 17:54 UTC". */
export function date(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const months = "January February March April May June July August September October November December".split(" ");
  const clock = time.toISOString().slice(11, 16);
  return `${time.getUTCDate()} ${months[time.getUTCMonth()]} ${time.getUTCFullYear()}, ${clock} UTC`;
}

/** Bytes in the next smaller unit. */
export function byteCount(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${units[power]}`;
}
