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
