// The classes of other data as a model knows them: the same where their names are.
import type { Labels, MultiViewDataset } from "../../data/dataset.js";
import { UserError } from "../../errors.js";
import { some } from "./names.js";

type SingleLabels = Extract<Labels, { kind: "single" }>;

/** Labels of other data in a model's classes. */
export interface MatchedLabels {
  /** Class of each sample among the model's; -1 where it has no label, or one of a class that the model does not know. */
  readonly values: Int32Array;
  /** Samples of each class that the model does not know, by name. */
  readonly unknown: Readonly<Record<string, number>>;
  /** Samples without a label. */
  readonly unlabeled: number;
}

/** Labels in the classes of a model. @param names of the model's classes. */
export function matchLabels(labels: SingleLabels, names: readonly string[]): MatchedLabels {
  const placeOf = new Map(names.map((name, c) => [name, c]));
  const places = labels.names.map((name) => placeOf.get(name) ?? -1);
  const counts = new Map<string, number>();
  let unlabeled = 0;
  const values = labels.values.map((value) => {
    if (value < 0) {
      unlabeled++;
      return -1;
    }
    if (places[value]! < 0) counts.set(labels.names[value]!, (counts.get(labels.names[value]!) ?? 0) + 1);
    return places[value]!;
  });
  return { values, unknown: Object.fromEntries(counts), unlabeled };
}

/**
 * The samples whose class the model knows, and their classes among the model's.
 * @param names of the model's classes; undefined where the model keeps none, and numbers are all there is.
 * @throws UserError where there are no labels of one class a sample, or no class in common.
 */
export function knownSamples(
  data: MultiViewDataset,
  names: readonly string[] | undefined,
  onNote: (note: string) => void = () => {},
): { readonly rows: Int32Array; readonly truth: Int32Array } {
  const { labels } = data;
  if (labels === undefined) throw new UserError(`${data.name}: classification needs labels, and there are none`);
  if (labels.kind !== "single") {
    throw new UserError(`${data.name}: classification needs one label per sample, these are multi-labels`);
  }
  if (names === undefined) {
    onNote("the run stores no class names: classes are compared by number");
  }
  const { values, unknown, unlabeled } = matchLabels(labels, names ?? labels.names);
  const rows = Int32Array.from(values.keys()).filter((row) => values[row]! >= 0);
  if (rows.length === 0) {
    if (unlabeled === data.samples)
      throw new UserError(`${data.name}: none of the ${data.samples} samples has a label`);
    throw new UserError(
      `${data.name} has the classes ${some(
        labels.names.filter((name) => Object.hasOwn(unknown, name)),
        20,
      )}; the model was trained on ${some(names ?? [], 20)}: none is the same`,
    );
  }
  const others = Object.entries(unknown);
  if (others.length > 0) {
    const count = others.reduce((sum, [, samples]) => sum + samples, 0);
    const list = others.slice(0, 10).map(([name, samples]) => `"${name}" ${samples}`);
    const more = others.length > 10 ? ` and ${others.length - 10} more classes` : "";
    onNote(
      `${count} of ${data.samples} samples are of classes that the model does not know (${list.join(", ")}${more}) and are left out of the measures`,
    );
  }
  if (unlabeled > 0) {
    onNote(`${unlabeled} of ${data.samples} samples have no label and are left out of the measures`);
  }
  return { rows, truth: rows.map((row) => values[row]!) };
}
