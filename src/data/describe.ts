// What a data set holds, as a plain object for programs and as text for people.

import { textTable } from "../text-table.js";
import { visible } from "../visible.js";
import { classCounts } from "./check.js";
import { type Labels, type MultiViewDataset, presentRows, type View } from "./dataset.js";
import { countMissing } from "./imputation/missing-values.js";
import type { AccountEntry } from "./layout/account.js";
import { type Matrix, pictureShape } from "./matrix.js";
import { columnStatistics, constantColumns } from "./statistics.js";

/** What one view is like; statistics are over the samples that have it. */
export interface ViewDescription {
  readonly name: string;
  readonly columns: number;
  readonly storage: Matrix["kind"];
  /** Share of the entries that are not zero. */
  readonly density: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Columns that hold one value. */
  readonly constant: number;
  /** Samples that lack the view. */
  readonly missing: number;
  /** Single values that are missing in the others; absent where there are none. */
  readonly missingValues?: number;
  /** Of pictures: how many the statistics are over. */
  readonly looked?: number;
}

/** What `vantage datasets info` prints of a data set: plain JSON. */
export interface DatasetDescription {
  readonly name: string;
  readonly source?: string;
  readonly samples: number;
  readonly views: readonly ViewDescription[];
  readonly labels?: {
    readonly kind: Labels["kind"];
    readonly classes: readonly { readonly name: string; readonly samples: number }[];
  };
  /** Samples of each split. */
  readonly splits: { readonly [name: string]: number };
  /** What became of every variable or column of the file. */
  readonly account?: readonly AccountEntry[];
  readonly notes: readonly string[];
}

/**
 * Looks through the whole data set; statistics are over the samples that have the view (0 where none has it).
 * @example
 * ```ts
 * import { describeDataset, synthetic } from "vantage-ml/data";
 *
 * const { samples, views } = describeDataset(synthetic({ samples: 100, classes: 4 }));
 * console.log(samples, views.map(({ name, columns }) => [name, columns]));
 * ```
 */
export function describeDataset(dataset: MultiViewDataset, notes: readonly string[] = []): DatasetDescription {
  const { labels } = dataset;
  return {
    name: dataset.name,
    ...(dataset.source !== undefined && { source: dataset.source }),
    samples: dataset.samples,
    views: dataset.views.map(describeView),
    ...(labels && { labels: { kind: labels.kind, classes: describeClasses(labels) } }),
    splits: Object.fromEntries(Object.entries(dataset.splits).map(([name, rows]) => [name, rows.length])),
    ...(dataset.account && { account: dataset.account }),
    notes,
  };
}

function describeView(view: View): ViewDescription {
  const { name, matrix } = view;
  const all = presentRows(view);
  const { columns } = matrix;
  const has = all?.length ?? matrix.rows;
  const rows = pictureShape(matrix) === undefined ? all : someRows(all, has);
  const seen = rows?.length ?? matrix.rows;
  const looked = seen < has ? { looked: seen } : {};
  const { values } = countMissing(view);
  const gaps = { missing: matrix.rows - has, ...(values > 0 && { missingValues: values }) };
  const shape = { name, columns, storage: matrix.kind, ...gaps, ...looked } as const;
  if (seen === 0) return { ...shape, density: 0, min: 0, max: 0, mean: 0, constant: columns };
  const statistics = columnStatistics(matrix, rows);
  return {
    ...shape,
    density: statistics.nonZero / (seen * columns),
    min: statistics.min.reduce((a, b) => Math.min(a, b)),
    max: statistics.max.reduce((a, b) => Math.max(a, b)),
    mean: statistics.mean.reduce((a, b) => a + b) / columns,
    constant: constantColumns(statistics).length,
  };
}

/** So many pictures are looked at: all of them would take minutes. */
const lookedAt = 100;

function someRows(rows: ArrayLike<number> | undefined, has: number): Int32Array {
  const length = Math.min(has, lookedAt);
  return Int32Array.from({ length }, (_, i) => {
    const place = Math.floor((i * has) / length);
    return rows?.[place] ?? place;
  });
}

function describeClasses(labels: Labels): { name: string; samples: number }[] {
  return classCounts(labels).map((samples, k) => ({ name: labels.names[k]!, samples }));
}

/** Classes written out before the rest is only counted. */
const shownClasses = 20;

/** The description as lines of text with a table of the views. */
export function formatDescription(description: DatasetDescription): string {
  const { name, source, samples, views, labels, splits, account, notes } = description;
  const lines = [`${name}: ${count(samples, "sample")}, ${count(views.length, "view")}`];
  if (source !== undefined) lines.push(`from ${source}`);
  const hasGaps = views.some(({ missingValues }) => missingValues !== undefined);
  const rows = views.map((view) => [
    view.name,
    `${view.columns}`,
    view.storage,
    `${(view.density * 100).toFixed(1)}%`,
    short(view.min),
    short(view.max),
    short(view.mean),
    `${view.constant}`,
    `${view.missing}`,
    ...(hasGaps ? [`${view.missingValues ?? 0}`] : []),
  ]);
  lines.push(
    "",
    ...textTable(
      [
        [
          ...["view", "columns", "storage", "non-zero", "min", "max", "mean", "constant", "missing"],
          ...(hasGaps ? ["values missing"] : []),
        ],
        ...rows,
      ],
      "numbers",
    ),
    "",
  );
  for (const { name: view, looked } of views) {
    if (looked !== undefined) lines.push(`view "${view}": the figures are over ${looked} pictures`);
  }
  if (labels) {
    const { classes } = labels;
    const listed = classes.slice(0, shownClasses).map((each) => `${each.name} (${each.samples})`);
    if (classes.length > shownClasses) listed.push(`and ${classes.length - shownClasses} more`);
    const several = labels.kind === "multi" ? ", any number per sample" : "";
    lines.push(`${count(classes.length, "class", "classes")}${several}: ${listed.join(", ")}`);
  } else {
    lines.push("no labels");
  }
  const parts = Object.entries(splits).map(([split, size]) => `${split} (${size})`);
  if (parts.length > 0) lines.push(`splits: ${parts.join(", ")}`);
  if (account) lines.push("", ...accountTable(account), "");
  lines.push(...notes.map((note) => `note: ${note}`));
  return `${lines.map(visible).join("\n")}\n`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Four significant digits, without zeros at the end. */
function short(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

/** Every variable of the file and what it became, texts flush left. */
function accountTable(account: readonly AccountEntry[]): string[] {
  const rows = account.map(({ variable, what, role, detail }) => [variable, what, role, detail]);
  return textTable([["in the file", "is", "used as", ""], ...rows]);
}
