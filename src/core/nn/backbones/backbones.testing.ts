// Weights and pictures that names and places decide, the same bits as in bench/peers/backbones.py.

/** Fills with scale · u + shift, u between −0.5 and 0.5. */
export function fillUniform(values: Float32Array, name: string, scale: number, shift = 0): void {
  let key = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) key = Math.imul(key ^ byte, 0x01000193);
  for (let i = 0; i < values.length; i++) {
    let h = Math.imul(i + 1, 2654435761) ^ key;
    h ^= h >>> 15;
    h = Math.imul(h, 2246822519);
    h ^= h >>> 13;
    values[i] = shift + scale * ((h >>> 0) / 2 ** 32 - 0.5);
  }
}

/** Fills a learned parameter: weights by their inputs, of normalizations around 1, biases around ±5. */
export function fillParameter(values: Float32Array, name: string, shape: readonly number[]): void {
  const inputs = shape.slice(1).reduce((a, b) => a * b, 1);
  if (shape.length > 1) fillUniform(values, name, Math.sqrt(24 / inputs));
  else if (name.endsWith("weight")) fillUniform(values, name, 0.2, 1);
  else {
    fillUniform(values, name, 1);
    // Far from the kink of relu: what lies at it is on either side by rounding.
    for (const [i, u] of values.entries()) values[i] = u < 0 ? u - 5 : u + 5;
  }
}
