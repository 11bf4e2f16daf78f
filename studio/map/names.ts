// Where the names of groups stand on the map: at the densest spot of each that is seen, the larger groups first, none on another.
import { type Camera, type Size, type Spot, seen, toCanvas } from "./camera.js";
import type { Cells } from "./cells.js";

export interface GroupName {
  readonly group: number;
  readonly text: string;
  /** On the map. */
  readonly place: Spot;
}

/** Side of a cell in pixels. */
const cell = 36;
const most = 48;
/** Groups times cells that are counted; on a map of very many groups the later ones have no name. */
const mostCounts = 4_000_000;
/** Pixels of a letter and of a line. */
const [letter, line] = [7, 20];
const longest = 26;
/** Places that are tried for a name, the densest first. */
const tries = 3;

/** @param names of the groups; empty for those that get none. */
export function placeNames(
  groups: ArrayLike<number>,
  names: readonly string[],
  { cells, x, y }: { readonly cells: Cells; readonly x: Float32Array; readonly y: Float32Array },
  camera: Camera,
  size: Size,
): GroupName[] {
  const columns = Math.ceil(size.width / cell) + 2;
  const rows = Math.ceil(size.height / cell) + 2;
  const each = columns * rows;
  const counted = Math.min(names.length, Math.floor(mostCounts / each));
  const counts = new Uint32Array(counted * each);
  const totals = new Uint32Array(counted);
  cells.within(...seen(camera, size), (point) => {
    const group = groups[point]!;
    if (group >= counted) return undefined;
    const [px, py] = toCanvas(camera, size, x[point]!, y[point]!);
    counts[group * each + (Math.floor(py / cell) + 1) * columns + Math.floor(px / cell) + 1]!++;
    totals[group]!++;
    return undefined;
  });
  const order = [...totals.keys()].filter((group) => totals[group]! > 0 && names[group] !== "");
  order.sort((a, b) => totals[b]! - totals[a]!);
  const taken: (readonly [left: number, top: number, right: number, bottom: number])[] = [];
  const placed: GroupName[] = [];
  for (const group of order) {
    if (placed.length >= most) break;
    const text = shortened(names[group]!);
    const width = letter * text.length + 8;
    for (const [px, py] of densest(counts.subarray(group * each, (group + 1) * each), columns, rows)) {
      // A name stays inside the canvas as a whole.
      const left = Math.min(Math.max(px - width / 2, 2), Math.max(2, size.width - width - 2));
      const top = Math.min(Math.max(py - line / 2, 2), size.height - line - 2);
      const box = [left, top, left + width, top + line] as const;
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]))
        continue;
      taken.push(box);
      const place: Spot = [
        camera.x + (left + width / 2 - size.width / 2) / camera.scale,
        camera.y - (top + line / 2 - size.height / 2) / camera.scale,
      ];
      placed.push({ group, text, place });
      break;
    }
  }
  return placed;
}

function shortened(name: string): string {
  const signs = [...name];
  return signs.length <= longest ? name : `${signs.slice(0, longest - 1).join("")}…`;
}

/** Middles of the fullest cells, each counted with its neighbors, in pixels. */
function densest(counts: Uint32Array, columns: number, rows: number): Spot[] {
  const best: { sum: number; spot: Spot }[] = [];
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      if (counts[row * columns + column] === 0) continue;
      let [sum, sumX, sumY] = [0, 0, 0];
      for (const dy of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          const here = counts[(row + dy) * columns + column + dx]!;
          sum += here;
          sumX += here * dx;
          sumY += here * dy;
        }
      }
      if (best.length === tries && sum <= best[tries - 1]!.sum) continue;
      best.push({ sum, spot: [(column - 0.5 + sumX / sum) * cell, (row - 0.5 + sumY / sum) * cell] });
      best.sort((a, b) => b.sum - a.sum);
      best.length = Math.min(best.length, tries);
    }
  }
  return best.map(({ spot }) => spot);
}
