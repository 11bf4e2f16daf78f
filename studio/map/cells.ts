// The points of the map in cells of a square grid: which are near a place, in a box, or inside an outline.
import type { Spot } from "./camera.js";

/** Cells along each side. */
const side = 512;

export class Cells {
  /** Where each cell's points begin in `#points`. */
  readonly #starts = new Uint32Array(side * side + 1);
  readonly #points: Uint32Array;

  /** @param x places from −1 to 1, as `y`. */
  constructor(
    private readonly x: Float32Array,
    private readonly y: Float32Array,
  ) {
    const cells = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      cells[i] = place(y[i]!) * side + place(x[i]!);
      this.#starts[cells[i]! + 1]!++;
    }
    for (let cell = 0; cell < side * side; cell++) this.#starts[cell + 1]! += this.#starts[cell]!;
    const next = this.#starts.slice();
    this.#points = new Uint32Array(x.length);
    for (let i = 0; i < x.length; i++) this.#points[next[cells[i]!]!++] = i;
  }

  /** Calls `use` with each point of the box; it stops where `use` returns false. */
  within(left: number, bottom: number, right: number, top: number, use: (point: number) => boolean | undefined): void {
    const [from, to] = [place(left), place(right)];
    for (let row = place(bottom); row <= place(top); row++) {
      // Cells of a row follow each other, and so do their points.
      const end = this.#starts[row * side + to + 1]!;
      for (let at = this.#starts[row * side + from]!; at < end; at++) {
        const point = this.#points[at]!;
        const [x, y] = [this.x[point]!, this.y[point]!];
        if (x < left || x > right || y < bottom || y > top) continue;
        if (use(point) === false) return;
      }
    }
  }

  /** The nearest point that is shown, at most `reach` away. */
  nearest([x, y]: Spot, reach: number, isShown: (point: number) => boolean): number | undefined {
    let best: number | undefined;
    let least = reach ** 2;
    this.within(x - reach, y - reach, x + reach, y + reach, (point) => {
      const far = (this.x[point]! - x) ** 2 + (this.y[point]! - y) ** 2;
      if (far <= least && isShown(point)) [best, least] = [point, far];
      return undefined;
    });
    return best;
  }

  /** The points inside a closed outline that are shown, in their order. */
  inside(outline: readonly Spot[], isShown: (point: number) => boolean): Uint32Array {
    if (outline.length < 3) return new Uint32Array(0);
    const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
    const found: number[] = [];
    this.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (point) => {
      if (isShown(point) && isInside(this.x[point]!, this.y[point]!, xs, ys)) found.push(point);
      return undefined;
    });
    return Uint32Array.from(found).sort();
  }
}

function place(value: number): number {
  return Math.min(side - 1, Math.max(0, Math.floor(((value + 1) / 2) * side)));
}

/** Whether a ray to the right crosses the outline an odd number of times. */
function isInside(x: number, y: number, xs: readonly number[], ys: readonly number[]): boolean {
  let inside = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    const crosses = ys[i]! > y !== ys[j]! > y;
    if (crosses && x < ((xs[j]! - xs[i]!) * (y - ys[i]!)) / (ys[j]! - ys[i]!) + xs[i]!) inside = !inside;
  }
  return inside;
}
