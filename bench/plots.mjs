// The results of the benchmarks as pictures: ratios to the peers as bars, growth as curves.
import { writeFileSync } from "node:fs";
import { axis, baseOption, grid } from "../dist/report/charts/chart.js";
import { curveChart } from "../dist/report/charts/curve-chart.js";
import { renderPng, renderSvg } from "../dist/report/charts/plots.js";
import { upperFirst } from "./tables.mjs";

/** How many times longer every peer takes, on a logarithmic scale; 1 is level. */
export async function plotRatios(rows, path) {
  const compared = rows.filter(({ own, peer }) => Number.isFinite(peer / own)).reverse();
  if (compared.length === 0) return;
  const option = {
    ...baseOption,
    grid: { ...grid(44), left: 40 },
    xAxis: {
      ...axis("times as fast as the peer", false),
      type: "log",
      min: 0.5,
      splitLine: { show: true, lineStyle: { color: "$line" } },
    },
    yAxis: {
      ...axis(undefined, false),
      type: "category",
      data: compared.map(({ name, label }) => `${name}: ${label}`),
      axisLabel: { color: "$ink", fontSize: 11 },
    },
    series: [
      {
        type: "bar",
        data: compared.map(({ own, peer }) => ({
          value: Number((peer / own).toFixed(2)),
          itemStyle: { color: peer >= own ? "$series0" : "$series1" },
        })),
        label: { show: true, position: "right", formatter: "{c}×", color: "$ink" },
      },
    ],
  };
  const chart = { id: "ratios", title: "Beside the peers", description: "times as fast", option };
  await write(path, await renderSvg([chart], { width: 860, aspect: Math.max(0.2, (compared.length * 26 + 50) / 860) }));
}

/** A chart for each curve and measure. */
export async function plotScaling(curves, path) {
  const charts = curves.flatMap(({ id, title, measures, lines, base = 10 }) =>
    measures.map(({ name, of }, m) =>
      logarithmic({
        id: `${id}-${m}`,
        title: upperFirst(name),
        description: `${name} by ${title}`,
        xName: title,
        curves: lines.map((line, color) => {
          const points = line.points.filter(({ result }) => result !== undefined);
          return { name: line.name, x: points.map(({ x }) => x), y: points.map((point) => of(point.result)), color };
        }),
        logX: base,
        nameCurves: true,
        marks: true,
      }),
    ),
  );
  const drawn = charts.filter(({ option }) => option.series.some(({ data }) => data.length > 1));
  if (drawn.length > 0) await write(path, await renderSvg(drawn, { columns: 2, width: 460, aspect: 0.5 }));
}

/** A straight line is then a power of x; a logarithmic axis has too few marks where values differ little. */
function logarithmic(init) {
  const chart = curveChart(init);
  const values = init.curves.flatMap(({ y }) => y);
  if (Math.max(...values) > 5 * Math.min(...values)) chart.option.yAxis.type = "log";
  return chart;
}

async function write(path, svg) {
  writeFileSync(path, (await renderPng(svg)) ?? svg);
}
