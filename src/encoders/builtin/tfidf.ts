// Weights of words and hashed character n-grams by how rare they are (TF-IDF), learned from a corpus.
import { z } from "zod";
import { UserError } from "../../errors.js";
import { hashOf, ngramsOf, wordsOf } from "./terms.js";

const [mostWords, mostBuckets] = [2 ** 16, 2 ** 16];

const vocabularyState = z.strictObject({
  /** The words with a column of their own, in the order of the columns. */
  words: z.array(z.string().min(1)).max(mostWords),
  /** Inverse document frequency of each word, then of each bucket of n-grams. */
  idf: z.array(z.number().min(0).max(100)).max(mostWords + mostBuckets),
});

/** What texts become rows by. */
export interface Vocabulary {
  readonly columns: ReadonlyMap<string, number>;
  readonly idf: Float64Array;
}

/** What a vocabulary has room for. */
export interface VocabularySize {
  /** Words with a column of their own, those of most texts first. */
  readonly words: number;
  /** Columns that all n-grams share. */
  readonly buckets: number;
}

/** A word of fewer texts has no column of its own. */
const leastTexts = 2;

/**
 * Words of at least two of the texts, the commonest first, then the buckets of n-grams. Inverse document frequency is
 * ln((1 + texts) / (1 + texts with the term)) + 1, as scikit-learn has it.
 */
export function fitVocabulary(texts: readonly string[], { words, buckets }: VocabularySize): Vocabulary {
  const counts = new Map<string, number>();
  const used = new Float64Array(buckets);
  for (const text of texts) {
    const own = new Set(wordsOf(text));
    const places = new Set<number>();
    for (const each of own) {
      counts.set(each, (counts.get(each) ?? 0) + 1);
      if (buckets > 0) for (const ngram of ngramsOf(each)) places.add(hashOf(ngram) % buckets);
    }
    for (const place of places) used[place]!++;
  }
  const enough = [...counts].filter(([, count]) => count >= leastTexts);
  // Ties in the order of code units, which no locale changes.
  const kept = enough.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, words);
  const idf = (count: number) => Math.log((1 + texts.length) / (1 + count)) + 1;
  return {
    columns: new Map(kept.map(([each], i) => [each, i])),
    idf: Float64Array.from([...kept.map(([, count]) => count), ...used], idf),
  };
}

/**
 * A text's row: (1 + ln count) · idf, words and n-grams each of length 1, then all of length 1. All 0 without any word that is known
 * and without n-grams.
 */
export function textRow(text: string, { columns, idf }: Vocabulary, row: Float32Array): void {
  const buckets = idf.length - columns.size;
  const words = new Map<number, number>();
  const ngrams = new Map<number, number>();
  const add = (counts: Map<number, number>, column: number) => counts.set(column, (counts.get(column) ?? 0) + 1);
  for (const each of wordsOf(text)) {
    const column = columns.get(each);
    if (column !== undefined) add(words, column);
    if (buckets > 0) for (const ngram of ngramsOf(each)) add(ngrams, columns.size + (hashOf(ngram) % buckets));
  }
  const blocks = [words, ngrams].filter((counts) => counts.size > 0);
  for (const counts of blocks) {
    const weights = [...counts].map(([column, count]) => [column, (1 + Math.log(count)) * idf[column]!] as const);
    const length = Math.sqrt(blocks.length * weights.reduce((sum, [, weight]) => sum + weight * weight, 0));
    for (const [column, weight] of weights) row[column] = weight / length;
  }
}

export function writeVocabulary({ columns, idf }: Vocabulary): string {
  return JSON.stringify({ words: [...columns.keys()], idf: [...idf] });
}

/** @throws UserError where the text is no vocabulary of this size. */
export function readVocabulary(text: string, spec: string, { words, buckets }: VocabularySize): Vocabulary {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new UserError(`encoder "${spec}": what it learned is no JSON`);
  }
  const found = vocabularyState.safeParse(content);
  if (!found.success) throw new UserError(`encoder "${spec}": what it learned is no vocabulary`);
  const { words: kept, idf } = found.data;
  const columns = new Map(kept.map((each, i) => [each, i]));
  if (columns.size !== kept.length || kept.length > words || idf.length !== kept.length + buckets) {
    throw new UserError(`encoder "${spec}": what it learned is a vocabulary of another size`);
  }
  return { columns, idf: Float64Array.from(idf) };
}
