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

/** Whether a pattern names the cell: a part of its name in any case, `*` for anything in between. */
export function matches({ name }: Cell, pattern: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  let at = 0;
  for (const part of parts) {
    const found = name.toLowerCase().indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
