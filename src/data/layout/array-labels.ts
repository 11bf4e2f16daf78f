// Which variables of a file of arrays are labels, and which views only repeat them.
import { UserError } from "../../errors.js";
import { strings, type Variable } from "../formats/variables.js";
import { type Arrays, leaveOut, scopeOf } from "./array-state.js";
import { Column, isNone, labelsByContent } from "./columns.js";
import { ask, choice } from "./draft.js";
import { type Entry, isMatrix, matrixOf, unwrap } from "./entry.js";
import { codedGroups, groups, matrixCode, sameGroups } from "./facts.js";
import { type LabelCandidate, labelLengths, labelsLast } from "./labels.js";
import { isWholeMatrix } from "./loose-matrices.js";
import { resolveReference, type Scope } from "./selection.js";
import type { ViewPlan } from "./view.js";
import { isLabelName, isListName, isViewNames, labelRank, partOfWord, words } from "./words.js";

export async function labelCandidates(
  state: Arrays,
  entries: readonly Entry[],
  selected: ReadonlySet<string>,
): Promise<LabelCandidate[]> {
  const { options, path } = state;
  if (isNone(options.labels)) return [];
  if (options.labels !== undefined) return [labelsNamed(scopeOf(state), options.labels, path)];
  const named = entries
    .filter(({ reference }) => isLabelName(reference) && !selected.has(reference))
    .sort((a, b) => labelRank(a.reference) - labelRank(b.reference));
  const candidates: LabelCandidate[] = [];
  for (const { reference, variable } of named) {
    const lengths = labelLengths(variable);
    if (lengths.length === 0 || Math.max(...lengths) < 2 || isListOfClasses(reference, variable)) continue;
    const matrix = matrixOf(variable);
    if (matrix ? !(await matrixCode(matrix)) : !(await holdsClasses(reference, variable))) continue;
    candidates.push({ reference, variable, lengths });
  }
  askForTags(path, entries, candidates);
  return candidates;
}

/** Names of the classes beside the labels, each once, as `vantage encode` writes them. */
function isListOfClasses(reference: string, variable: Variable): boolean {
  const lines = words(reference).at(-1) === "classes" ? strings(variable) : undefined;
  return lines !== undefined && new Set(lines).size === lines.length;
}

/** In cross-modal sets with I, Y and L (images, tags, labels) the matrix Y is the second view: which one is meant is asked. */
function askForTags(path: string, entries: readonly Entry[], candidates: readonly LabelCandidate[]): void {
  const letter =
    (start: string) =>
    ({ reference, variable }: Entry) =>
      isMatrix(variable) &&
      words(reference)[0] === start &&
      words(reference)
        .slice(1)
        .every((word) => word === "all" || partOfWord(word) !== undefined);
  const [images, tags, labels] = [
    entries.filter(letter("i")),
    candidates.find(letter("y")),
    candidates.find(letter("l")),
  ];
  if (images.length !== 1 || !tags || !labels || entries.some(letter("t"))) return;
  const views = [images[0]!.reference, tags.reference].map((reference) => ({ name: reference, variable: reference }));
  ask(path, `${tags.reference} and ${labels.reference} could each be the labels, which are they?`, [
    choice({ views, labels: labels.reference }, `${tags.reference} is a view`),
    choice({ labels: tags.reference }, `${labels.reference} is not used`),
  ]);
}

/** Whole numbers, texts, or a cell of such; under the plainest names also what readLabels will then refuse with its reason. */
async function holdsClasses(reference: string, variable: Variable): Promise<boolean> {
  if (variable.kind === "cell" && strings(variable) === undefined) return true;
  const column = await Column.from(reference, variable);
  if (!column) return false;
  return column.isText || column.isWhole || labelRank(reference) < 12;
}

function labelsNamed(scope: Scope, reference: string, path: string): LabelCandidate {
  const variable = unwrap(resolveReference(scope, reference, path));
  const lengths = labelLengths(variable);
  if (variable.kind === "skipped")
    throw new UserError(`${path}: labels ${reference} cannot be used: ${variable.reason}`);
  if (lengths.length === 0) {
    throw new UserError(
      `${path}: labels ${reference} are ${variable.kind}, expected whole numbers, a matrix of two values, or strings`,
    );
  }
  return { reference, variable, lengths };
}

export async function contentLabels(
  state: Arrays,
  columns: readonly Column[],
  isSelected: boolean,
): Promise<LabelCandidate | undefined> {
  const { path, notes, options } = state;
  if (options.guessesLabels === false) return undefined;
  const free = columns.filter(({ reference }) => {
    return (
      reference !== options.ids && reference !== options.splits && !isListName(reference) && !isViewNames(reference)
    );
  });
  const byContent = await labelsByContent(free, path, false, !isSelected);
  if (!byContent) return undefined;
  const { column, note } = byContent;
  notes.push(note);
  return { reference: column.reference, variable: column.variable, lengths: [column.length] };
}

/** Views without those that are the labels once more. */
export async function withoutLabelCopies(
  state: Arrays,
  views: readonly ViewPlan[],
  labels: LabelCandidate | undefined,
  samples: number,
): Promise<readonly ViewPlan[]> {
  if (!labels) return views;
  const own = await labelGroups(labels, samples);
  if (!own) return views;
  const kept: ViewPlan[] = [];
  for (const view of views) {
    const { variable, samplesLast, reference } = view;
    const code = variable.shape.length === 2 ? await matrixCode(variable) : undefined;
    const coded = code && (await codedGroups(variable, code, samplesLast));
    if (coded && sameGroups(coded, own))
      leaveOut(state, { reference, variable }, `it repeats the labels ${labels.reference}`);
    else if (isLabelName(reference) && (code || (await isWholeMatrix(variable)))) {
      leaveOut(
        state,
        { reference, variable },
        `named as labels are; labels ${labels.reference} are used, choose with --labels`,
      );
    } else kept.push(view);
  }
  return kept;
}

async function labelGroups({ reference, variable }: LabelCandidate, samples: number): Promise<Int32Array | undefined> {
  const column = await Column.from(reference, variable);
  if (column) return groups(await column.texts());
  const matrix = matrixOf(variable);
  if (matrix?.shape.length !== 2) return undefined;
  const code = await matrixCode(matrix);
  return code && codedGroups(matrix, code, labelsLast(matrix.shape, code, samples));
}
