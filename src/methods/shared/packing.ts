// Real-valued codes to packed bits.

/**
 * Signs as bits, 1 for a positive value, packed as numpy.packbits does: the first value is the most significant bit of the
 * first byte.
 * @param values as many as `packed` has bits.
 */
export function packSigns(values: Float32Array, packed: Uint8Array): void {
  if (values.length !== packed.length * 8) {
    throw new RangeError(`packSigns: ${values.length} values for ${packed.length} bytes`);
  }
  for (let i = 0, at = 0; at < packed.length; at++) {
    let byte = 0;
    for (let mask = 0x80; mask > 0; mask >>= 1, i++) if (values[i]! > 0) byte |= mask;
    packed[at] = byte;
  }
}
