// A table as texts, before it becomes Markdown or LaTeX: headings, cells and the notes below.
import type { Definition } from "../definition.js";
import type { FilledCell } from "../summary.js";

export interface TextTable {
  /** Of its group of columns; empty where there is one only. */
  readonly heading: string;
  /** Of the columns after the rows' titles. */
  readonly head: readonly string[];
  readonly rows: readonly TextRow[];
}

export interface TextRow {
  readonly title: string;
  /** Numbers of the notes that belong to all its cells, from 1. */
  readonly notes: readonly number[];
  readonly cells: readonly TextCell[];
}

export interface TextCell {
  /** `mean` or `mean ± deviation`; empty where nothing has been measured. */
  readonly measured: string;
  readonly published: string;
  /** Numbers of the notes that belong to it alone. */
  readonly notes: readonly number[];
}

export interface TableText {
  readonly caption: string;
  /** What is to be said of the whole. */
  readonly remark?: string;
  readonly tables: readonly TextTable[];
  readonly notes: readonly string[];
}

/** Columns stand as in the papers: group, then measure, then the group's columns; the number of seeds comes last. */
export function layTable(definition: Definition, cells: readonly FilledCell[]): TableText {
  const { title, source, digits, measures, rows } = definition;
  const notes: string[] = [];
  const numberOf = (note: string): number => {
    if (!notes.includes(note)) notes.push(note);
    return notes.indexOf(note) + 1;
  };
  const figure = (value: number | undefined): string => (value === undefined ? "" : value.toFixed(digits));
  const groups = [...new Set(definition.columns.map(({ group }) => group))];
  const tables = groups.map((group): TextTable => {
    const columns = definition.columns.filter((column) => column.group === group).map((column) => column.title);
    return {
      heading: group,
      head: [...measures.flatMap((measure) => columns.map((each) => joined(measure.title, each))), "seeds"],
      rows: rows.map(({ title: row }) => {
        const own = columns.map((column) => cellAt(cells, row, group, column));
        const common = own[0]!.notes.filter((note) => own.every(({ notes }) => notes.includes(note)));
        const ofRow = common.map(numberOf);
        const values = measures.flatMap((_, m) =>
          own.map((cell): TextCell => {
            const { mean, deviation, published } = cell.values[m]!;
            const measured = [figure(mean), figure(deviation)].filter(Boolean).join(" ± ");
            const alone = m === 0 ? cell.notes.filter((note) => !common.includes(note)) : [];
            return { measured, published: figure(published), notes: alone.map(numberOf) };
          }),
        );
        return { title: row, notes: ofRow, cells: [...values, { measured: seedsOf(own), published: "", notes: [] }] };
      }),
    };
  });
  const caption = `${title} (${source}). Mean ± sample deviation over the seeds; published figures in brackets.`;
  return { caption, remark: definition.note, tables, notes };
}

function joined(...texts: readonly string[]): string {
  return texts.filter(Boolean).join(" ");
}

function cellAt(cells: readonly FilledCell[], row: string, group: string, column: string): FilledCell {
  return cells.find(({ cell }) => cell.row === row && cell.group === group && cell.column === column)!;
}

/** "3", "2 of 3", "0 to 3"; empty where nothing is to run. */
function seedsOf(cells: readonly FilledCell[]): string {
  const wanted = Math.max(...cells.map((cell) => cell.wanted));
  if (wanted === 0) return "";
  const done = cells.filter((cell) => cell.wanted > 0).map((cell) => cell.seeds);
  const [least, most] = [Math.min(...done), Math.max(...done)];
  if (least !== most) return `${least} to ${most}`;
  return most === wanted ? `${most}` : `${most} of ${wanted}`;
}
