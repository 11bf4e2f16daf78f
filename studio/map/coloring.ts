// Which color each point of the map has, and what the legend says.

import { classColors, type Palette } from "../../src/report/charts/palette.js";
import type { MapReply } from "../../src/server/api.js";

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly points: number;
  /** Place among the groups of the points. */
  readonly group: number;
}

export interface Coloring {
  /** Group of each point: a place in `colors`. */
  readonly groups: Int32Array;
  readonly colors: readonly string[];
  readonly legend: readonly LegendEntry[];
}

/** The largest groups have a color each, as many as can be distinguished; what is beyond them, or without a label, shares a calm one. */
export function coloring(map: MapReply, by: "label" | "view", palette: Palette): Coloring {
  const names = by === "label" ? map.labels : map.views;
  const of = by === "label" ? map.label : map.view;
  const sizes = new Int32Array(names.length + 1);
  for (const place of of) sizes[place < 0 ? names.length : place]!++;
  const bySize = names.map((_, i) => i).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const own = bySize.length > classColors ? bySize.slice(0, classColors) : bySize;
  own.sort((a, b) => a - b);
  const rest = own.length;
  const groupOf = new Int32Array(names.length + 1).fill(rest);
  for (const [group, place] of own.entries()) groupOf[place] = group;
  const groups = Int32Array.from(of, (place) => groupOf[place < 0 ? names.length : place]!);
  const colors = [...own.map((_, i) => palette[`classes${i}`]!), palette.calm!];
  const others = names.length - own.length;
  const legend = own.map((place, group): LegendEntry => {
    return { name: names[place]!, color: colors[group]!, points: sizes[place]!, group };
  });
  const left = of.length - legend.reduce((sum, { points }) => sum + points, 0);
  if (left > 0) {
    const name = others > 0 ? `${others} smaller ${by}s` : `no ${by}`;
    legend.push({ name, color: palette.calm!, points: left, group: rest });
  }
  return { groups, colors, legend: legend.filter(({ points }) => points > 0) };
}
