// `vantage train --resume`: which run, by the flags.
import { UserError } from "../errors.js";
import type { TrainingOutcome } from "../train/summary.js";
import { resumeTraining } from "../train/train-run.js";
import { type CommonFlags, engineOptions, wholeNumber } from "./settings.js";
import { withTraining } from "./training.js";

/** @throws UserError where there is no run to resume, it is another method's, or its data has changed. */
export async function resumeByFlags(method: string, flags: CommonFlags): Promise<TrainingOutcome> {
  const folder = flags.resume === true ? flags.out : flags.resume;
  if (folder === undefined) throw new UserError("--resume: say which run (--resume FOLDER, or with --out FOLDER)");
  const epochs = flags.epochs === undefined ? undefined : wholeNumber("--epochs", flags.epochs);
  const request = { folder, method, epochs, engine: engineOptions(flags) };
  return withTraining((hooks) => resumeTraining(request, hooks));
}
