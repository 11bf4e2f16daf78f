// Progress of a training or an indexing: a bar with time left on a terminal, now and then a line elsewhere.
import type { SingleBar } from "cli-progress";
import type { EpochReport, Metrics, StepReport } from "../../methods/training.js";
import { visible } from "../../visible.js";
import { formatDuration, isQuiet, progressBar, say } from "./output.js";

/** Without a terminal a line is written at most this often, in milliseconds. */
const QUIET = 5000;
/** The same in the middle of a long epoch. */
const STEP_QUIET = 30_000;

export interface Progress {
  update(report: EpochReport): void;
  /** In the middle of an epoch. */
  step(report: StepReport): void;
  stop(): void;
}

const shownMetrics = ["acc", "nmi", "accuracy", "map"];

function summary({ losses, metrics }: EpochReport, last: Metrics | undefined): string {
  const loss = losses.total ?? Object.values(losses)[0];
  const best = metrics ?? last;
  const shown = shownMetrics.flatMap((name) => {
    const value = best?.[name];
    return typeof value === "number" ? [`${name} ${value.toFixed(3)}`] : [];
  });
  return [loss === undefined ? "" : `loss ${loss.toPrecision(4)}`, ...shown].filter(Boolean).join("  ");
}

/** The stage, and which one of several it is. */
function titleOf({ stage, stages }: Pick<EpochReport, "stage" | "stages">): string {
  if (stages.length === 1) return stage;
  return `${stage} (${stages.findIndex(({ name }) => name === stage) + 1} of ${stages.length})`;
}

export function trainingProgress(): Progress {
  const begun = performance.now();
  let metrics: Metrics | undefined;
  if (!process.stderr.isTTY || isQuiet()) {
    let written = Number.NEGATIVE_INFINITY;
    const starts = new Map<string, { time: number; epoch: number }>();
    /** What is left of the stage, where so many epochs are done, parts of one included. */
    const timeLeft = ({ stage, epochs }: Pick<EpochReport, "stage" | "epochs">, epoch: number): string => {
      const now = performance.now();
      const start = starts.get(stage) ?? { time: now, epoch };
      starts.set(stage, start);
      const done = epoch - start.epoch;
      return done > 0 ? `, ${formatDuration((((now - start.time) / done) * (epochs - epoch)) / 1000)} left` : "";
    };
    return {
      step(report) {
        const { epoch, epochs, step, steps } = report;
        const now = performance.now();
        const time = timeLeft(report, epoch - 1 + step / steps);
        if (now - Math.max(written, begun) < STEP_QUIET) return;
        written = now;
        say(`${titleOf(report)}  epoch ${epoch}/${epochs}, step ${step}/${steps}${time}`);
      },
      update(report) {
        metrics = report.metrics ?? metrics;
        const now = performance.now();
        const time = timeLeft(report, report.epoch);
        if (now - written < QUIET && report.epoch !== report.epochs) return;
        written = now;
        // One epoch is no training to follow: it is done.
        const course = report.epochs === 1 ? "done" : `epoch ${report.epoch}/${report.epochs}${time}`;
        say(`${titleOf(report)}  ${course}  ${summary(report, metrics)}`.trimEnd());
      },
      stop() {},
    };
  }
  let bar: SingleBar | undefined;
  let stage: string | undefined;
  const barOf = (report: Pick<EpochReport, "stage" | "stages" | "epoch" | "epochs">): SingleBar => {
    if (stage !== report.stage || bar === undefined) {
      bar?.stop();
      stage = report.stage;
      bar = progressBar("{stage} {bar} {epoch}/{total}  {eta_formatted} left  {summary}");
      const epoch = report.epoch - 1;
      bar.start(report.epochs, epoch, { stage: visible(titleOf(report)), epoch, summary: "" });
    }
    return bar;
  };
  let last = "";
  return {
    step(report) {
      const { epoch, step, steps } = report;
      barOf(report).update(epoch - 1 + step / steps, { summary: `step ${step}/${steps}  ${last}` });
    },
    update(report) {
      metrics = report.metrics ?? metrics;
      last = summary(report, metrics);
      barOf(report).update(report.epoch, { epoch: report.epoch, summary: last });
    },
    stop: () => bar?.stop(),
  };
}

/** How far data is made ready: pictures decoded. */
export function openingProgress(): { update(share: number): void; stop(): void } {
  const percent = (share: number) => Math.floor(100 * share);
  let written = performance.now();
  let bar: SingleBar | undefined;
  return {
    update(share) {
      if (process.stderr.isTTY) {
        if (bar === undefined) {
          bar = progressBar("pictures {bar} {value}%  {eta_formatted} left");
          bar.start(100, 0);
        }
        bar.update(percent(share));
      } else if (performance.now() - written >= QUIET) {
        written = performance.now();
        say(`pictures  ${percent(share)}%`);
      }
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}

export interface ItemProgress {
  update(done: number, total: number): void;
  stop(): void;
}

export function itemProgress(): ItemProgress {
  if (!process.stderr.isTTY || isQuiet()) {
    let written = performance.now();
    return {
      update(done, total) {
        if (performance.now() - written < QUIET && done !== total) return;
        written = performance.now();
        if (done > 0) say(`items  ${done}/${total}`);
      },
      stop() {},
    };
  }
  const bar = progressBar("items {bar} {value}/{total}  {eta_formatted} left");
  let isStarted = false;
  return {
    update(done, total) {
      if (!isStarted) bar.start(total, done);
      isStarted = true;
      bar.update(done);
    },
    stop() {
      if (isStarted) bar.stop();
      isStarted = false;
    },
  };
}

export interface TaskProgress {
  update(what: string, done: number, total: number): void;
  stop(): void;
}

/** Progress through several tasks, one after the other. */
export function taskProgress(): TaskProgress {
  let task: string | undefined;
  if (!process.stderr.isTTY || isQuiet()) {
    let written = Number.NEGATIVE_INFINITY;
    return {
      update(what, done, total) {
        const isNew = what !== task;
        if (!isNew && performance.now() - written < QUIET) return;
        task = what;
        written = performance.now();
        say(total > 1 ? `${what}  ${done}/${total}` : what);
      },
      stop() {},
    };
  }
  let bar: SingleBar | undefined;
  return {
    update(what, done, total) {
      if (what !== task || bar === undefined) {
        bar?.stop();
        bar = progressBar("{what} {bar} {value}/{total}  {eta_formatted} left");
        bar.start(total, done, { what: visible(what) });
        task = what;
      }
      bar.setTotal(total);
      bar.update(done);
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
