// A run as TensorBoard's events: scalars by stage with the epoch as step, hyperparameters, final measures.
import type { RunConfig } from "../config.js";
import type { Environment } from "../environment.js";
import type { MetricLine, Metrics } from "../metrics-log.js";
import type { RunResult } from "../result.js";
import { record } from "./records.js";
import {
  type Event,
  encodeEvent,
  encodeHyperparameters,
  type HyperparameterData,
  type HyperparameterValue,
  type SummaryValue,
} from "./schema.js";

/** What is known of a run before it is finished. */
export interface StartedRun {
  readonly config: RunConfig;
  readonly environment: Environment;
}

/** As the plugin numbers them. */
const [sessionStart, success] = [1, 1] as const;

/** Seconds since 1970 at which a run began. */
export function startTime({ environment }: StartedRun): number {
  const time = Date.parse(environment.started) / 1000;
  return Number.isFinite(time) ? time : 0;
}

/** The beginning of an event file: what was written of the run before, in another file, no longer counts. */
export function headRecords(run: StartedRun): Uint8Array {
  const wall_time = startTime(run);
  const start = { hparams: hyperparameters(run.config), start_time_secs: wall_time };
  return records([
    { wall_time, file_version: "brain.Event:2" },
    { wall_time, step: 0, session_log: { status: sessionStart } },
    pluginEvent(wall_time, "_hparams_/session_start_info", { version: 0, session_start_info: start }),
  ]);
}

/** Losses as `train/loss/total`, measures as `train/acc` or `train/map/image->text`; numbers that are not finite are NaN. */
export function lineRecords(run: StartedRun, line: MetricLine): Uint8Array {
  const { stage, epoch, seconds, losses, metrics } = line;
  const value = [...scalars(`${stage}/loss`, losses), ...scalars(stage, metrics)];
  if (value.length === 0) return new Uint8Array(0);
  return records([{ wall_time: startTime(run) + seconds, step: epoch, summary: { value } }]);
}

/** The final measures as `result/acc`, which the table of hyperparameters shows, and that the run is done. */
export function endRecords(run: StartedRun, result: Pick<RunResult, "epochs" | "seconds" | "metrics">): Uint8Array {
  const wall_time = startTime(run) + result.seconds;
  const value = scalars("result", result.metrics);
  const experiment = {
    hparam_infos: Object.entries(hyperparameters(run.config)).map(([name, each]) => ({ name, type: typeOf(each) })),
    metric_infos: value.map(({ tag }) => ({ name: { group: "", tag } })),
  };
  const end = { status: success, end_time_secs: wall_time };
  return records([
    { wall_time, step: result.epochs, summary: { value } },
    pluginEvent(wall_time, "_hparams_/experiment", { version: 0, experiment }),
    pluginEvent(wall_time, "_hparams_/session_end_info", { version: 0, session_end_info: end }),
  ]);
}

function records(events: readonly Event[]): Uint8Array {
  return Buffer.concat(events.map((event) => record(encodeEvent(event))));
}

function pluginEvent(wall_time: number, tag: string, data: HyperparameterData): Event {
  const plugin_data = { plugin_name: "hparams", content: encodeHyperparameters(data) };
  return { wall_time, summary: { value: [{ tag, metadata: { plugin_data } }] } };
}

function scalars(prefix: string, values: Metrics): SummaryValue[] {
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === "number"
      ? [{ tag: `${prefix}/${name}`, simple_value: value }]
      : scalars(`${prefix}/${name}`, value),
  );
}

/** Method, task, data set, seed and options by name; a list as JSON. */
function hyperparameters({ method, task, dataset, seed, options }: RunConfig): Record<string, HyperparameterValue> {
  const all = { method, task, dataset: dataset.name, seed, ...options };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name, asValue(value)]],
    ),
  );
}

function asValue(value: unknown): HyperparameterValue {
  if (typeof value === "number") return { number_value: value };
  if (typeof value === "boolean") return { bool_value: value };
  return { string_value: typeof value === "string" ? value : JSON.stringify(value) };
}

function typeOf(value: HyperparameterValue): number {
  if ("string_value" in value) return 1;
  return "bool_value" in value ? 2 : 3;
}
