// The page of one run: headline, curves, confusion, map, data, settings, environment, how to repeat it.
import type { ViewDescription } from "../../data/describe.js";
import { methods } from "../../methods/index.js";
import { quoted } from "../../runs/command.js";
import type { Environment } from "../../runs/environment.js";
import type { RunResult } from "../../runs/result.js";
import { baselineLines, clusterCards } from "../baselines.js";
import { confusionChart } from "../charts/confusion-chart.js";
import { predictedName } from "../charts/plots.js";
import { precisionAtCharts, precisionRecallCharts } from "../charts/retrieval-charts.js";
import { lossCharts, metricCharts, stagesOf } from "../charts/training-charts.js";
import {
  byImportance,
  type FlatMetric,
  flatten,
  metricMeaning,
  metricName,
  shownNote,
  written,
} from "../metric-names.js";
import { type Entry, latestMetrics, methodName, type ReportRun, settings } from "../report-run.js";
import { exampleSection } from "./example-section.js";
import { type Html, html } from "./html.js";
import {
  byteCount,
  type ChartData,
  capital,
  date,
  duration,
  figure,
  hasCurve,
  mapColorings,
  mapFigure,
  mapSwitch,
  numbers,
  settingsTable,
  stageName,
  table,
} from "./page-parts.js";

/** Measures on cards at most. */
const maxCards = 4;
/** Points of the map at most. */
const maxPoints = 5000;
/** Rows of the table of measures at most. */
const maxRows = 200;

/** The title of the run's page. */
export function runTitle({ config }: ReportRun): string {
  return `${methodName(config)} on ${config.dataset.name}`;
}

/** Everything on the page of one run but its head. */
export function runPage(entry: Entry, data: ChartData): Html {
  const { run } = entry;
  const { result, map, examples } = run;
  return html`${header(run)}
${cards(run)}
${stagesOf([entry]).map((stage) => training(entry, stage, data))}
${allMeasures(run)}
${retrieval(entry, data)}
${examples && exampleSection(examples, data)}
${
  (result?.confusion || map) &&
  html`${data.heading("What was found")}
${
  map &&
  mapSwitch(
    "map",
    mapColorings(map).map(({ name }) => name),
  )
}
<div class="pair">
${map && mapFigure(data, map, "Representation in two dimensions", "map", maxPoints)}
${result?.confusion && figure(data, confusionChart(result.confusion, predictedName(run)), { kind: "matrix", note: "Counts of samples; the stronger the color, the larger the share of the true class" })}
</div>`
}
${result && dataSection(result, data)}
${data.heading("Settings")}
<div class="two">${settingsColumns([...settings(run.config)])}</div>
${data.heading("Environment")}
<div class="two">${settingsColumns(environmentPairs(run.environment))}</div>
${data.heading("Repeat this run")}
${repeat(run)}`;
}

function header(run: ReportRun): Html {
  const { config, environment, result, lines } = run;
  const facts: (Html | false | undefined)[] = [
    config.task !== undefined && html`<b>${capital(config.task)}</b>`,
    html`seed <b>${config.seed}</b>`,
    result && trains(config.method) && html`<b>${result.epochs}</b> ${result.epochs === 1 ? "epoch" : "epochs"}`,
    result &&
      html`<b>${duration(result.seconds)}</b>${trains(config.method) && `, ${duration(result.secondsPerEpoch)} an epoch`}`,
    !result && html`<b>not finished</b>, ${lines.at(-1)?.epoch ?? 0} epochs so far`,
    html`${date(environment.started)}`,
  ];
  return html`<header><h1>${runTitle(run)}</h1>
<ul class="facts">${facts.map((fact) => fact && html`<li>${fact}</li>`)}</ul></header>`;
}

/** Whether a method has epochs; one that is solved in closed form has none. */
function trains(method: string): boolean {
  const known = methods.find(({ name }) => name === method);
  return known === undefined || "epochs" in known.options.shape;
}

function cards(run: ReportRun): Html {
  const chief = byImportance(flatten(latestMetrics(run))).slice(0, maxCards);
  const { result } = run;
  if (chief.length === 0 && result?.clusters === undefined) return html``;
  return html`<ul class="cards">${result && clusterCards(result)}${chief.map(
    (metric) => html`<li class="card"><span class="name">${metricName(metric.path)}</span>
<span class="value">${written(metric.value)}</span>
<small>${metricMeaning(metric.path)}</small>${peak(run, metric)}${baselineLines(metric, result?.baselines)}</li>`,
  )}</ul>`;
}

/** Where the measure was better before, when and how much. */
function peak({ lines }: ReportRun, { path, value }: FlatMetric): Html | undefined {
  const key = path.join("\n");
  let best = { value, epoch: 0 };
  for (const { metrics, epoch } of lines) {
    const here = flatten(metrics).find((each) => each.path.join("\n") === key)?.value;
    if (here !== undefined && here > best.value) best = { value: here, epoch };
  }
  return written(best.value) === written(value)
    ? undefined
    : html`<small>highest ${written(best.value)} at epoch ${best.epoch}</small>`;
}

function training(entry: Entry, stage: string, data: ChartData): Html {
  const [metrics, losses] = [metricCharts([entry], stage), lossCharts([entry], stage)];
  const figures = [
    ...metrics.filter(hasCurve).map((chart) => figure(data, chart, { kind: "large", group: stage })),
    ...losses.filter(hasCurve).map((chart) => figure(data, chart, { group: stage })),
  ];
  // What was measured once, at the end, is on the cards.
  const isOnCards = entry.run.result !== undefined && stage === stagesOf([entry]).at(-1);
  const points = [...losses, ...(isOnCards ? [] : metrics)].filter((chart) => !hasCurve(chart));
  return html`${data.heading(stageName(stage))}${numbers(points)}${figures.length > 0 && html`<div class="grid">${figures}</div>`}`;
}

/** Every measure of the evaluations, folded up. */
function allMeasures({ lines }: ReportRun): Html | undefined {
  const all = lines.filter(({ metrics }) => Object.keys(metrics).length > 0);
  const evaluated = all.slice(-maxRows);
  if (evaluated.length === 0) return undefined;
  const names = [...new Set(evaluated.flatMap(({ metrics }) => flatten(metrics).map(({ path }) => metricName(path))))];
  const rows = evaluated.map(({ stage, epoch, metrics }) => {
    const values = new Map(flatten(metrics).map(({ path, value }) => [metricName(path), written(value)]));
    return html`<tr><th scope="row">${stage} ${epoch}</th>${names.map((name) => html`<td>${values.get(name)}</td>`)}</tr>`;
  });
  return html`<details><summary>All measures by epoch${all.length > maxRows && `, the last ${maxRows} of ${all.length} evaluations`}</summary>${table(["epoch", ...names], rows, "Measures by epoch")}</details>`;
}

function retrieval(entry: Entry, data: ChartData): Html | undefined {
  const charts = [...precisionRecallCharts([entry]), ...precisionAtCharts([entry])];
  if (charts.length === 0) return undefined;
  return html`${data.heading("Retrieval")}<div class="pair">${charts.map((chart) => figure(data, chart))}</div>`;
}

function dataSection({ dataset, viewMetrics = {} }: RunResult, data: ChartData): Html {
  const { samples, views, labels, splits, notes } = dataset;
  const measures = [
    ...new Set(Object.values(viewMetrics).flatMap((each) => flatten(each).map(({ path }) => metricName(path)))),
  ];
  const heads = [
    "view",
    "dimensions",
    "storage",
    "non-zero",
    "range",
    "mean",
    "constant",
    "missing",
    ...measures.map((name) => `${name} alone`),
  ];
  const rows = views.map((view) => {
    const own = new Map(
      flatten(viewMetrics[view.name] ?? {}).map(({ path, value }) => [metricName(path), written(value)]),
    );
    return html`<tr><th scope="row">${view.name}</th>${viewCells(view, samples).map((cell) => html`<td>${cell}</td>`)}${measures.map((name) => html`<td>${own.get(name)}</td>`)}</tr>`;
  });
  const facts = [
    `${samples} samples`,
    `${views.length} ${views.length === 1 ? "view" : "views"}`,
    labels && `${labels.classes.length} classes${labels.kind === "multi" ? ", several to a sample" : ""}`,
    ...Object.entries(splits).map(([name, size]) => `${name} ${size}`),
  ];
  return html`${data.heading("Data")}<p class="soft">${facts.filter((fact) => fact !== undefined).join(" · ")}</p>
${table(heads, rows, "Views")}${notes.map((note) => html`<p class="note">${shownNote(note)}</p>`)}`;
}

function viewCells(view: ViewDescription, samples: number): string[] {
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
  const short = (value: number) => `${Number(value.toPrecision(4))}`.replace("-", "−");
  return [
    `${view.columns}`,
    view.storage,
    percent(view.density),
    `${short(view.min)} … ${short(view.max)}`,
    short(view.mean),
    `${view.constant}`,
    view.missing === 0 ? "0" : `${view.missing} (${percent(view.missing / samples)})`,
  ];
}

/** The pairs as two tables, that stand side by side where there is room. */
function settingsColumns(pairs: readonly (readonly [string, string])[]): Html[] {
  const half = pairs.length > 6 ? Math.ceil(pairs.length / 2) : pairs.length;
  return [pairs.slice(0, half), pairs.slice(half)].filter((part) => part.length > 0).map(settingsTable);
}

export function environmentPairs(environment: Environment): [string, string][] {
  const { vantage, node, onnxruntime, platform, cpu, cores, memoryBytes, files } = environment;
  return [
    ["vantage", vantage],
    ["Node.js", node],
    ["ONNX Runtime", onnxruntime],
    ["platform", platform],
    ["processor", `${cpu}, ${cores} cores`],
    ["memory", byteCount(memoryBytes)],
    ...files.map(({ path, bytes, sha256 }): [string, string] => [
      path,
      `${byteCount(bytes)}, SHA-256 ${sha256.slice(0, 16)}…`,
    ]),
  ];
}

function repeat({ config, folder }: ReportRun): Html {
  const words = config.command ?? ["vantage", "train", config.method, "--config", `${folder}/config.yaml`];
  return html`<pre tabindex="0">npx ${words.map(quoted).join(" ")}</pre>
<p class="note">The same version, seed, data and number of threads give the same numbers on the same machine.</p>`;
}
