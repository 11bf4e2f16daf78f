// Which color and shape each point of the map has, and what the legend says.
import type { Palette } from "../../src/report/charts/palette.js";
import { mapColors, shapes } from "./colors.js";
import type { MapData } from "./data.js";

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly shape: number;
  readonly points: number;
  /** Place among the groups of the points. */
  readonly group: number;
}

export interface Coloring {
  /** Group of each point: a place in `colors`, `shapes` and `names`. */
  readonly groups: Uint16Array;
  readonly colors: readonly string[];
  readonly shapes: readonly number[];
  /** As they stand on the map: empty for what shares a group. */
  readonly names: readonly string[];
  /** The largest first where there are many, else by name. */
  readonly legend: readonly LegendEntry[];
}

/** With more groups the legend begins with the largest. */
const few = 12;

/**
 * The largest groups have a color and a shape each: the colors first, then the same again with another shape. What is beyond them, or
 * without a label, shares a calm color.
 */
export function coloring(map: MapData, by: "label" | "view", palette: Palette, isDark: boolean): Coloring {
  const names = by === "label" ? map.labels : map.views;
  const of = by === "label" ? map.label : map.view;
  const colors = mapColors(palette, isDark);
  const sizes = new Uint32Array(names.length + 1);
  for (let i = 0; i < map.count; i++) sizes[of[i]! < 0 ? names.length : of[i]!]!++;
  const bySize = names.map((_, i) => i).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const own = bySize.slice(0, colors.length * shapes).filter((place) => sizes[place]! > 0);
  if (own.length <= few) own.sort((a, b) => a - b);
  const rest = own.length;
  const groupOf = new Uint16Array(names.length + 1).fill(rest);
  for (const [group, place] of own.entries()) groupOf[place] = group;
  const groups = Uint16Array.from({ length: map.count }, (_, i) => groupOf[of[i]! < 0 ? names.length : of[i]!]!);
  const legend = own.map((place, group): LegendEntry => {
    const color = colors[group % colors.length]!;
    return { name: names[place]!, color, shape: Math.floor(group / colors.length), points: sizes[place]!, group };
  });
  const left = map.count - legend.reduce((sum, { points }) => sum + points, 0);
  const others = bySize.filter((place) => sizes[place]! > 0).length - own.length;
  const shared: LegendEntry = {
    name: others > 0 ? `${others} smaller ${by}s` : `no ${by}`,
    ...{ color: palette.calm!, shape: 0, points: left, group: rest },
  };
  return {
    groups,
    colors: [...legend.map(({ color }) => color), palette.calm!],
    shapes: [...legend.map(({ shape }) => shape), 0],
    names: [...legend.map(({ name }) => name), ""],
    legend: left > 0 ? [...legend, shared] : legend,
  };
}
