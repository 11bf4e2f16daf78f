// Tests of the charts' options: which curves, points and cells there are, and that they are JSON.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeRun } from "../fake-run.testing.js";
import { groupRuns } from "../report-run.js";
import type { Chart } from "./chart.js";
import { confusionChart } from "./confusion-chart.js";
import { curveChart, thin } from "./curve-chart.js";
import { mapChart, mapGroups, mistakes, samplePoints } from "./map-chart.js";
import { bitsCharts, precisionAtCharts, precisionRecallCharts } from "./retrieval-charts.js";
import { lossCharts, metricCharts, stagesOf } from "./training-charts.js";

interface Series {
  readonly name: string;
  readonly data: (readonly (number | null)[])[];
}

function seriesOf(chart: Chart): Series[] {
  assert.deepEqual(JSON.parse(JSON.stringify(chart.option)), JSON.parse(JSON.stringify(structuredClone(chart.option))));
  return chart.option.series as unknown as Series[];
}

const entriesOf = (...runs: Parameters<typeof fakeRun>[0][]) =>
  groupRuns(runs.map(fakeRun)).flatMap((group) => group.entries);

test("a long curve keeps its ends and its peaks", () => {
  const y = Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50));
  y[4321] = 99;
  y[7000] = Number.NaN;
  const kept = thin(
    y.map((_, i) => i),
    y,
    100,
  );
  assert(kept.length <= 100 && kept.length > 90, `${kept.length}`);
  assert.equal(kept[0], 0);
  assert.equal(kept.at(-1), 9999);
  assert(kept.includes(4321));
  assert.deepEqual(
    kept,
    [...new Set(kept)].sort((a, b) => a - b),
  );
  assert.deepEqual(thin([1, 2], [3, 4]), [0, 1]);
});

test("values over more than two decades get a logarithmic axis, unless one is not positive; NaN is a gap", () => {
  const chart = (y: number[]) =>
    curveChart({
      id: "",
      title: "",
      description: "",
      xName: "epoch",
      mayLogY: true,
      curves: [{ name: "a", x: [1, 2, 3], y, color: 9 }],
    });
  const type = (y: number[]) => (chart(y).option.yAxis as { type: string }).type;
  assert.equal(type([1, 10, 101]), "log");
  assert.equal(type([1, Number.NaN, 101]), "log");
  assert.equal(type([1, 10, 99]), "value");
  assert.equal(type([-1, 10, 1000]), "value");
  assert.deepEqual(seriesOf(chart([1, Number.NaN, 1 / 3]))[0]!.data, [
    [1, 1],
    [2, null],
    [3, 0.33333],
  ]);
});

test("losses have a chart for each term, total first; one run's measures share a chart", () => {
  const entries = entriesOf({});
  assert.deepEqual(stagesOf(entries), ["train"]);
  const losses = lossCharts(entries, "train");
  assert.deepEqual(
    losses.map(({ title }) => title),
    ["Total loss", "Reconstruction loss"],
  );
  assert.equal(seriesOf(losses[0]!)[0]!.data.length, 30);
  const [measures, ...none] = metricCharts(entries, "train");
  assert.equal(none.length, 0);
  assert.deepEqual(
    seriesOf(measures!).map(({ name }) => name),
    ["ACC", "NMI"],
  );
  assert.deepEqual(seriesOf(measures!)[0]!.data, [
    [10, 0.9],
    [20, 0.9],
    [30, 0.9],
  ]);
});

test("several runs have a curve each, colored by settings", () => {
  const entries = entriesOf({ seed: 0 }, { seed: 1 }, { options: { rate: 0.1 }, folder: "slow" });
  const charts = metricCharts(entries, "train");
  assert.deepEqual(
    charts.map(({ title }) => title),
    ["ACC", "NMI"],
  );
  const series = seriesOf(charts[0]!) as (Series & { lineStyle: { color: string } })[];
  assert.deepEqual(
    series.map(({ name }) => name),
    ["gmae-0", "gmae-1", "slow"],
  );
  assert.deepEqual(
    series.map(({ lineStyle }) => lineStyle.color),
    ["$series0", "$series0", "$series1"],
  );
});

test("a tooltip is headed by the axis and where on it", () => {
  const [chart] = lossCharts(entriesOf({}), "train");
  const { tooltip } = chart!.option as { tooltip: { axisPointer: { label: object } } };
  assert.deepEqual(tooltip.axisPointer.label, { show: false, formatter: "epoch {value}", precision: 0 });
  assert.deepEqual(
    seriesOf(chart!).map(({ name }) => name),
    ["gmae-0"],
  );
});

test("a run without lines has no charts", () => {
  const entries = groupRuns([{ ...fakeRun({}), lines: [], result: undefined }])[0]!.entries;
  assert.deepEqual(stagesOf(entries), []);
  assert.deepEqual(metricCharts(entries, "train"), []);
  assert.deepEqual(precisionRecallCharts(entries), []);
});

test("the confusion matrix has a cell for each pair, numbers where there are samples, shares as color", () => {
  const chart = confusionChart(
    {
      rows: ["x", "y"],
      columns: ["x", "y", "unmatched"],
      counts: [
        [3, 1, 0],
        [0, 0, 0],
      ],
    },
    "cluster",
  );
  const cells = (
    chart.option.series as unknown as [{ data: { value: number[]; name: string; label: { formatter: string } }[] }]
  )[0].data;
  assert.deepEqual(
    cells.map(({ value }) => value),
    [
      [0, 0, 0.866],
      [1, 0, 0.5],
      [2, 0, 0],
      [0, 1, 0],
      [1, 1, 0],
      [2, 1, 0],
    ],
  );
  assert.deepEqual(
    cells.map(({ label }) => label.formatter),
    ["3", "1", "", "", "", ""],
  );
  assert.equal(cells[0]!.name, "x as x: 3 of 4, 75 %");
  assert.match(chart.description, /3 of 4 samples on the diagonal/);
});

test("the map has a series for each group and one for each name, on axes of one scale", () => {
  const map = fakeRun({}).map!;
  const chart = mapChart(map, map.colorings[0]!, 1000);
  const series = seriesOf(chart);
  assert.deepEqual(
    series.map(({ name, data }) => `${name} ${data.length}`),
    ["a 20", "b 20", "c 20", "a 1", "b 1", "c 1"],
  );
  const { xAxis, yAxis } = chart.option as unknown as Record<"xAxis" | "yAxis", { min: number; max: number }>;
  assert(Math.abs(xAxis.max - xAxis.min - (yAxis.max - yAxis.min)) < 1e-3);
  assert(xAxis.min < 0 && xAxis.max > 26);
});

test("points without a group come last, in grey; more groups than colors change the symbol", () => {
  const values = Int32Array.of(-1, 11, 1, 1);
  const names = Array.from({ length: 12 }, (_, i) => `class ${i}`);
  assert.deepEqual(mapGroups({ name: "label", values, names }), [
    { name: "class 1", points: 2, color: "$classes1", symbol: "circle" },
    { name: "class 11", points: 1, color: "$classes1", symbol: "diamond" },
    { name: "none", points: 1, color: "$calm", symbol: "circle" },
  ]);
});

test("mistakes are shown where clusters carry the labels' names", () => {
  const map = fakeRun({}).map!;
  assert.equal(
    mistakes(map)!.values.reduce((a, b) => a + b),
    15,
  );
  const [label, cluster] = map.colorings;
  assert.equal(mistakes({ ...map, colorings: [label!] }), undefined);
  assert.equal(mistakes({ ...map, colorings: [label!, { ...cluster!, names: ["1", "2", "3"] }] }), undefined);
});

test("of many points a fixed random part is drawn", () => {
  assert.deepEqual(samplePoints(4, 4), Int32Array.of(0, 1, 2, 3));
  const chosen = samplePoints(100_000, 1000);
  assert.equal(new Set(chosen).size, 1000);
  assert.deepEqual(chosen, samplePoints(100_000, 1000));
  const mean = chosen.reduce((a, b) => a + b) / 1000;
  assert(Math.abs(mean - 50_000) < 4 * (100_000 / Math.sqrt(12 * 1000)), `${mean}`);
});

test("retrieval: a curve for each direction, from the first radius that finds anything", () => {
  const [chart] = precisionRecallCharts(entriesOf({ retrieval: true }));
  assert.deepEqual(
    seriesOf(chart!).map(({ name }) => name),
    ["image → text", "text → image"],
  );
  assert.deepEqual(seriesOf(chart!)[0]!.data, [
    [0.5, 0.5],
    [1, 0.4],
  ]);
  assert.deepEqual(seriesOf(precisionAtCharts(entriesOf({ retrieval: true }))[0]!)[1]!.data, [
    [1, 0.6],
    [10, 0.5],
  ]);
  assert.equal(precisionAtCharts(entriesOf({ retrieval: true }, { retrieval: true, options: { bits: 8 } })).length, 2);
});

test("of many views each that asks has a chart of its own", () => {
  const views = ["a", "b", "c", "d"];
  const directions = views.flatMap((from) => views.filter((to) => to !== from).map((to) => `${from}->${to}`));
  const [entry] = entriesOf({ retrieval: true });
  const [curves] = entry!.run.result!.retrieval!;
  const retrieval = directions.map((direction) => ({ ...curves!, direction }));
  const run = { ...entry!.run, result: { ...entry!.run.result!, retrieval } };
  const charts = precisionAtCharts([{ ...entry!, run }]);
  assert.deepEqual(
    charts.map(({ id, title }) => `${id} ${title}`),
    views.map((view, i) => `precision-at-${i} Precision of the first items, from ${view}`),
  );
  assert.deepEqual(
    seriesOf(charts[3]!).map(({ name }) => name),
    ["d → a", "d → b", "d → c"],
  );
});

test("curves are named at their ends where these are apart, else above the chart; more curves than colors are dashed", () => {
  const chartOf = (ends: readonly number[]) =>
    curveChart({
      ...{ id: "c", title: "c", description: "c", xName: "x", nameCurves: true },
      curves: ends.map((end, color) => ({ name: `curve ${color}`, color, x: [0, 1], y: [color, end] })),
    });
  const namedAtEnds = (chart: Chart) => seriesOf(chart).every((each) => "endLabel" in each);
  assert.equal(namedAtEnds(chartOf([0, 1, 2])), true);
  assert.equal("legend" in chartOf([0, 1, 2]).option, false);
  for (const ends of [[1, 1, 1.01], Array.from({ length: 10 }, (_, i) => i)]) {
    const chart = chartOf(ends);
    assert.equal(namedAtEnds(chart), false);
    assert("legend" in chart.option);
    assert((chart.option.grid as { top: number }).top > 12);
  }
  const types = seriesOf(chartOf(Array.from({ length: 10 }, (_, i) => i))).map(
    (each) => (each as unknown as { lineStyle: { type: string } }).lineStyle.type,
  );
  assert.deepEqual([types.indexOf("dashed"), types.lastIndexOf("solid")], [8, 7]);
});

test("mAP by code length: means over seeds, in order of length; no chart of one length", () => {
  const run = (bits: number, acc: number, seed = 0) => ({ retrieval: true, acc, seed, options: { bits } });
  const [chart] = bitsCharts(entriesOf(run(64, 0.8), run(16, 0.4), run(16, 0.6, 1)));
  assert.deepEqual(
    seriesOf(chart!).map(({ data }) => data),
    [
      [
        [16, 0.5],
        [64, 0.8],
      ],
      [
        [16, 0.25],
        [64, 0.4],
      ],
    ],
  );
  assert.deepEqual(bitsCharts(entriesOf(run(16, 0.4))), []);
});
