// The rows of a table of captions as samples: each picture with its words, labels, split and id, then words without a picture.
import { UserError } from "../../../errors.js";
import { shortened } from "../../../visible.js";
import type { Splits } from "../../dataset.js";
import { few } from "../../layout/account.js";
import { separatorOf } from "../../layout/labels.js";
import { partOfWord } from "../../layout/words.js";
import type { Columns } from "./columns.js";
import type { Matched } from "./matching.js";
import type { CaptionTable, Cell } from "./table.js";

/** What a table says about samples 0 … pictures-1, the pictures of the folder in their order, and about those behind them. */
export interface CaptionSamples {
  /** The pictures, then the samples that have words only. */
  readonly samples: number;
  /** Name or row of each sample without a picture. */
  readonly wordsOnly: readonly string[];
  /** Captions of each sample. */
  readonly texts: readonly (readonly string[])[];
  /** Names of the classes of each sample; absent where the table has no labels. */
  readonly labels?: readonly (readonly string[])[];
  readonly splits?: Splits;
  /** Id of each sample; undefined where the table has none for it. */
  readonly ids?: readonly (string | undefined)[];
  readonly notes: readonly string[];
}

/** @throws UserError where two rows of a picture contradict each other in split or id. */
export function captionSamples(
  table: CaptionTable,
  columns: Columns,
  { rows, missing }: Matched,
  pictures: number,
): CaptionSamples {
  const files = table.columns.get(columns.file)!;
  const texts = rowTexts(table, columns);
  const extra = new Map<string, number>();
  const wordsOnly: string[] = [];
  let bare = 0;
  const sampleOf = Int32Array.from(rows, (picture, row) => {
    if (picture >= 0) return picture;
    if (texts[row]!.length === 0) {
      bare++;
      return -1;
    }
    const file = files[row];
    const name = typeof file === "string" ? file.trim() : `row ${row + 1}`;
    const known = extra.get(name);
    if (known !== undefined) return known;
    extra.set(name, pictures + wordsOnly.length);
    wordsOnly.push(name);
    return pictures + wordsOnly.length - 1;
  });
  const samples = pictures + wordsOnly.length;
  const captions: string[][] = Array.from({ length: samples }, () => []);
  for (const [row, sample] of sampleOf.entries()) if (sample >= 0) captions[sample]!.push(...texts[row]!);
  const cells = (name: string | undefined) => (name === undefined ? undefined : table.columns.get(name)!);
  const labels = rowLabels(table.path, columns.label, cells(columns.label));
  const splits = onePerSample(table.path, cells(columns.split), sampleOf, samples, "split");
  const ids = sampleIds(table.path, columns.id, cells(columns.id), sampleOf, samples);
  const notes = [...columns.notes, ...(labels?.notes ?? []), ...(ids?.notes ?? [])];
  if (wordsOnly.length > 0) {
    const examples =
      missing.length > 0
        ? `, such as ${few(
            missing.slice(0, 100).map((name) => `"${shortened(name, 80)}"`),
            3,
          )}`
        : "";
    notes.push(`${wordsOnly.length} entries of ${table.path} have words and no picture in the folder${examples}`);
  }
  if (bare > 0)
    notes.push(`${bare} rows of ${table.path} have neither a picture in the folder nor words, and are left out`);
  return {
    samples,
    wordsOnly,
    texts: captions,
    ...(labels && { labels: perSample(labels.classes, sampleOf, samples) }),
    ...(splits && { splits: splitRows(splits) }),
    ...(ids?.ids && { ids: ids.ids }),
    notes,
  };
}

/** The captions of each row. */
function rowTexts(table: CaptionTable, { texts, textAs }: Columns): readonly (readonly string[])[] {
  const cells = texts.map((name) => table.columns.get(name)!);
  return Array.from({ length: table.rows }, (_, row) => {
    const parts = cells.map((column) => [column[row] ?? []].flat() as string[]);
    const clean = parts.map((part) => part.map((text) => text.trim()).filter((text) => text !== ""));
    if (textAs === "each") return clean.flat();
    // A description that repeats the title adds nothing.
    const joined = new Set(clean.map((part) => part.join(", ")).filter((text) => text !== ""));
    return joined.size === 0 ? [] : [[...joined].reduce(sentence)];
  });
}

/** Two parts of a caption, with a full stop between them where the first has no sign at its end. */
function sentence(before: string, text: string): string {
  return `${before}${/[.!?…:;,]$/.test(before) ? " " : ". "}${text}`;
}

function rowLabels(path: string, name: string | undefined, cells: readonly Cell[] | undefined) {
  if (!cells || name === undefined) return undefined;
  const plain = cells.map((cell) => (typeof cell === "string" ? cell : undefined));
  const sign = separatorOf(plain);
  const classes = cells.map((cell) => {
    const own = typeof cell === "string" ? (sign === undefined ? [cell] : cell.split(sign)) : (cell ?? []);
    return own.map((each) => each.trim()).filter((each) => each !== "");
  });
  const several = sign === undefined ? "" : `, several for a sample where "${sign}" stands between them`;
  return { classes, notes: [`labels are column ${name} of ${path}${several}`] };
}

/** The union of what the rows of each sample say, each once. */
function perSample(rows: readonly (readonly string[])[], sampleOf: Int32Array, samples: number): string[][] {
  const sets = Array.from({ length: samples }, () => new Set<string>());
  for (const [row, own] of rows.entries())
    if (sampleOf[row]! >= 0) for (const each of own) sets[sampleOf[row]!]!.add(each);
  return sets.map((set) => [...set]);
}

/** The one value of each sample. @throws UserError where its rows have different ones. */
function onePerSample(
  path: string,
  cells: readonly Cell[] | undefined,
  sampleOf: Int32Array,
  samples: number,
  what: string,
) {
  if (!cells) return undefined;
  const values = new Array<string | undefined>(samples).fill(undefined);
  for (const [row, sample] of sampleOf.entries()) {
    const cell = cells[row];
    if (sample < 0 || typeof cell !== "string" || cell.trim() === "") continue;
    const value = cell.trim();
    if (values[sample] !== undefined && values[sample] !== value) {
      throw new UserError(
        `${path}: row ${row + 1} has the ${what} "${shortened(value, 40)}" for a picture whose ${what} was "${shortened(values[sample], 40)}" before`,
      );
    }
    values[sample] = value;
  }
  return values;
}

function splitRows(values: readonly (string | undefined)[]): Splits {
  const parts = new Map<string, number[]>();
  for (const [sample, value] of values.entries()) {
    if (value === undefined) continue;
    const name = partOfWord(value) ?? value;
    const rows = parts.get(name);
    if (rows) rows.push(sample);
    else parts.set(name, [sample]);
  }
  return Object.fromEntries([...parts].map(([name, rows]) => [name, Int32Array.from(rows)]));
}

/** Ids where each sample has one of its own; those of captions, which differ in the rows of a picture, are none. */
function sampleIds(
  path: string,
  name: string | undefined,
  cells: readonly Cell[] | undefined,
  sampleOf: Int32Array,
  samples: number,
) {
  if (!cells) return undefined;
  const ids = new Array<string | undefined>(samples).fill(undefined);
  for (const [row, sample] of sampleOf.entries()) {
    const cell = cells[row];
    if (sample < 0 || typeof cell !== "string") continue;
    if (ids[sample] !== undefined && ids[sample] !== cell)
      return { notes: [`column ${name} of ${path} differs in the rows of a picture: it is not used as ids`] };
    ids[sample] = cell;
  }
  const given = ids.filter((id) => id !== undefined);
  if (new Set(given).size !== given.length)
    return { notes: [`column ${name} of ${path} repeats: it is not used as ids`] };
  return { ids, notes: [`ids are column ${name} of ${path}`] };
}
