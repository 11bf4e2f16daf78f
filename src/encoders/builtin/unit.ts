// Blocks of features of length 1, so that none outweighs another.

/** Divides by the Euclidean length; zeros stay zeros. */
export function toUnit<T extends Float32Array | Float64Array>(block: T): T {
  let squares = 0;
  for (let i = 0; i < block.length; i++) squares += block[i]! ** 2;
  if (squares === 0) return block;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < block.length; i++) block[i]! *= scale;
  return block;
}

/** Square roots of counts (the Hellinger kernel), of length 1; rounding can leave a count a hair below 0. */
export function rooted<T extends Float32Array | Float64Array>(counts: T): T {
  for (let i = 0; i < counts.length; i++) counts[i] = Math.sqrt(Math.max(0, counts[i]!));
  return toUnit(counts);
}
