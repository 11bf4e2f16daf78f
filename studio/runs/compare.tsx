// The ticked runs side by side: what they were trained with, where it differs, and each measure at its highest.
import { useState } from "preact/hooks";
import type { Palette } from "../../src/report/charts/palette.js";
import { byImportance, type FlatMetric, flatten, metricName, written } from "../../src/report/metric-names.js";
import type { Entry } from "../../src/report/report-run.js";
import type { RunSummary } from "../../src/server/api.js";
import { getRunSettings } from "../client.js";
import { useLoad } from "../load.js";
import { Failure } from "../parts.js";

/** Measures that stand here at most; the reports have the rest. */
const mostMeasures = 5;
/** Settings that stand here before the others are requested. */
const fewSettings = 6;
/** These say again what other settings say. */
const leftOut = new Set(["command", "options.seed"]);

interface CompareProps {
  runs: readonly RunSummary[];
  entries: readonly Entry[];
  palette: Palette;
}

export function Compare({ runs, entries, palette }: CompareProps) {
  const names = runs.map(({ name }) => name);
  const loaded = useLoad(JSON.stringify(names), async (signal) => ({
    names,
    settings: await Promise.all(names.map((name) => getRunSettings(name, signal))),
  }));
  const isThere = loaded.value?.names.join("\n") === names.join("\n");
  const flat = isThere ? loaded.value!.settings.map((settings) => flatSettings(settings)) : undefined;
  const keys = [...new Set((flat ?? []).flatMap((each) => [...each.keys()]))];
  const holders = (key: string) => flat!.filter((each) => each.has(key)).length;
  const differing = keys
    .filter((key) => new Set(flat!.map((each) => each.get(key))).size > 1)
    // Of other methods some options are not there at all: what all runs have says more.
    .sort((a, b) => holders(b) - holders(a));
  const [isWhole, setIsWhole] = useState(false);
  const settings = isWhole ? differing : differing.slice(0, fewSettings);
  const measures = measuresOf(entries);
  return (
    <section class="compare" aria-label="Comparison">
      <h2>Side by side</h2>
      {loaded.error !== undefined && <Failure message={loaded.error} again={loaded.again} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <section class="scroll" aria-label="Settings and measures of the ticked runs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              {runs.map(({ name }) => (
                <th key={name} scope="col">
                  <i style={{ background: palette[`series${entries.find((entry) => entry.name === name)?.color}`] }} />{" "}
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {measures.map(({ path, values }) => {
              const known = values.filter((value) => value !== undefined);
              const best = Math.max(...known);
              return (
                <tr key={path.join("\n")}>
                  <th scope="row">{metricName(path)}</th>
                  {runs.map(({ name }) => {
                    const value = values[entries.findIndex((entry) => entry.name === name)];
                    const isBest = known.length > 1 && value === best;
                    return (
                      <td key={name} class="number">
                        {value === undefined ? (
                          <span class="soft">–</span>
                        ) : isBest ? (
                          <b>{written(value)}</b>
                        ) : (
                          written(value)
                        )}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
            {settings.map((key) => (
              <tr key={key}>
                <th scope="row" class="setting">
                  {key}
                </th>
                {flat!.map((each, i) => (
                  <td key={names[i]}>{each.get(key) ?? <span class="soft">–</span>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="soft">
        Measures at their highest, then the settings that differ
        {flat && differing.length === 0 ? ": none does" : ""}.{" "}
        {differing.length > fewSettings && (
          <button type="button" class="link" onClick={() => setIsWhole(!isWhole)}>
            {isWhole ? "Show fewer settings" : `Show ${differing.length - fewSettings} more settings`}
          </button>
        )}
      </p>
    </section>
  );
}

/** Of each run each measure at its highest, those that say most first. */
function measuresOf(entries: readonly Entry[]): { path: readonly string[]; values: (number | undefined)[] }[] {
  const best = entries.map(({ run }) => {
    const highest = new Map<string, FlatMetric>();
    for (const metric of run.lines.flatMap(({ metrics }) => flatten(metrics))) {
      const key = metric.path.join("\n");
      const before = highest.get(key);
      if (Number.isFinite(metric.value) && !(before && before.value >= metric.value)) highest.set(key, metric);
    }
    return highest;
  });
  const all = new Map(best.flatMap((each) => [...each]));
  return byImportance([...all.values()])
    .slice(0, mostMeasures)
    .map(({ path }) => ({ path, values: best.map((each) => each.get(path.join("\n"))?.value) }));
}

/** Nested settings by their path, as texts. */
function flatSettings(settings: Readonly<Record<string, unknown>>, before = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(settings)) {
    const path = before === "" ? key : `${before}.${key}`;
    if (leftOut.has(path)) continue;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [inner, text] of flatSettings(value as Record<string, unknown>, path)) flat.set(inner, text);
    } else flat.set(path, typeof value === "string" ? value : JSON.stringify(value));
  }
  return flat;
}
