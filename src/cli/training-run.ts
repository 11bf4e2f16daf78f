// A training run from data set to run folder: started, or gone on with.
import { relative } from "node:path";
import { Engine, type EngineOptions } from "../core/runtime/index.js";
import { dataFiles } from "../data/catalogue.js";
import type { MultiViewDataset } from "../data/dataset.js";
import { accountLines } from "../data/layout/account.js";
import { UserError } from "../errors.js";
import type { MethodDefinition } from "../methods/define.js";
import { findMethod } from "../methods/index.js";
import type { Method } from "../methods/method.js";
import { parseOptions } from "../methods/options.js";
import { finished, isFinished, type SavedState, savedState, stateOf, writeModels } from "../methods/saving.js";
import type { ExportedModel } from "../methods/shared/types.js";
import type { Checkpoint, FitHooks, Metrics, State } from "../methods/training.js";
import { writePlots } from "../report/charts/plots.js";
import { writeReport } from "../report/pages/page.js";
import { loadReportRun } from "../report/report-run.js";
import type { LoadedCheckpoint } from "../runs/checkpoint.js";
import type { RunConfig } from "../runs/config.js";
import { checkDataFiles, describeEnvironment, watchFiles } from "../runs/environment.js";
import type { Baselines, ClusterSummary } from "../runs/result.js";
import { createRun, type Run, resumeRun } from "../runs/run-folder.js";
import { type StageSummary, stageSummaries } from "../runs/stages.js";
import { interruption } from "./interruption.js";
import { type DataName, type DataSettings, openData, settingsOf } from "./open-data.js";
import { compareResult } from "./output/compare.js";
import { formatBaselines, formatDuration, formatMetrics, say } from "./output/output.js";
import { trainingProgress } from "./output/progress.js";
import { describeResult } from "./result.js";
import { dataSource } from "./saved-model.js";
import { type CommonFlags, engineOptions, wholeNumber } from "./settings.js";

type AnyMethod = Method<Record<string, unknown>>;

export interface TrainingRequest {
  readonly method: MethodDefinition<Record<string, unknown>>;
  readonly options: Record<string, unknown>;
  readonly data: DataName | undefined;
  /** How the data is to be understood. */
  readonly settings: DataSettings;
  readonly out?: string;
  readonly engine: EngineOptions;
  /** The command line that repeats it, as `commandLine` gives it. */
  readonly command: readonly string[];
}

/** The last line of `--json`. */
export interface TrainingSummary {
  readonly method: string;
  readonly task: string;
  readonly dataset: {
    readonly name: string;
    readonly samples: number;
    readonly views: number[];
    readonly classes: number;
  };
  readonly seed: number;
  /** Of the last stage: what option `epochs` sets. */
  readonly epochs: number;
  readonly stages: readonly StageSummary[];
  readonly metrics: Metrics;
  readonly baselines?: Baselines;
  readonly clusters?: ClusterSummary;
  readonly seconds: number;
  readonly secondsPerEpoch: number;
  readonly run: string;
}

export interface TrainingOutcome {
  readonly summary: TrainingSummary;
  readonly method: AnyMethod;
  readonly data: MultiViewDataset;
}

/** Seconds between checkpoints; the first epoch and the last always have one. */
const CHECKPOINT_SECONDS = 20;

/** @throws UserError where settings, data or folder are no good; InterruptedError after Ctrl-C. */
export async function startTraining(request: TrainingRequest): Promise<TrainingOutcome> {
  const { method: definition, data: source, settings, command } = request;
  if (source === undefined) throw new UserError("--data is missing: a data file, or a name from vantage datasets");
  const options = parseOptions(definition.name, definition.options, request.options);
  const task = taskOf(definition, options);
  const unchanged = watchFiles(dataFiles(source));
  const opened = await openForRun(source, { ...settings, seed: options.seed as number });
  const { data } = opened;
  const config: RunConfig = {
    method: definition.name,
    task,
    dataset: { name: data.name, data: source, ...settings },
    seed: options.seed as number,
    options,
    command,
  };
  const environment = await describeEnvironment(dataFiles(source));
  unchanged();
  const engine = await Engine.open(request.engine);
  const method = definition.create(options, engine);
  const begin = () => createRun(request.out, config, { ...environment, backend: engine.interface });
  return train({ method, opened, engine, begin, ...wholeMethod(method, opened) });
}

/** @throws UserError where there is no run to go on with, it is another method's, or its data has changed. */
export async function resumeTraining(name: string, flags: CommonFlags): Promise<TrainingOutcome> {
  const folder = flags.resume === true ? flags.out : flags.resume;
  if (folder === undefined) throw new UserError("--resume: say which run (--resume FOLDER, or with --out FOLDER)");
  const { run, checkpoint } = resumeRun(folder);
  try {
    const { config, environment } = run;
    const definition = findMethod(config.method);
    if (name !== config.method) throw new UserError(`${folder} is a run of ${config.method}, not of ${name}`);
    if (flags.epochs !== undefined && checkpoint !== undefined && isFinished(checkpoint)) {
      throw new UserError(`${folder} is finished: --epochs cannot make it longer`);
    }
    const epochs = flags.epochs === undefined ? {} : { epochs: wholeNumber("--epochs", flags.epochs) };
    const options = parseOptions(name, definition.options, { ...config.options, ...epochs });
    const unchanged = watchFiles(environment.files.map(({ path }) => path));
    await checkDataFiles(environment);
    const { data: source = config.dataset.name, ...settings } = dataSource(config);
    const opened = await openForRun(source, { ...settingsOf(settings), seed: config.seed });
    unchanged();
    const engine = await Engine.open(engineOptions(flags));
    const method = definition.create(options, engine);
    return await train({ method, opened, engine, begin: () => run, saved: checkpoint, ...wholeMethod(method, opened) });
  } catch (error) {
    run.close();
    throw error;
  }
}

function taskOf(definition: MethodDefinition<Record<string, unknown>>, options: Record<string, unknown>): string {
  return (options.task as string | undefined) ?? definition.tasks[0]!;
}

export interface OpenedData {
  readonly data: MultiViewDataset;
  /** What was odd about it. */
  readonly notes: readonly string[];
}

export async function openForRun(source: DataName, settings: DataSettings & { seed: number }): Promise<OpenedData> {
  const notes: string[] = [];
  const data = await openData({ data: source, ...settings }, { onNote: (note) => notes.push(note) });
  const shapes = data.views.map((view) => `${view.name} ${view.matrix.columns}`).join(", ");
  say(`${data.name}: ${data.samples} samples, ${data.classes} classes, views ${shapes}`);
  for (const line of accountLines(data.account ?? [])) say(`  ${line}`);
  // the account has said what is not used
  for (const note of notes) if (!data.account || !note.startsWith("not used: ")) say(`  note: ${note}`);
  return { data, notes };
}

/** What is trained: a whole method, or a part of one. */
export interface Training {
  readonly method: AnyMethod;
  readonly opened: OpenedData;
  readonly engine: Engine;
  /** Makes or opens the run folder, once everything has been checked. */
  begin(): Run;
  readonly saved?: LoadedCheckpoint;
  fit(hooks: FitHooks): Promise<unknown>;
  /** Takes up the state of a training that has come to its end. */
  takeUp(state: State): Promise<unknown>;
  /** What is kept in the end. */
  state(): State;
  models(): readonly ExportedModel[];
}

function wholeMethod(method: AnyMethod, opened: OpenedData): Pick<Training, "fit" | "takeUp" | "state" | "models"> {
  return {
    fit: (hooks) => method.fit(opened.data, hooks),
    takeUp: (state) => method.reopen(opened.data, state),
    state: () => method.state(),
    models: () => method.exportModels(),
  };
}

/** Trains with progress, log and checkpoints; then evaluates, and writes models, result and report. */
export async function train(training: Training): Promise<TrainingOutcome> {
  const { method, opened, engine, saved } = training;
  const { data } = opened;
  const isOver = saved !== undefined && isFinished(saved);
  const progress = trainingProgress();
  const interrupt = interruption();
  const started = performance.now();
  let [earlier, notes]: [seconds: number, notes: string[]] = [0, []];
  const elapsed = () => earlier + (performance.now() - started) / 1000;
  const begin = () => {
    run = training.begin();
    earlier = run.readLog().at(-1)?.seconds ?? 0;
  };
  let lastCheckpoint = Number.NEGATIVE_INFINITY;
  let run: Run | undefined;
  const store = ({ position, tensors, json }: Checkpoint) => {
    const state: SavedState = { position, model: json };
    run!.saveCheckpoint({ tensors, json: state });
  };
  try {
    if (isOver) {
      begin();
      await training.takeUp(stateOf(saved));
    } else
      await training.fit({
        signal: interrupt.signal,
        onStart: begin,
        resume: saved && { position: savedState(saved).position, ...stateOf(saved) },
        onNote(note) {
          say(`  note: ${note}`);
          notes.push(note);
        },
        onEpoch(report) {
          const { stage, epoch, losses, metrics = {} } = report;
          for (const note of report.notes ?? []) say(`  note: ${note}`);
          // Notes from before the first epoch are kept with it.
          notes.push(...(report.notes ?? []));
          const times = { seconds: elapsed(), epochSeconds: round(report.seconds, 6) };
          run!.log({ stage, epoch, ...times, losses, metrics, ...(notes.length > 0 && { notes }) });
          notes = [];
          progress.update(report);
        },
        onCheckpoint(take, last) {
          if (!last && performance.now() - lastCheckpoint < CHECKPOINT_SECONDS * 1000) return;
          store(take());
          lastCheckpoint = performance.now();
        },
      });
    progress.stop();
    if (run === undefined) throw new Error("the training never began");
    const metrics = await method.evaluate();
    store({ ...training.state(), position: finished });
    writeModels(run.folder, training.models());
    const found = await compareResult(method, metrics, { engine, seed: run.config.seed, signal: interrupt.signal });
    const { samples, dimensions, classes, name } = data;
    const log = run.readLog();
    const stages = stageSummaries(log);
    const { epochs, secondsPerEpoch } = stages.at(-1)!;
    const summary: TrainingSummary = {
      method: method.name,
      task: run.config.task!,
      dataset: { name, samples, views: dimensions, classes },
      seed: run.config.seed,
      epochs,
      stages,
      metrics,
      ...found.parts,
      seconds: round(elapsed(), 2),
      secondsPerEpoch,
      run: relative("", run.folder) || run.folder,
    };
    // From the log, since an earlier session may have given some.
    const given = log.flatMap((line) => line.notes ?? []);
    for (const note of found.notes) say(`  note: ${note}`);
    const told = [...opened.notes, ...given, ...found.notes];
    await describeResult(run.folder, method, data, summary, { notes: told, engine });
    await writePlots(loadReportRun(run.folder));
    writeReport([run.folder]);
    return { summary, method, data };
  } finally {
    progress.stop();
    interrupt.release();
    run?.close();
    await engine.close();
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function formatOutcome({ summary }: TrainingOutcome): string[] {
  const { method, dataset, metrics, run } = summary;
  return [
    `${method} on ${dataset.name}: ${formatCourse(summary)}`,
    ...formatMetrics(metrics),
    ...formatBaselines(summary),
    `run     ${run}`,
    `report  ${run}/report.html`,
  ];
}

/** How long what was trained; the stages by name where there are several. */
function formatCourse({ method, epochs, stages, seconds, secondsPerEpoch }: TrainingSummary): string {
  const time = formatDuration(seconds);
  if (!("epochs" in findMethod(method).options.shape)) return `solved in ${time}`;
  const count = (of: number) => `${of} ${of === 1 ? "epoch" : "epochs"}`;
  if (stages.length === 1) return `${count(epochs)} in ${time} (${secondsPerEpoch.toFixed(3)} s each)`;
  return `${stages.map((stage) => `${stage.name} ${count(stage.epochs)}`).join(", ")}, in ${time}`;
}
