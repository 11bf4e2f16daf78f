// Captions as bags of words: a column for each of the most frequent words, 1 where a caption of the sample has it.
import type { SparseMatrix } from "../matrix.js";

/** A sample's captions by the words that are looked at. */
export interface BagOfWords {
  readonly matrix: SparseMatrix;
  /** The words of the columns: the most frequent first, equally frequent ones in the order of the alphabet. */
  readonly words: readonly string[];
  /** 1 where a sample has any of the words. */
  readonly present: Uint8Array;
}

/** The words of a text: letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/**
 * Counts words over samples and gives each sample 1 for those that it has, as the tags of MIRFLICKR-25K and NUS-WIDE are stored.
 * @param texts captions of each sample.
 * @param most so many words at most.
 * @param counted the samples whose words are counted: those that train.
 */
export function bagOfWords(
  texts: readonly (readonly string[])[],
  most: number,
  counted: ArrayLike<number> = { length: texts.length },
): BagOfWords {
  const own = texts.map((captions) => new Set(captions.flatMap(wordsOf)));
  const frequency = new Map<string, number>();
  for (let i = 0; i < counted.length; i++) {
    for (const word of own[counted[i] ?? i]!) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  const words = [...frequency]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
  const places = new Map(words.map((word, j) => [word, j]));
  const offsets = new Uint32Array(texts.length + 1);
  const indices: number[] = [];
  for (const [i, each] of own.entries()) {
    const columns = [...each].flatMap((word) => places.get(word) ?? []).sort((a, b) => a - b);
    indices.push(...columns);
    offsets[i + 1] = indices.length;
  }
  const matrix: SparseMatrix = {
    kind: "sparse",
    rows: texts.length,
    columns: words.length,
    offsets,
    indices: Uint32Array.from(indices),
    values: new Float32Array(indices.length).fill(1),
  };
  const present = Uint8Array.from(texts, (_, i) => (offsets[i + 1]! > offsets[i]! ? 1 : 0));
  return { matrix, words, present };
}
