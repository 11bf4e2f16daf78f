// The page of several runs: a table of measures with means over seeds, overlaid curves, maps and matrices side by side.
import { confusionChart } from "../charts/confusion-chart.js";
import { predictedName } from "../charts/plots.js";
import { bitsCharts, precisionAtCharts, precisionRecallCharts } from "../charts/retrieval-charts.js";
import { lossCharts, metricCharts, stagesOf } from "../charts/training-charts.js";
import { byImportance, flatten, metricName, written } from "../metric-names.js";
import { type Entry, type Group, latestMetrics, methodName, settings } from "../report-run.js";
import { type Html, html } from "./html.js";
import {
  type ChartData,
  date,
  duration,
  figure,
  keys,
  mapColorings,
  mapFigure,
  mapSwitch,
  stageName,
  table,
} from "./page-parts.js";
import { environmentPairs } from "./run-page.js";

/** Points of all maps together at most. */
const maxPoints = 16_000;
/** Measures in the table at most. */
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
<h2>Measures</h2>
${metricsTable(groups)}
${stagesOf(entries).map(
  (stage) => html`<h2>${stageName(stage)}</h2>${keys(groups)}
<div class="grid">${[...metricCharts(entries, stage), ...lossCharts(entries, stage)].map((chart) => figure(data, chart, { group: stage }))}</div>`,
)}
${retrieval(groups, entries, data)}
${maps(entries, data)}
${matrices(entries, data)}
<h2>Settings</h2>
${settingsByGroup(groups)}
<h2>Runs</h2>
${runsTable(entries)}`;
}

/** A row for each run, and below the runs of several seeds their mean ± sample standard deviation; the best mean stands out. */
function metricsTable(groups: readonly Group[]): Html {
  const metricsOf = ({ run }: Entry) => flatten(latestMetrics(run));
  const paths = new Map(
    byImportance(groups.flatMap(({ entries }) => entries.flatMap(metricsOf))).map(({ path }) => [
      path.join("\n"),
      path,
    ]),
  );
  const columns = [...paths].slice(0, maxMetrics);
  const values = (entries: readonly Entry[], key: string) =>
    entries.flatMap((entry) => metricsOf(entry).find(({ path }) => path.join("\n") === key)?.value ?? []);
  const best = columns.map(([key]) =>
    Math.max(...groups.map(({ entries }) => mean(values(entries, key))).filter(Number.isFinite)),
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
      html`<tr class="mean"><th scope="row">${name}, mean of ${entries.length} seeds</th>${together}<td></td></tr>`,
    ];
  });
  const note =
    groups.some(({ entries }) => entries.length > 1) &&
    html`<p class="note">Mean ± sample standard deviation over seeds.</p>`;
  return html`${table(["run", ...columns.map(([, path]) => metricName(path)), "time"], rows, "Measures of the runs")}${note}`;
}

function retrieval(groups: readonly Group[], entries: readonly Entry[], data: ChartData): Html | undefined {
  const charts = [...bitsCharts(entries), ...precisionRecallCharts(entries), ...precisionAtCharts(entries)];
  if (charts.length === 0) return undefined;
  return html`<h2>Retrieval</h2>${keys(groups)}<div class="pair">${charts.map((chart) => figure(data, chart))}</div>`;
}

function maps(entries: readonly Entry[], data: ChartData): Html | undefined {
  const withMap = entries.filter(({ run }) => run.map);
  if (withMap.length === 0) return undefined;
  const colorings = [...new Set(withMap.flatMap(({ run }) => mapColorings(run.map!).map(({ name }) => name)))];
  const limit = Math.floor(maxPoints / withMap.length);
  return html`<h2>Representations</h2>${mapSwitch("map", colorings)}
<div class="grid">${withMap.map(({ run, name }) => mapFigure(data, run.map!, name, "map", limit))}</div>`;
}

function matrices(entries: readonly Entry[], data: ChartData): Html | undefined {
  const figures = entries.flatMap(({ run, name }) => {
    const { result } = run;
    if (!result?.confusion) return [];
    return [figure(data, { ...confusionChart(result.confusion, predictedName(run)), title: name }, { kind: "matrix" })];
  });
  return figures.length > 0 ? html`<h2>Confusion</h2><div class="pair">${figures}</div>` : undefined;
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
  return table(["", ...groups.map(({ name }) => name)], rows, "Settings", "words");
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

/** Sample standard deviation, NaN of one value. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
