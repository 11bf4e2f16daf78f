// Runs: all runs of the folder, and the curves of several in the same charts, live while one trains.
import { connect } from "echarts/core";
import { useMemo, useState } from "preact/hooks";
import { seriesColors } from "../../src/report/charts/palette.js";
import { lossCharts, metricCharts, stagesOf } from "../../src/report/charts/training-charts.js";
import type { Entry } from "../../src/report/report-run.js";
import type { MetricLine } from "../../src/runs/metrics-log.js";
import type { RunSummary } from "../../src/server/api.js";
import { type Address, go } from "../address.js";
import { Empty, Failure } from "../parts.js";
import { usePalette } from "../theme.js";
import { ChartFigure } from "./chart.js";
import { Compare } from "./compare.js";
import { useRuns } from "./follow.js";
import { Numbers, singlePoints } from "./numbers.js";
import { newestFirst } from "./order.js";
import { RunTable } from "./table.js";

connect("runs");
/** Runs that are shown when none was chosen. */
const first = 4;

/** The chosen runs; by default those that train and the newest of the same data set. */
function chosenRuns({ runs: chosen }: Address, runs: readonly RunSummary[]): string[] {
  const names = newestFirst(runs).map(({ name }) => name);
  if (chosen !== undefined) return names.filter((name) => chosen.includes(name));
  const dataset = newestFirst(runs)[0]?.dataset;
  const alike = newestFirst(runs).filter((run) => run.isRunning || run.dataset === dataset);
  return alike.slice(0, first).map(({ name }) => name);
}

export function RunsPage({ address }: { address: Address }) {
  const palette = usePalette();
  const { runs, lines, error, again } = useRuns((all) => chosenRuns(address, all));
  const [highlighted, setHighlighted] = useState<string>();
  const shownRuns = runs ? newestFirst(runs) : [];
  const chosen = chosenRuns(address, shownRuns);
  const entries = useMemo(() => entriesOf(chosen, lines), [chosen.join("\n"), lines]);
  const charts = useMemo(
    () =>
      stagesOf(entries)
        .map((stage) => {
          const all = [...metricCharts(entries, stage), ...lossCharts(entries, stage)].map((chart) => {
            return { chart, points: singlePoints(chart) };
          });
          return {
            stage,
            curves: all.flatMap(({ chart, points }) => (points ? [] : [chart])),
            numbers: all.flatMap(({ chart, points }) => (points ? [{ chart, points }] : [])),
          };
        })
        // Stages with curves before those that were measured once.
        .sort((a, b) => Number(a.curves.length === 0) - Number(b.curves.length === 0)),
    [entries],
  );
  if (!runs) return error === undefined ? <p class="waiting">Loading…</p> : <Failure message={error} again={again} />;
  if (runs.length === 0) {
    return (
      <Empty title="No runs yet">
        <p>Train one, in the folder that is served; it appears here with its first epoch:</p>
        <pre>vantage train dchn --data emoji</pre>
      </Empty>
    );
  }
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name];
    go({ runs: next });
    again();
  };
  return (
    <>
      <h1 class="hidden">Runs</h1>
      {error !== undefined && <Failure message={error} again={again} />}
      <div class="runs-view">
        <RunTable
          runs={shownRuns}
          chosen={chosen}
          entries={entries}
          lines={lines}
          palette={palette}
          onToggle={toggle}
          onHighlight={setHighlighted}
          onRemoved={again}
        />
        <div class="curves">
          {chosen.length === 0 && <Empty title="No run is chosen">Tick one or several to see their curves.</Empty>}
          {chosen.length > 0 && charts.length === 0 && <p class="soft">Nothing is logged yet.</p>}
          {entries.length > 1 && (
            <Compare runs={shownRuns.filter(({ name }) => chosen.includes(name))} entries={entries} palette={palette} />
          )}
          {charts.map(({ stage, curves, numbers }) => (
            <section key={stage} aria-label={`Stage ${stage}`}>
              {charts.length > 1 && <h2>Stage {stage}</h2>}
              <div class="grid">
                {curves.map((chart) => (
                  <ChartFigure
                    key={chart.id}
                    chart={chart}
                    palette={palette}
                    highlighted={entries.length > 1 ? highlighted : undefined}
                  />
                ))}
              </div>
              {numbers.length > 0 && <Numbers charts={numbers} />}
            </section>
          ))}
        </div>
      </div>
    </>
  );
}

/** The chosen runs as the report's charts take them: of a run they read its lines only. */
function entriesOf(chosen: readonly string[], lines: ReadonlyMap<string, readonly MetricLine[]>): Entry[] {
  return chosen.flatMap((name, color) => {
    const own = lines.get(name);
    return own ? [{ run: { lines: own } as Entry["run"], name, color: color % seriesColors }] : [];
  });
}
