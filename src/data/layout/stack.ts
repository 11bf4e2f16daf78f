// Parts of a data set one after the other: views below each other, labels by the names of their classes.
import { UserError } from "../../errors.js";
import { type Labels, labeledRows, type Splits, type View } from "../dataset.js";
import { stackViews } from "../stack-rows.js";
import { joinLabels } from "../unpaired.js";
import { type AccountEntry, type Ignored, ignoredNotes } from "./account.js";
import type { Layout } from "./index.js";

/**
 * One layout of several parts, whose samples come one part after the other, each part a split.
 * @throws UserError where a view has other columns in another part.
 */
export function joinParts(
  parts: readonly { readonly part: string; readonly layout: Layout }[],
  ignored: readonly Ignored[],
  path: string,
  before: readonly string[],
): Layout {
  const sizes = parts.map(({ layout }) => layout.views[0]!.matrix.rows);
  const starts = sizes.map((_, p) => sizes.slice(0, p).reduce((sum, size) => sum + size, 0));
  const splits: Splits = Object.fromEntries(
    parts.map(({ part }, p) => [part, Int32Array.from({ length: sizes[p]! }, (_, i) => starts[p]! + i)]),
  );
  const views = parts[0]!.layout.views.map((view) => stackView(view.name, parts, path));
  const labels = labelsOfParts(
    parts.map(({ layout }, p) => ({ labels: layout.labels, size: sizes[p]! })),
    path,
  );
  const ids = parts.flatMap(({ layout }) => layout.ids ?? []);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const list = parts.map(({ part }, p) => `${part} ${sizes[p]}`).join(", ");
  const own = parts.flatMap(({ part, layout }) => layout.notes.map((note) => `${part}: ${note}`));
  const account = parts.flatMap(({ part, layout }) =>
    layout.account.map((entry): AccountEntry => ({ ...entry, variable: `${part}: ${entry.variable}` })),
  );
  return {
    views,
    ...(labels && { labels }),
    ...(ids.length === total && new Set(ids).size === total && { ids }),
    splits,
    notes: [
      ...before,
      `the samples of the parts come one after the other (${list}), with their splits`,
      ...own,
      ...ignoredNotes(ignored),
    ],
    account: [
      ...account,
      ...ignored.map(({ variable, what, reason }) => ({ variable, what, role: "ignored" as const, detail: reason })),
    ],
  };
}

function stackView(
  name: string,
  parts: readonly { readonly part: string; readonly layout: Layout }[],
  path: string,
): View {
  const own = parts.map(({ part, layout }) => ({ part, view: layout.views.find((view) => view.name === name)! }));
  const [first] = own;
  const odd = own.find(({ view }) => view.matrix.columns !== first!.view.matrix.columns);
  if (odd) {
    throw new UserError(
      `${path}: view "${name}" has ${first!.view.matrix.columns} columns in ${first!.part} and ${odd.view.matrix.columns} in ${odd.part}`,
    );
  }
  return stackViews(own.map(({ view }) => view));
}

/** Labels of parts, of which some may have none: their samples are then without a label. */
function labelsOfParts(
  parts: readonly { readonly labels: Labels | undefined; readonly size: number }[],
  path: string,
): Labels | undefined {
  const some = parts.find(({ labels }) => labels)?.labels;
  if (!some) return undefined;
  const filled = parts.map(({ labels, size }): Labels => {
    if (labels) return labels;
    if (some.kind === "single") return { kind: "single", values: new Int32Array(size).fill(-1), names: some.names };
    return { kind: "multi", matrix: new Uint8Array(size * some.names.length), names: some.names };
  });
  const joined = joinLabels(filled, path);
  return labeledRows(joined).length > 0 ? joined : undefined;
}
