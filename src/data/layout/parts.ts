// Training and test samples under names of their own: groups train and test, X1_train and X1_test, I_tr and I_te.
import { UserError } from "../../errors.js";
import { describe } from "../formats/variables.js";
import type { Ignored } from "./account.js";
import type { ArrayFile } from "./array-state.js";
import { arraysDraft } from "./arrays.js";
import type { Draft, LayoutOptions } from "./draft.js";
import { type Entry, isMatrix } from "./entry.js";
import { isListName, partOfName } from "./words.js";

/** A draft for each part of the data set. */
export interface Parts {
  readonly drafts: readonly { readonly part: string; readonly draft: Draft }[];
  /** Variables that belong to no part. */
  readonly ignored: readonly Ignored[];
}

/**
 * The parts of a file, where matrices of the same name are there for two or more of them; undefined where that is not so.
 * @throws UserError where the parts do not fit together: another number of views or of columns.
 */
export async function partedDraft(file: ArrayFile, options: LayoutOptions): Promise<Parts | undefined> {
  const { path, entries } = file;
  const requested = [
    ...(options.views ?? []).map(({ variable }) => variable),
    ...(options.labels ?? "none").split(" "),
  ];
  // who names a variable as the file calls it takes the file as it stands
  if (entries.some(({ reference }) => requested.includes(reference))) return undefined;
  const parts = new Map<string, Entry[]>();
  const keys = new Map<string, Set<string>>();
  const others: Entry[] = [];
  for (const entry of entries) {
    const own = isListName(entry.reference) ? undefined : partOfName(entry.reference);
    if (!own || (own.rest === "" && !isMatrix(entry.variable))) {
      others.push(entry);
      continue;
    }
    const key = own.rest || "data";
    parts.set(own.part, [...(parts.get(own.part) ?? []), { ...entry, reference: key }]);
    const isData = isMatrix(entry.variable) || (entry.variable.kind === "cell" && entry.variable.items.some(isMatrix));
    if (isData) keys.set(key, (keys.get(key) ?? new Set()).add(own.part));
  }
  const repeated = [...keys.values()].filter((among) => among.size > 1);
  if (parts.size < 2 || repeated.length === 0) return undefined;
  const names = [...parts.keys()];
  const shared = others.filter(({ variable }) => !isMatrix(variable));
  const drafts: { part: string; draft: Draft }[] = [];
  for (const [part, own] of parts) {
    if (!own.some(({ variable }) => isMatrix(variable) || variable.kind === "cell")) continue;
    drafts.push({ part, draft: await arraysDraft(partOf(file, [...own, ...shared]), options) });
  }
  const [first] = drafts;
  for (const { part, draft } of drafts) {
    const list = (views: Draft["views"]) =>
      views
        .map(({ name }) => name)
        .sort()
        .join(", ");
    if (list(draft.views) !== list(first!.draft.views)) {
      throw new UserError(
        `${path}: the parts ${names.join(" and ")} do not have the same views: ${first!.part} has ${list(first!.draft.views)}, ${part} has ${list(draft.views)}; choose with --views`,
      );
    }
  }
  const ignored = others
    .filter(({ variable }) => isMatrix(variable))
    .map(({ reference, variable }) => {
      return {
        variable: reference,
        what: describe(variable),
        reason: `it belongs to none of ${names.join(", ")}`,
        isNoted: true,
      };
    });
  return { drafts, ignored };
}

/** The variables of a part under their names without it. */
function partOf(file: ArrayFile, entries: readonly Entry[]): ArrayFile {
  return { ...file, entries, variables: new Map(entries.map(({ reference, variable }) => [reference, variable])) };
}
