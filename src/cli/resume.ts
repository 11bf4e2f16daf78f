// `vantage train --resume`: which run, by the flags; and the command that resumes one that was interrupted.
import type { Command } from "commander";
import { UserError } from "../errors.js";
import { InterruptedError } from "../methods/training.js";
import type { TrainingOutcome } from "../train/summary.js";
import { resumeTraining } from "../train/train-run.js";
import { type CommonFlags, engineOptions, eventPlace, wholeNumber } from "./settings.js";
import { withTraining } from "./training.js";

/** @throws UserError where there is no run to resume, it is another method's, or its data has changed. */
export async function resumeByFlags(method: string, flags: CommonFlags): Promise<TrainingOutcome> {
  const folder = flags.resume === true ? flags.out : flags.resume;
  if (folder === undefined)
    throw new UserError("--resume: which run? Give --resume FOLDER, or --resume with --out FOLDER");
  const epochs = flags.epochs === undefined ? undefined : wholeNumber("--epochs", flags.epochs);
  const request = { folder, method, epochs, engine: engineOptions(flags), tensorboard: eventPlace(flags) };
  return withTraining((hooks) => resumeTraining(request, hooks));
}

/** Flags that go with --resume: everything else is the run's own. */
const withResume = new Set(["resume", "out", "epochs", "device", "threads", "json", "log", "bits"]);

/** @throws UserError where flags would change what a resumed run is: they would do nothing. */
export function checkResumeFlags(command: Command): void {
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
  const others = given.filter((option) => !withResume.has(option.attributeName())).map(({ long }) => long!);
  if (others.length === 0) return;
  throw new UserError(
    `--resume continues a run with its own data and options: leave out ${[...new Set(others)].join(", ")}, or train a new run without --resume`,
  );
}

/** What is said of an interrupted run: how to continue it. */
export function withResumeCommand<R>(work: Promise<R>, command: (run: string) => string): Promise<R> {
  return work.catch((error: unknown) => {
    if (error instanceof InterruptedError && error.run !== undefined) {
      error.message = `${error.message}; continue with: ${command(error.run)}`;
    }
    throw error;
  });
}
