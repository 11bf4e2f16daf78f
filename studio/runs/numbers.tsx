// Charts of which every curve is one point are no charts: they are shown as numbers.
import type { Chart } from "../../src/report/charts/chart.js";
import { written } from "../../src/report/metric-names.js";

interface Single {
  readonly name: string;
  readonly value: number | null;
}

/** The points of a chart, where each of its curves has one; else undefined. */
export function singlePoints({ option }: Chart): Single[] | undefined {
  const series = [option.series ?? []].flat() as { name?: unknown; data?: unknown }[];
  const points = series.map(({ name, data }): Single | undefined => {
    if (!Array.isArray(data) || data.length !== 1) return undefined;
    const [, value] = data[0] as [number, number | null];
    return { name: String(name ?? ""), value };
  });
  return points.every((point) => point !== undefined) ? points : undefined;
}

/** A row for each chart, or for each curve of a chart that has several. */
export function Numbers({ charts }: { charts: readonly { chart: Chart; points: readonly Single[] }[] }) {
  const runs = [...new Set(charts.flatMap(({ points }) => points.map(({ name }) => name)))];
  const isByRun = charts.length > 1 && charts.every(({ points }) => points.length <= runs.length);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section class="scroll" aria-label="Measured once" tabIndex={0}>
      <table>
        {isByRun && (
          <thead>
            <tr>
              <th scope="col">Measured once</th>
              {runs.map((run) => (
                <th key={run} scope="col">
                  {run}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {isByRun
            ? charts.map(({ chart, points }) => (
                <tr key={chart.id}>
                  <th scope="row">{chart.title}</th>
                  {runs.map((run) => {
                    const value = points.find(({ name }) => name === run)?.value;
                    return (
                      <td key={run} class="number">
                        {typeof value === "number" ? written(value) : "–"}
                      </td>
                    );
                  })}
                </tr>
              ))
            : charts.flatMap(({ chart, points }) =>
                points.map(({ name, value }) => (
                  <tr key={`${chart.id} ${name}`}>
                    <th scope="row">
                      {chart.title} <span class="soft">{name}</span>
                    </th>
                    <td class="number">{value === null ? "–" : written(value)}</td>
                  </tr>
                )),
              )}
        </tbody>
      </table>
    </section>
  );
}
