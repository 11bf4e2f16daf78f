// A training from data set to run folder: log, checkpoints, measures, models, result and report; begun, or resumed.
import { relative } from "node:path";
import { Engine, type EngineOptions } from "../core/runtime/index.js";
import { MultiViewDataset } from "../data/dataset.js";
import { dropIncomplete } from "../data/imputation/missing-values.js";
import { UserError } from "../errors.js";
import type { MethodDefinition } from "../methods/define.js";
import { findMethod } from "../methods/index.js";
import { parseOptions } from "../methods/options.js";
import { finished, isFinished, type SavedState, savedState, stateOf, writeModels } from "../methods/saving.js";
import type { ExportedModel } from "../methods/shared/types.js";
import {
  type Checkpoint,
  type EpochReport,
  type FitHooks,
  InterruptedError,
  type State,
  type StepReport,
} from "../methods/training.js";
import { missingPackages } from "../optional.js";
import { writePlots } from "../report/charts/plots.js";
import { writeReport } from "../report/pages/page.js";
import { loadReportRun } from "../report/report-run.js";
import type { LoadedCheckpoint } from "../runs/checkpoint.js";
import type { RunConfig } from "../runs/config.js";
import { checkDataFiles, describeEnvironment, watchFiles } from "../runs/environment.js";
import { writeExamples } from "../runs/examples.js";
import { createRun, type Run, resumeRun } from "../runs/run-folder.js";
import { stageSummaries } from "../runs/stages.js";
import { type EventLog, type EventPlace, openEventLog } from "../runs/tensorboard/event-file.js";
import { writeViewEncodings } from "../runs/view-encodings.js";
import { compareResult } from "./compare-result.js";
import { type DataName, type DataSettings, openData, settingsOf } from "./data-source.js";
import { describeResult } from "./describe-result.js";
import { findExamples } from "./find-examples.js";
import { filesOf, withPixels } from "./open-pictures.js";
import { dataSource } from "./saved-model.js";
import type { AnyMethod, TrainingOutcome, TrainingSummary } from "./summary.js";
import { type Estimate, longTraining, TimeEstimate } from "./time-estimate.js";

/** What a run is to be: the fields of `config.yaml`, and where it is written. */
export interface TrainingRequest {
  readonly method: MethodDefinition<Record<string, unknown>>;
  /** The method's options; those that are left out have their defaults. */
  readonly options: Record<string, unknown>;
  /** A file, a name of the catalog, or data in memory, which the run folder then does not tell how to open again. */
  readonly data: DataName | MultiViewDataset;
  /** How the data is to be understood. */
  readonly settings?: DataSettings;
  /** The run folder; by default `runs/<method>-<data>-<seed>`. */
  readonly out?: string;
  /** An engine, which stays open, or the options of one that is opened for the run. */
  readonly engine?: Engine | EngineOptions;
  /** The command line that repeats it, where there is one. */
  readonly command?: readonly string[];
  /** Named settings that the options come from, for the summary. */
  readonly preset?: string;
  /** What a reader of the results should know of the options, a sentence each. */
  readonly notes?: readonly string[];
  /** Writes TensorBoard event files: into `tensorboard` of the run folder, or into a folder of the run's name in the given one. */
  readonly tensorboard?: EventPlace;
}

/** What is to be resumed. */
export interface ResumeRequest {
  readonly folder: string;
  /** @throws UserError where the run is of another method. */
  readonly method?: string;
  /** Trains for as many epochs instead; not for a run that is finished. */
  readonly epochs?: number;
  readonly engine?: Engine | EngineOptions;
  /** As for a new run. The event files of earlier sessions are replaced, so that no epoch is there twice. */
  readonly tensorboard?: EventPlace;
}

/** How a training is followed and ended. */
export interface TrainingHooks {
  /** Ends the training after the present epoch, with a checkpoint; `trainRun` then rejects with an InterruptedError. */
  readonly signal?: AbortSignal;
  /** Data is made ready, such as pictures decoded: the share that is done, 0 to 1. */
  onOpening?(share: number): void;
  /** The data is open; `notes` says what was unclear about it. */
  onData?(data: MultiViewDataset, notes: readonly string[]): void;
  /** What a user should know about the training. */
  onNote?(note: string): void;
  /** After every epoch. */
  onEpoch?(report: EpochReport): void;
  /** A step of an epoch that has several is done. */
  onStep?(report: StepReport): void;
  /** How long it will take, once that is known and more than a minute; again where a later stage that was unknown has been measured. */
  onEstimate?(estimate: Estimate): void;
  /** The last epoch is over; what follows is measured and written. */
  onTrained?(): void;
}

/** Seconds between checkpoints; the first epoch and the last always have one. */
const CHECKPOINT_SECONDS = 20;

/**
 * Trains a method on data and writes a run folder: what `vantage train` does. docs/run-folder.md describes the folder.
 * @returns the measures and where the run is, with the trained method.
 * @throws UserError where options, data or folder are invalid; nothing is written then.
 * @throws InterruptedError where the signal ended it; `resumeTraining` continues from its checkpoint.
 * @example
 * ```ts
 * import { methods } from "vantage-ml";
 * import { trainRun } from "vantage-ml/train";
 *
 * const method = methods.find(({ name }) => name === "gmae")!;
 * const data = "synthetic:samples=100";
 * const { summary } = await trainRun({ method, options: { epochs: 2 }, data, out: "runs/gmae" });
 * console.log(summary.metrics, summary.run);
 * ```
 */
export async function trainRun(request: TrainingRequest, hooks: TrainingHooks = {}): Promise<TrainingOutcome> {
  const { method: definition, data: source, command } = request;
  const options = parseOptions(definition.name, definition.options, request.options);
  const given = request.settings ?? {};
  const isOpen = source instanceof MultiViewDataset;
  const settings = isOpen ? given : withPixels(source, given, options);
  const files = isOpen ? [] : filesOf(source, settings, options);
  const unchanged = watchFiles(files);
  const opened = isOpen
    ? openGiven(source, settings)
    : await openForRun(source, { ...settings, seed: options.seed as number }, hooks);
  const config: RunConfig = {
    method: definition.name,
    task: (options.task as string | undefined) ?? definition.tasks[0]!,
    dataset: {
      name: opened.data.name,
      ...(source instanceof MultiViewDataset ? {} : { data: source }),
      ...settings,
    },
    seed: options.seed as number,
    options,
    command,
  };
  const environment = await describeEnvironment(files);
  unchanged();
  return withEngine(request.engine, (engine) => {
    const method = definition.create(options, engine);
    const begin = () => createRun(request.out, config, { ...environment, backend: engine.interface });
    const about = { preset: request.preset, notes: request.notes, tensorboard: request.tensorboard };
    const whole = wholeMethod(method, opened, settings.impute);
    return train({ method, opened, engine, begin, ...about, ...whole }, hooks);
  });
}

/** Data in memory; of how it is understood, what of it is used is all that there is to say. */
function openGiven(source: MultiViewDataset, { dropIncomplete: drops, impute }: DataSettings): OpenedData {
  const notes: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  const data = drops ? dropIncomplete(source, impute === undefined ? "values" : "views", onNote) : source;
  return { data, notes };
}

/**
 * Continues an interrupted run from its last checkpoint; the result has the same bits as one that was not interrupted. A finished
 * run is measured and reported again.
 * @throws UserError where there is no run to resume, it is another method's, or its data has changed.
 * @example
 * ```ts
 * import { methods } from "vantage-ml";
 * import { resumeTraining, trainRun } from "vantage-ml/train";
 *
 * const method = methods.find(({ name }) => name === "gmae")!;
 * const stop = new AbortController();
 * const hooks = { signal: stop.signal, onEpoch: () => stop.abort() };
 * await trainRun({ method, options: { epochs: 3 }, data: "synthetic:samples=100", out: "runs/stopped" }, hooks).catch(() => {});
 * const { summary } = await resumeTraining({ folder: "runs/stopped" });
 * console.log(summary.epochs); // 3
 * ```
 */
export async function resumeTraining(request: ResumeRequest, hooks: TrainingHooks = {}): Promise<TrainingOutcome> {
  const { folder, method: name } = request;
  const { run, checkpoint } = resumeRun(folder);
  try {
    const { config, environment } = run;
    const definition = findMethod(config.method);
    if (name !== undefined && name !== config.method) {
      throw new UserError(`${folder} is a run of ${config.method}, not of ${name}`);
    }
    if (request.epochs !== undefined && checkpoint !== undefined && isFinished(checkpoint)) {
      throw new UserError(`${folder} is finished: --epochs cannot make it longer`);
    }
    const epochs = request.epochs === undefined ? {} : { epochs: request.epochs };
    const options = parseOptions(config.method, definition.options, { ...config.options, ...epochs });
    const unchanged = watchFiles(environment.files.map(({ path }) => path));
    await checkDataFiles(environment);
    const { data: source = config.dataset.name, ...settings } = dataSource(config);
    const opened = await openForRun(source, { ...settingsOf(settings), seed: config.seed }, hooks);
    unchanged();
    return await withEngine(request.engine, (engine) => {
      const method = definition.create(options, engine);
      const parts = wholeMethod(method, opened, settings.impute);
      const { tensorboard } = request;
      return train({ method, opened, engine, begin: () => run, saved: checkpoint, tensorboard, ...parts }, hooks);
    });
  } catch (error) {
    run.close();
    throw error;
  }
}

async function withEngine<R>(given: Engine | EngineOptions | undefined, work: (engine: Engine) => Promise<R>) {
  if (given instanceof Engine) return work(given);
  const engine = await Engine.open(given);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Data and what was unclear about it. */
export interface OpenedData {
  readonly data: MultiViewDataset;
  readonly notes: readonly string[];
}

/** Opens data and reports it to the hooks. */
export async function openForRun(
  source: DataName,
  settings: DataSettings & { readonly seed: number },
  { onData, onOpening }: TrainingHooks,
): Promise<OpenedData> {
  const notes: string[] = [];
  const listeners = { onNote: (note: string) => void notes.push(note), onProgress: onOpening };
  const data = await openData({ data: source, ...settings }, listeners);
  onData?.(data, notes);
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
  readonly preset?: string | undefined;
  /** Said before the first epoch. */
  readonly notes?: readonly string[] | undefined;
  readonly tensorboard?: EventPlace;
  fit(hooks: FitHooks): Promise<unknown>;
  /** Loads the state of a training that is over. */
  loadState(state: State): Promise<unknown>;
  /** What is kept in the end. */
  state(): State;
  models(): readonly ExportedModel[];
}

function wholeMethod(
  method: AnyMethod,
  { data }: OpenedData,
  impute?: DataSettings["impute"],
): Pick<Training, "fit" | "loadState" | "state" | "models"> {
  return {
    fit: (hooks) => method.fit(data, { ...hooks, ...(impute && { impute }) }),
    loadState: (state) => method.reopen(data, state),
    state: () => method.state(),
    models: () => method.exportModels(),
  };
}

/** Trains with log and checkpoints; then evaluates, and writes models, result and report. The engine stays open. */
export async function train(training: Training, hooks: TrainingHooks): Promise<TrainingOutcome> {
  const { method, opened, engine, saved } = training;
  const { data } = opened;
  const { signal } = hooks;
  const noReport = missingPackages("reports");
  if (noReport) hooks.onNote?.(`this run gets no report; vantage report writes it later. ${noReport.message}`);
  const started = performance.now();
  let [earlier, notes]: [seconds: number, notes: string[]] = [0, []];
  const elapsed = () => earlier + (performance.now() - started) / 1000;
  const note = (text: string) => {
    hooks.onNote?.(text);
    notes.push(text);
  };
  const begin = () => {
    if (saved === undefined) training.notes?.forEach(note);
    run = training.begin();
    writeViewEncodings(run.folder, data.encoders);
    const lines = run.readLog();
    earlier = lines.at(-1)?.seconds ?? 0;
    if (training.tensorboard !== undefined) events = openEventLog(run, training.tensorboard, lines);
  };
  let lastCheckpoint = Number.NEGATIVE_INFINITY;
  const time = new TimeEstimate();
  let estimate: Estimate | undefined;
  let estimatedSeconds: number | undefined;
  /** Once, and again where a later stage has become known. */
  const announce = (now: Estimate | undefined) => {
    if (now === undefined || (estimate !== undefined && now.unknown.length >= estimate.unknown.length)) return;
    estimate = now;
    if (now.seconds < longTraining) return;
    estimatedSeconds = round(elapsed() + now.seconds, 1);
    hooks.onEstimate?.(now);
  };
  let run: Run | undefined;
  let events: EventLog | undefined;
  const store = ({ position, tensors, json }: Checkpoint) => {
    const state: SavedState = { position, model: json };
    run!.saveCheckpoint({ tensors, json: state });
  };
  try {
    if (saved !== undefined && isFinished(saved)) {
      begin();
      await training.loadState(stateOf(saved));
    } else
      await training.fit({
        signal,
        onStart: begin,
        resume: saved && { position: savedState(saved).position, ...stateOf(saved) },
        onNote: note,
        onStep(report) {
          hooks.onStep?.(report);
          announce(time.addStep(report, performance.now() / 1000));
        },
        onEpoch(report) {
          const { stage, epoch, losses, metrics = {} } = report;
          for (const note of report.notes ?? []) hooks.onNote?.(note);
          // Notes from before the first epoch are kept with it.
          notes.push(...(report.notes ?? []));
          const times = { seconds: elapsed(), epochSeconds: round(report.seconds, 6) };
          const line = { stage, epoch, ...times, losses, metrics, ...(notes.length > 0 && { notes }) };
          run!.log(line);
          events?.add(line);
          notes = [];
          hooks.onEpoch?.(report);
          announce(time.add(report, performance.now() / 1000));
        },
        async onCheckpoint(take, last) {
          if (!last && performance.now() - lastCheckpoint < CHECKPOINT_SECONDS * 1000) return;
          store(await take());
          lastCheckpoint = performance.now();
        },
      });
    hooks.onTrained?.();
    if (run === undefined) throw new Error("the training never began");
    const metrics = await method.evaluate();
    store({ ...training.state(), position: finished });
    writeModels(run.folder, training.models());
    const found = await compareResult(method, metrics, { engine, seed: run.config.seed, signal });
    const { samples, dimensions, classes, name } = data;
    const log = run.readLog();
    const stages = stageSummaries(log);
    const { epochs, secondsPerEpoch } = stages.at(-1)!;
    const summary: TrainingSummary = {
      method: method.name,
      task: run.config.task!,
      dataset: { name, samples, views: dimensions, classes },
      seed: run.config.seed,
      ...(training.preset !== undefined && { preset: training.preset }),
      epochs,
      stages,
      metrics,
      ...found.parts,
      seconds: round(elapsed(), 2),
      ...(estimatedSeconds !== undefined && { estimatedSeconds }),
      secondsPerEpoch,
      run: relative("", run.folder) || run.folder,
    };
    events?.finish(summary);
    // From the log, since an earlier session may have written some.
    const given = log.flatMap((line) => line.notes ?? []);
    for (const note of found.notes) hooks.onNote?.(note);
    const all = [...opened.notes, ...given, ...found.notes];
    writeExamples(run.folder, await findExamples({ method, source: dataSource(run.config), seed: run.config.seed }));
    await describeResult(run.folder, method, data, summary, { notes: all, engine });
    if (noReport === undefined) {
      await writePlots(loadReportRun(run.folder));
      writeReport([run.folder]);
    }
    return { summary, method, data };
  } catch (error) {
    if (error instanceof InterruptedError && run !== undefined) error.run = relative("", run.folder) || run.folder;
    throw error;
  } finally {
    events?.close();
    run?.close();
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
