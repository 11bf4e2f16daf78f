// TFRecord framing: length, masked CRC-32C of the length, content, masked CRC-32C of the content.
import crc32c from "crc-32/crc32c.js";

/** Of a message, as a record of an event file. */
export function record(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(content, 12);
  view.setUint32(12 + content.length, masked(content), true);
  return bytes;
}

/** The checksum turned right by 15 bits plus a constant, so that a checksum of data that holds checksums is no problem. */
function masked(bytes: Uint8Array): number {
  const checksum = crc32c.buf(bytes) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
