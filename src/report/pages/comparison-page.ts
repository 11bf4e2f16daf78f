// The page of several runs: a table of measures with means over seeds, overlaid curves, maps and matrices side by side.
import { baselineRows } from "../baselines.js";
import type { Chart } from "../charts/chart.js";
import { confusionChart } from "../charts/confusion-chart.js";
import { predictedName } from "../charts/plots.js";
import { bitsCharts, precisionAtCharts, precisionRecallCharts } from "../charts/retrieval-charts.js";
import { lossCharts, metricCharts, stagesOf } from "../charts/training-charts.js";
import { byImportance, type FlatMetric, flatten, metricName, written } from "../metric-names.js";
import { type Entry, type Group, latestMetrics, methodName, settings } from "../report-run.js";
import { type Html, html } from "./html.js";
import {
  type ChartData,
  date,
  duration,
  figure,
  hasCurve,
  keys,
  mapColorings,
  mapFigure,
  mapSwitch,
  pointsOf,
  stageName,
  table,
} from "./page-parts.js";
import { environmentPairs } from "./run-page.js";

/** Points of all maps together at most. */
const maxPoints = 16_000;
/** Measures in the table at most; another one, folded up, has all. */
const maxMetrics = 12;

/** The title of the page: what all runs share. */
export function comparisonTitle(groups: readonly Group[]): string {
  const configs = groups.flatMap(({ entries }) => entries.map(({ run }) => run.config));
  const methods = [...new Set(configs.map(methodName))];
  const datasets = [...new Set(configs.map(({ dataset }) => dataset.name))];
  return `${methods.length > 3 ? `${methods.length} methods` : methods.join(", ")} on ${datasets.length > 3 ? `${datasets.length} data sets` : datasets.join(", ")}`;
}

/** Everything on the page of several runs but its head. */
export function comparisonPage(groups: readonly Group[], data: ChartData): Html {
  const entries = groups.flatMap((group) => group.entries);
  return html`<header><h1>${comparisonTitle(groups)}</h1>
<ul class="facts"><li><b>${entries.length}</b> runs, <b>${groups.length}</b> ${groups.length === 1 ? "setting" : "settings"}</li></ul></header>
${data.heading("Measures")}
${metricsTable(groups)}
${stagesOf(entries).map((stage) => html`${data.heading(stageName(stage))}${training(groups, entries, stage, data)}`)}
${retrieval(groups, entries, data)}
${maps(entries, data)}
${matrices(entries, data)}
${data.heading("Settings")}
${settingsByGroup(groups)}
${data.heading("Runs")}
${runsTable(entries)}`;
}

/** Curves; charts that would be points as a table, a row for each run. */
function training(groups: readonly Group[], entries: readonly Entry[], stage: string, data: ChartData): Html {
  const charts = [...metricCharts(entries, stage), ...lossCharts(entries, stage)];
  const curves = charts.filter(hasCurve);
  const points = charts.filter((chart) => !hasCurve(chart));
  const valueIn = (chart: Chart, name: string) =>
    pointsOf(chart.option).find((each) => each.name === name)?.data[0]?.[1];
  const cell = (value: number | null | undefined) => typeof value === "number" && written(value);
  const rows = entries
    .filter(({ name }) => points.some((chart) => valueIn(chart, name) !== undefined))
    .map(
      ({ name }) =>
        html`<tr><th scope="row">${name}</th>${points.map((chart) => html`<td>${cell(valueIn(chart, name))}</td>`)}</tr>`,
    );
  const heads = ["run", ...points.map(({ title }) => title)];
  return html`${points.length > 0 && table(heads, rows, `${stageName(stage)}, after the only epoch that has them`)}
${curves.length > 0 && html`${keys(groups)}<div class="grid">${curves.map((chart) => figure(data, chart, { group: stage }))}</div>`}`;
}

function metricsOf({ run }: Entry): FlatMetric[] {
  return flatten(latestMetrics(run));
}

/** A row for each run, and below the runs of several seeds their mean ± sample standard deviation; the best mean stands out. */
function metricsTable(groups: readonly Group[]): Html {
  const paths = new Map(
    byImportance(groups.flatMap(({ entries }) => entries.flatMap(metricsOf))).map(({ path }) => [
      path.join("\n"),
      path,
    ]),
  );
  const all = [...paths];
  const chief = all.length > maxMetrics + 2 ? all.slice(0, maxMetrics) : all;
  const note =
    groups.some(({ entries }) => entries.length > 1) &&
    "Mean ± sample standard deviation over seeds; baselines over the runs.";
  return html`${tableOf(groups, chief, "Measures of the runs")}${note && html`<p class="note">${note}</p>`}
${
  chief.length < all.length &&
  html`<details><summary>All ${all.length} measures</summary>${tableOf(groups, all, "All measures of the runs")}</details>`
}`;
}

/** Runs against measures, and below them what simple methods reach. */
function tableOf(groups: readonly Group[], columns: readonly (readonly [string, readonly string[]])[], label: string) {
  const values = (entries: readonly Entry[], key: string) =>
    entries.flatMap((entry) => metricsOf(entry).find(({ path }) => path.join("\n") === key)?.value ?? []);
  const best = columns.map(([key, path]) =>
    bestOf(path)(...groups.map(({ entries }) => mean(values(entries, key))).filter(Number.isFinite)),
  );
  const isBest = (entries: readonly Entry[], key: string, i: number) =>
    groups.length > 1 && written(mean(values(entries, key))) === written(best[i]!);
  const rows = groups.flatMap(({ name, entries }) => {
    const single = entries.length === 1;
    const own = entries.map(
      (entry) =>
        html`<tr><th scope="row">${entry.name}</th>${columns.map(([key], i) => {
          const [value] = values([entry], key);
          return html`<td${single && isBest(entries, key, i) && html` class="best"`}>${value === undefined ? "" : written(value)}</td>`;
        })}<td>${entry.run.result && duration(entry.run.result.seconds)}</td></tr>`,
    );
    if (single) return own;
    const together = columns.map(([key], i) => {
      const all = values(entries, key);
      return html`<td${isBest(entries, key, i) && html` class="best"`}>${all.length > 0 && `${written(mean(all))} ± ${written(deviation(all))}`}</td>`;
    });
    return [
      ...own,
      html`<tr class="mean"><th scope="row">${name}, mean of ${entries.length} ${areSeeds(entries) ? "seeds" : "runs"}</th>${together}<td></td></tr>`,
    ];
  });
  const baselines = baselinesOf(groups.flatMap(({ entries }) => entries)).map(({ name, measures }) => {
    const cells = columns.map(([key]) => html`<td>${overRuns(measures.get(key) ?? [])}</td>`);
    return html`<tr class="baseline"><th scope="row">${name}</th>${cells}<td></td></tr>`;
  });
  return table(["run", ...columns.map(([, path]) => metricName(path)), "time"], [...rows, ...baselines], label);
}

/** Whether runs of the same settings differ in their seeds, and are not the same run again. */
function areSeeds(entries: readonly Entry[]): boolean {
  return new Set(entries.map(({ run }) => run.config.seed)).size === entries.length;
}

/** The mean, with the deviation where the values differ. */
function overRuns(values: readonly number[]): string {
  if (values.length === 0) return "";
  const isOne = values.every((value) => written(value) === written(values[0]!));
  return isOne ? written(values[0]!) : `${written(mean(values))} ± ${written(deviation(values))}`;
}

/** What simple methods reach beside the runs of a data set and task, with the values of all of these runs by measure. */
function baselinesOf(entries: readonly Entry[]): { name: string; measures: Map<string, number[]> }[] {
  const found = new Map<string, { name: string; measures: Map<string, number[]> }>();
  const severalSets = new Set(entries.map(({ run }) => run.config.dataset.name)).size > 1;
  for (const { run } of entries) {
    const { dataset, task } = run.config;
    for (const { name, measures } of baselineRows(run.result?.baselines)) {
      const key = JSON.stringify([dataset.name, task, name]);
      const row = found.get(key) ?? { name: severalSets ? `${dataset.name}: ${name}` : name, measures: new Map() };
      found.set(key, row);
      for (const { path, value } of measures) {
        const measure = path.join("\n");
        row.measures.set(measure, [...(row.measures.get(measure) ?? []), value]);
      }
    }
  }
  return [...found.values()];
}

function retrieval(groups: readonly Group[], entries: readonly Entry[], data: ChartData): Html | undefined {
  const charts = [...bitsCharts(entries), ...precisionRecallCharts(entries), ...precisionAtCharts(entries)];
  if (charts.length === 0) return undefined;
  return html`${data.heading("Retrieval")}${keys(groups)}<div class="pair">${charts.map((chart) => figure(data, chart))}</div>`;
}

function maps(entries: readonly Entry[], data: ChartData): Html | undefined {
  const withMap = entries.filter(({ run }) => run.map);
  if (withMap.length === 0) return undefined;
  const colorings = [...new Set(withMap.flatMap(({ run }) => mapColorings(run.map!).map(({ name }) => name)))];
  const limit = Math.floor(maxPoints / withMap.length);
  return html`${data.heading("Representations")}${mapSwitch("map", colorings)}
<div class="grid">${withMap.map(({ run, name }) => mapFigure(data, run.map!, name, "map", limit))}</div>`;
}

function matrices(entries: readonly Entry[], data: ChartData): Html | undefined {
  const figures = entries.flatMap(({ run, name }) => {
    const { result } = run;
    if (!result?.confusion) return [];
    return [figure(data, { ...confusionChart(result.confusion, predictedName(run)), title: name }, { kind: "matrix" })];
  });
  return figures.length > 0 ? html`${data.heading("Confusion")}<div class="pair">${figures}</div>` : undefined;
}

/** Settings that differ come first and stand out. */
function settingsByGroup(groups: readonly Group[]): Html {
  const all = groups.map(({ entries }) => settings(entries[0]!.run.config));
  const names = [...new Set(all.flatMap((each) => [...each.keys()]))];
  const differs = (name: string) => all.some((each) => each.get(name) !== all[0]!.get(name));
  const ordered = [...names.filter(differs), ...names.filter((name) => !differs(name))];
  const rows = ordered.map(
    (name) =>
      html`<tr${differs(name) && html` class="differs"`}><th scope="row">${name}</th>${all.map((each) => html`<td>${each.get(name)}</td>`)}</tr>`,
  );
  return table(["setting", ...groups.map(({ name }) => name)], rows, "Settings", "words");
}

function runsTable(entries: readonly Entry[]): Html {
  const heads = environmentPairs({ ...entries[0]!.run.environment, files: [] }).map(([name]) => name);
  const rows = entries.map(({ run, name }) => {
    const values = environmentPairs({ ...run.environment, files: [] });
    return html`<tr><th scope="row">${name}</th><td>${run.folder}</td><td>${date(run.environment.started)}</td>${values.map(([, value]) => html`<td>${value}</td>`)}</tr>`;
  });
  return table(["run", "folder", "started", ...heads], rows, "Runs and where they were made", "words");
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Of ranks the least is the best, of all else the most. */
function bestOf(path: readonly string[]): (...values: number[]) => number {
  return path.includes("medianRank") ? Math.min : Math.max;
}

/** Sample standard deviation, NaN of one value. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
