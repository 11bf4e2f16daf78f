// Mini-batches in a seeded order that depends on the epoch alone, so that a resumed run sees the same ones.
import { Random } from "../core/kernels/random.js";

/** What the order of batches depends on. */
export interface BatchKey {
  readonly seed: number;
  readonly epoch: number;
}

/**
 * The rows in random order, cut into batches of `size`; the last one may be smaller, or is left out with `dropLast`.
 * The same rows and key give the same batches. The batches share one array.
 * @param rows row numbers of the samples; they stay as they are.
 * @throws RangeError where the size is not a whole number from 1.
 * @example
 * ```ts
 * import { batches } from "vantage-ml/method";
 *
 * const rows = Int32Array.from({ length: 10 }, (_, row) => row);
 * console.log(batches(rows, 4, { seed: 0, epoch: 1 }).map((batch) => batch.length)); // [ 4, 4, 2 ]
 * ```
 */
export function batches(
  rows: Int32Array,
  size: number,
  { seed, epoch }: BatchKey,
  { dropLast = false }: { readonly dropLast?: boolean } = {},
): Int32Array[] {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(`batches: size ${size}, expected a whole number from 1`);
  const order = new Random(seed, "batches", epoch).shuffle(rows.slice());
  const cut: Int32Array[] = [];
  for (let from = 0; from < order.length; from += size) {
    if (!dropLast || from + size <= order.length) cut.push(order.subarray(from, from + size));
  }
  return cut;
}
