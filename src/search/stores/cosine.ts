// Cosine of two vectors, as re-ranking orders candidates by it.

/** Cosine similarity, 0 where either vector is all zeros. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let squares = 0;
  let others = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squares += a[i]! ** 2;
    others += b[i]! ** 2;
  }
  return squares === 0 || others === 0 ? 0 : dot / Math.sqrt(squares * others);
}
