// Which way the edges of a picture run, and where: histograms of oriented gradients.
import { side } from "./frame.js";
import { rooted } from "./unit.js";

/** Cells along each side, and orientations in [0°, 180°). */
const [cells, orientations] = [8, 9];

export const edgeDimensions = cells * cells * orientations;

/**
 * 8 × 8 cells of 9 orientations, square roots, of length 1: Dalal and Triggs (CVPR 2005), with one norm for the picture instead of one
 * for each block (no worse on clip art). Each pixel's strongest color gradient is shared out among two orientations and four cells.
 */
export function edgeFeatures(image: Float32Array): Float64Array {
  const light = image.map((value) => Math.sqrt(Math.max(0, value)));
  const sums = new Float64Array(edgeDimensions);
  for (let y = 0; y < side; y++) {
    const [above, below] = [Math.max(0, y - 1), Math.min(side - 1, y + 1)];
    for (let x = 0; x < side; x++) {
      const [before, after] = [Math.max(0, x - 1), Math.min(side - 1, x + 1)];
      let [square, gx, gy] = [0, 0, 0];
      for (let c = 0; c < 3; c++) {
        const dx = light[(y * side + after) * 3 + c]! - light[(y * side + before) * 3 + c]!;
        const dy = light[(below * side + x) * 3 + c]! - light[(above * side + x) * 3 + c]!;
        if (dx * dx + dy * dy > square) [square, gx, gy] = [dx * dx + dy * dy, dx, dy];
      }
      // Differences of rounding are no edges: areas of one color, averaged with other weights.
      if (square < 1e-8) continue;
      const turn = ((Math.atan2(gy, gx) / Math.PI + 1) % 1) * orientations;
      const first = Math.floor(turn);
      const bin = first % orientations;
      for (const [row, tall] of nearestCells[y]!) {
        for (const [column, wide] of nearestCells[x]!) {
          const weight = Math.sqrt(square) * tall * wide;
          const to = (row * cells + column) * orientations;
          sums[to + bin]! += weight * (1 - (turn - first));
          sums[to + ((bin + 1) % orientations)]! += weight * (turn - first);
        }
      }
    }
  }
  return rooted(sums);
}

/** For each pixel along a side: the two cells whose centers are nearest and how near each is; those outside are left out. */
const nearestCells: readonly [cell: number, share: number][][] = Array.from({ length: side }, (_, pixel) => {
  const position = ((pixel + 0.5) * cells) / side - 0.5;
  const first = Math.floor(position);
  const share = position - first;
  const both: [number, number][] = [
    [first, 1 - share],
    [first + 1, share],
  ];
  return both.filter(([cell]) => cell >= 0 && cell < cells);
});
