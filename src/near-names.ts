// Names that are near to one that was misspelled, to suggest them.

/**
 * The known names nearest to a given one: the same but for capitals, one that begins with the other, or few letters apart.
 * @example nearNames("epoch", ["epochs", "lr"]) // ["epochs"]
 */
export function nearNames(given: string, known: readonly string[]): string[] {
  const lower = given.toLowerCase();
  const same = known.filter((name) => name.toLowerCase() === lower);
  if (same.length > 0) return same;
  const most = given.length < 4 ? 1 : Math.min(3, Math.max(2, Math.floor(given.length / 3)));
  return known
    .map((name) => ({ name, far: farness(lower, name.toLowerCase()) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far)
    .map(({ name }) => name);
}

/** A hint that ends an error message, such as "did you mean epochs?"; undefined where nothing is near. */
export function didYouMean(given: string, known: readonly string[]): string | undefined {
  const near = nearNames(given, known).slice(0, 3);
  return near.length === 0 ? undefined : `did you mean ${near.join(" or ")}?`;
}

function farness(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  if (shorter >= 3 && (a.startsWith(b) || b.startsWith(a))) return 0.5;
  return distance(a, b);
}

/** Edits (insertions, deletions, replacements) that turn one text into the other (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}
