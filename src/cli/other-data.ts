// The data that a trained run is used on, where it is not its own: opened as the run's was, and what is known of it.
import type { MultiViewDataset } from "../data/dataset.js";
import { parseViewSelection } from "../data/layout/index.js";
import { UserError } from "../errors.js";
import type { Method } from "../methods/method.js";
import type { RunConfig } from "../runs/config.js";
import { readResult } from "../runs/result.js";
import { readViewEncodings } from "../runs/view-encodings.js";
import { type DataSettings, type DataSource, openData } from "../train/data-source.js";
import { isPictureFolder } from "../train/open-pictures.js";
import { dataSource } from "../train/saved-model.js";
import { say } from "./output/output.js";

/**
 * Opens data by flags. Where they do not say which variables are views and labels, those are taken that the run's own flags
 * name, if the data has them; places of views (`image=0`) are not carried over, since the other data may have another order.
 * @param run the run folder.
 * @param onNote receives what was worked out about the data.
 * @throws UserError where it cannot be opened.
 */
export async function openOtherData(
  run: string,
  config: RunConfig,
  { data, views, labels, ...settings }: DataSource,
  onNote: (note: string) => void,
): Promise<MultiViewDataset> {
  const own = dataSource(config);
  const ownLabels = own.labels ?? (settings.guessesLabels === false ? foundLabels(run) : undefined);
  const asRun: DataSettings = {
    ...(views === undefined && own.views !== undefined && !namesPlaces(own.views) && { views: own.views }),
    ...(labels === undefined && ownLabels !== undefined && { labels: ownLabels }),
  };
  // Pictures and words become features as the run's did, by what its encoders learned.
  const { imageEncoder, textEncoder } = own;
  const pictures = isPictureFolder(data) ? { imageEncoder, textEncoder, learned: readViewEncodings(run) } : {};
  // What is missing is filled as the run learned it, or refused where it has not.
  const gaps = { keepsMissing: true, keepsEmpty: true, impute: own.impute, dropIncomplete: own.dropIncomplete };
  const attempts: DataSettings[] = [asRun, { views: asRun.views }, { labels: asRun.labels }, {}];
  const different = attempts.filter(
    (each, i) => attempts.findIndex((other) => other.views === each.views && other.labels === each.labels) === i,
  );
  for (const [i, attempt] of different.entries()) {
    const notes: string[] = [];
    const flags: DataSettings = { views: views ?? attempt.views, labels: labels ?? attempt.labels };
    try {
      const opened = await openData(
        { data, ...gaps, ...pictures, ...settings, ...flags, seed: config.seed },
        { onNote: (note) => notes.push(note) },
      );
      const drops = own.dropIncomplete && settings.dropIncomplete === undefined;
      const taken = [
        attempt.views && `--views ${attempt.views}`,
        attempt.labels && `--labels ${attempt.labels}`,
        drops ? "--drop-incomplete" : undefined,
      ];
      const reported = taken.filter((flag) => flag !== undefined).join(" ");
      if (reported !== "") onNote(`${opened.name} is opened as the run's own data was: ${reported}`);
      for (const note of notes) onNote(note);
      return opened;
    } catch (error) {
      if (!(error instanceof UserError) || i === different.length - 1) throw error;
    }
  }
  throw new Error("there is always an attempt");
}

/** The variable that held the labels of the run's own data, however it was found: in other data it is sought by that name. */
function foundLabels(run: string): string | undefined {
  return readResult(run)?.result.dataset.account?.find(({ role }) => role === "labels")?.reference;
}

function namesPlaces(views: string): boolean {
  return parseViewSelection(views).some(({ variable }) => /^\d+$/.test(variable));
}

/** How many samples of other data the run was trained on, with a note where there are any; undefined where that is not known. */
export function noteTrained(
  method: Method<Record<string, unknown>>,
  data: MultiViewDataset,
  onNote: (note: string) => void,
): number | undefined {
  const count = method.countTrained(data);
  if (count) onNote(`${count} of ${data.samples} samples are among the run's training samples`);
  return count;
}

/** A note where a run's own data no longer has all the samples that the run was trained on: its test split is another then. */
export function noteChanged(
  method: Method<Record<string, unknown>>,
  data: MultiViewDataset,
  onNote: (note: string) => void,
): void {
  const { trainedSamples } = method;
  const there = method.countTrained(data);
  if (trainedSamples === undefined || there === undefined || there >= trainedSamples) return;
  onNote(
    `${data.name} has changed since the run was trained on it: of ${trainedSamples} training samples ${there} are still there, and its test samples may be others`,
  );
}

/** Notes as they come, each once: said on stderr when requested, so that a refusal stays one line. */
export class Notes {
  readonly #notes = new Set<string>();
  #said = 0;

  readonly add = (note: string): void => {
    this.#notes.add(note);
  };

  get all(): readonly string[] {
    return [...this.#notes];
  }

  /** Says those that have not been said. */
  say(): void {
    for (const note of this.all.slice(this.#said)) say(`  note: ${note}`);
    this.#said = this.#notes.size;
  }
}
