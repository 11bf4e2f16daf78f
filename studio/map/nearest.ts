// The point that an arrow key goes to.

/**
 * Place of the nearest point in a direction, those off to the side counting as farther; undefined where there is none.
 * @param isShown which points count; all where it is not given
 */
export function nearestInDirection(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  [dx, dy]: readonly [number, number],
  isShown: (point: number) => boolean = () => true,
): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    if (i === from || !isShown(i)) continue;
    const along = (x[i]! - x[from]!) * dx + (y[i]! - y[from]!) * dy;
    const across = Math.abs((x[i]! - x[from]!) * dy) + Math.abs((y[i]! - y[from]!) * dx);
    if (along <= 0 || across > along) continue;
    const far = along + 2 * across;
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

/** The points moved and scaled alike in both directions to fill −1 to 1. */
export function fitted(x: ArrayLike<number>, y: ArrayLike<number>): { x: Float32Array; y: Float32Array } {
  const bounds = (values: ArrayLike<number>) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = 0; i < values.length; i++) {
      low = Math.min(low, values[i]!);
      high = Math.max(high, values[i]!);
    }
    return [low, high] as const;
  };
  const [left, right] = bounds(x);
  const [bottom, top] = bounds(y);
  const half = Math.max(right - left, top - bottom, Number.MIN_VALUE) / 2;
  return {
    x: Float32Array.from(x, (value) => (value - (left + right) / 2) / half),
    y: Float32Array.from(y, (value) => (value - (bottom + top) / 2) / half),
  };
}
