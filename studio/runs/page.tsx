// Runs: all runs of the folder, and the curves of several in the same charts, live while one trains.
import { connect } from "echarts/core";
import { useMemo, useState } from "preact/hooks";
import { type Palette, seriesColors } from "../../src/report/charts/palette.js";
import { lossCharts, metricCharts, stagesOf } from "../../src/report/charts/training-charts.js";
import { byImportance, flatten, metricName, written } from "../../src/report/metric-names.js";
import type { Entry } from "../../src/report/report-run.js";
import type { MetricLine } from "../../src/runs/metrics-log.js";
import type { RunSummary } from "../../src/server/api.js";
import { type Address, go } from "../address.js";
import { download, hasToken, reportPath } from "../client.js";
import { Empty, Failure } from "../parts.js";
import { usePalette } from "../theme.js";
import { ChartFigure } from "./chart.js";
import { useRuns } from "./follow.js";

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

function newestFirst(runs: readonly RunSummary[]): RunSummary[] {
  return [...runs].sort(
    (a, b) =>
      Number(b.isRunning) - Number(a.isRunning) || b.started.localeCompare(a.started) || (a.name < b.name ? -1 : 1),
  );
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
      stagesOf(entries).map((stage) => ({
        stage,
        charts: [...metricCharts(entries, stage), ...lossCharts(entries, stage)],
      })),
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
        />
        <div class="curves">
          {chosen.length === 0 && <Empty title="No run is chosen">Tick one or several to see their curves.</Empty>}
          {chosen.length > 0 && charts.length === 0 && <p class="soft">Nothing is logged yet.</p>}
          {charts.map(({ stage, charts: some }) => (
            <section key={stage} aria-label={`Stage ${stage}`}>
              {charts.length > 1 && <h2>Stage {stage}</h2>}
              <div class="grid">
                {some.map((chart) => (
                  <ChartFigure
                    key={chart.id}
                    chart={chart}
                    palette={palette}
                    highlighted={entries.length > 1 ? highlighted : undefined}
                  />
                ))}
              </div>
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

function RunTable(props: {
  runs: readonly RunSummary[];
  chosen: readonly string[];
  entries: readonly Entry[];
  lines: ReadonlyMap<string, readonly MetricLine[]>;
  palette: Palette;
  onToggle: (name: string) => void;
  onHighlight: (name: string | undefined) => void;
}) {
  const { runs, chosen, entries, lines, palette, onToggle, onHighlight } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section class="scroll" aria-label="Runs of the folder" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Best</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const entry = entries.find(({ name }) => name === run.name);
            return (
              <tr
                key={run.name}
                onMouseEnter={() => onHighlight(run.name)}
                onMouseLeave={() => onHighlight(undefined)}
                onFocusCapture={() => onHighlight(run.name)}
                onBlurCapture={() => onHighlight(undefined)}
              >
                <th scope="row">
                  <label>
                    <input type="checkbox" checked={chosen.includes(run.name)} onChange={() => onToggle(run.name)} />
                    <i style={{ background: entry ? palette[`series${entry.color}`] : "transparent" }} />
                    <span>{run.name}</span>
                  </label>
                  <small>
                    {run.method} · {run.dataset} · {run.task} · seed {run.seed}
                  </small>
                  <small>
                    <State run={run} lines={lines.get(run.name)} /> · {when(run.started)}
                    {run.hasReport && (
                      <>
                        {" · "}
                        <ReportLink name={run.name} />
                      </>
                    )}
                  </small>
                </th>
                <td class="number">
                  <Best lines={lines.get(run.name)} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Opens the report; where the server wants a token, which a link cannot carry, it is downloaded. */
function ReportLink({ name }: { name: string }) {
  const path = reportPath(name);
  if (!hasToken()) {
    return (
      <a href={path} target="_blank" rel="noreferrer">
        Report
      </a>
    );
  }
  return (
    <button type="button" class="link" onClick={() => download(path, `${name}.html`)}>
      Save report
    </button>
  );
}

function State({ run, lines }: { run: RunSummary; lines?: readonly MetricLine[] }) {
  const last = lines?.at(-1);
  const at = last ? `epoch ${last.epoch}` : `${run.lines} lines`;
  if (run.isRunning) return <span class="state running">training, {at}</span>;
  return <span class="state">{run.isFinished ? "finished" : `stopped, ${at}`}</span>;
}

/** The measure that says most, at its highest. */
function Best({ lines }: { lines?: readonly MetricLine[] }) {
  const all = (lines ?? []).flatMap(({ metrics }) => flatten(metrics));
  const path = byImportance(all)[0]?.path;
  if (!path) return null;
  const key = path.join("\n");
  const best = Math.max(...all.filter((each) => each.path.join("\n") === key).map(({ value }) => value));
  return (
    <>
      {written(best)} <small>{metricName(path)}</small>
    </>
  );
}

/** A moment in this machine's time, to the minute. */
function when(started: string): string {
  const date = new Date(started);
  return Number.isNaN(date.getTime())
    ? started
    : date.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
