// Metadata that every store can keep: not too large, not too deep, and text that is text.

const mostBytes = 64 * 1024;
const mostLevels = 16;

/** Whether a value that came out of JSON is small and shallow, without NUL characters and halves of surrogate pairs. */
export function isPlainJson(value: unknown): boolean {
  let bytes = 0;
  const waiting: { value: unknown; level: number }[] = [{ value, level: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.level > mostLevels || bytes > mostBytes) return false;
    const each = next.value;
    bytes += 2;
    if (typeof each === "string") {
      if (!isText(each)) return false;
      bytes += Buffer.byteLength(each);
    } else if (typeof each === "number") {
      bytes += 8;
    } else if (typeof each === "object" && each !== null) {
      for (const [key, inner] of Object.entries(each)) {
        if (!isText(key)) return false;
        bytes += Buffer.byteLength(key);
        waiting.push({ value: inner, level: next.level + 1 });
      }
    }
  }
  return bytes <= mostBytes;
}

function isText(text: string): boolean {
  return !/[\0\p{Cs}]/u.test(text);
}
