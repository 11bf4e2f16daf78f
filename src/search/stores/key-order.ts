// The order of ids and views: by code point, which is that of their bytes in UTF-8 and of PostgreSQL's collation "C".
import type { ItemKey } from "./store.js";

/** In JavaScript's own order the halves of a surrogate pair come before U+E000 … U+FFFF; here they come after. */
const place = (unit: number) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** Below 0 where a comes before b, 0 where they are equal. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return place(x) - place(y);
  }
  return a.length - b.length;
}

/** By id, then view. Below 0 where a comes before b, 0 where they are the same item. */
export function compareKeys(a: ItemKey, b: ItemKey): number {
  return compareText(a.id, b.id) || compareText(a.view, b.view);
}
