// The runs as a table: ticked, sorted, found by words, moved to the trash.
import { useState } from "preact/hooks";
import type { Palette } from "../../src/report/charts/palette.js";
import { metricName, written } from "../../src/report/metric-names.js";
import type { Entry } from "../../src/report/report-run.js";
import type { MetricLine } from "../../src/runs/metrics-log.js";
import type { RunSummary } from "../../src/server/api.js";
import { download, hasToken, reportPath } from "../client.js";
import { type Column, matching, ordered, usualOrder } from "./order.js";
import { Removal } from "./removal.js";

const headings: Readonly<Record<Column, string>> = { name: "Run", started: "Started", best: "Best" };

export function RunTable(props: {
  runs: readonly RunSummary[];
  chosen: readonly string[];
  entries: readonly Entry[];
  lines: ReadonlyMap<string, readonly MetricLine[]>;
  palette: Palette;
  onToggle: (name: string) => void;
  onHighlight: (name: string | undefined) => void;
  onRemoved: () => void;
}) {
  const { runs, chosen, entries, lines, palette, onToggle, onHighlight, onRemoved } = props;
  const [order, setOrder] = useState(usualOrder);
  const [text, setText] = useState("");
  const shown = ordered(matching(runs, text), order);
  const heading = (by: Column) => {
    const isBy = order.by === by;
    return (
      <th scope="col" aria-sort={isBy ? (order.isDown ? "descending" : "ascending") : undefined}>
        <button
          type="button"
          class="sort"
          onClick={() => setOrder({ by, isDown: isBy ? !order.isDown : by !== "name" })}
        >
          {headings[by]}
          <span aria-hidden="true">{isBy ? (order.isDown ? " ↓" : " ↑") : ""}</span>
        </button>
      </th>
    );
  };
  return (
    <div class="runs-list">
      <div class="row">
        <input
          type="search"
          aria-label="Find runs"
          placeholder="Find by name, method, data set, seed 1, finished …"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Removal runs={runs.filter(({ name }) => chosen.includes(name))} onRemoved={onRemoved} />
      </div>
      {shown.length === 0 && <p class="soft">No run has all of “{text}” in it.</p>}
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <section class="scroll" aria-label="Runs of the folder" tabIndex={0}>
          <table>
            <thead>
              <tr>
                {heading("name")}
                {heading("started")}
                {heading("best")}
              </tr>
            </thead>
            <tbody>
              {shown.map((run) => {
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
                        <input
                          type="checkbox"
                          checked={chosen.includes(run.name)}
                          onChange={() => onToggle(run.name)}
                        />
                        <i style={{ background: entry ? palette[`series${entry.color}`] : "transparent" }} />
                        <span>{run.name}</span>
                      </label>
                      <small>
                        {run.method} · {run.dataset}
                        {run.task !== "" && ` · ${run.task}`} · seed {run.seed}
                      </small>
                      <small>
                        <State run={run} lines={lines.get(run.name)} />
                        {run.hasReport && (
                          <>
                            {" · "}
                            <ReportLink name={run.name} />
                          </>
                        )}
                      </small>
                    </th>
                    <td class="soft">{when(run.started)}</td>
                    <td class="number">
                      {run.best ? (
                        <>
                          {written(run.best.value)} <small>{metricName(run.best.path)}</small>
                        </>
                      ) : (
                        <small>not measured</small>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </div>
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

/** A moment in this machine's time, to the minute. */
function when(started: string): string {
  const date = new Date(started);
  return Number.isNaN(date.getTime())
    ? started
    : date.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}
