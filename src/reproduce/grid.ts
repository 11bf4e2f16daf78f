// The cells of a table: every row under every column, with the settings that they give together.
import type { Definition, Settings } from "./definition.js";

export interface Cell {
  readonly row: string;
  readonly group: string;
  readonly column: string;
  /** What messages call it: "DCHN100, MIRFLICKR-25K 16". */
  readonly name: string;
  /** undefined: only published figures stand here. */
  readonly settings?: RunSettings;
  readonly notes: readonly string[];
  /** By measure, as printed in the paper. */
  readonly published: Readonly<Record<string, number>>;
}

export type RunSettings = Omit<Settings, "note" | "method"> & { readonly method: string };

/** All cells, row after row. Later settings win: the table's, the column's, the column's for the method, the row's. */
export function cellsOf({ settings: common, columns, rows }: Definition): Cell[] {
  return rows.flatMap(({ title: row, published, ...own }) =>
    columns.map(({ title: column, group, methods, ...shared }, c): Cell => {
      const method = own.method ?? shared.method ?? common.method;
      const layers: Settings[] = [common, shared, (method !== undefined && methods[method]) || {}, own];
      const { note: _, ...settings } = merge(layers);
      return {
        row,
        group,
        column,
        name: [row, [group, column].filter(Boolean).join(" ")].filter(Boolean).join(", "),
        settings: method === undefined ? undefined : { ...settings, method },
        notes: method === undefined ? [] : layers.flatMap(({ note }) => note ?? []),
        published: Object.fromEntries(
          Object.entries(published).flatMap(([measure, figures]) => {
            const figure = figures[c];
            return typeof figure === "number" ? [[measure, figure]] : [];
          }),
        ),
      };
    }),
  );
}

function merge(layers: readonly Settings[]): Settings {
  const set = Object.assign({}, ...layers.map((layer) => layer.set));
  const given = layers.map((layer) => Object.entries(layer).filter(([, value]) => value !== undefined));
  return { ...Object.fromEntries(given.flat()), ...(Object.keys(set).length > 0 && { set }) };
}

/**
 * The cells with runs that a pattern names: those with this very name, else those whose name holds it, with `*` for anything
 * in between; capitals count as small letters.
 */
export function chooseCells(cells: readonly Cell[], pattern: string): Cell[] {
  const runnable = cells.filter(({ settings }) => settings !== undefined);
  const wanted = pattern.toLowerCase();
  const exact = runnable.filter(({ name }) => name.toLowerCase() === wanted);
  return exact.length > 0 ? exact : runnable.filter(({ name }) => holds(name.toLowerCase(), wanted.split("*")));
}

/** Whether the parts stand in the text one after the other. */
function holds(text: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
