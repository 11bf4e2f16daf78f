// Features of short texts: words and character n-grams, weighted by how rare they are (TF-IDF).
import type { SparseMatrix } from "../../matrix.js";

/** What texts are turned into numbers with: column 0 stands for all words that are not in it. */
export interface Vocabulary {
  /** Column of each term; words are written "cat", n-grams "~cat". */
  readonly columns: ReadonlyMap<string, number>;
  /** Inverse document frequency of each column. */
  readonly idf: Float64Array;
}

const mostTerms = 3000;
const mostWords = 1500;
const leastTexts = 2;

/** Scripts in which one or two characters make a word, or words are not separated. */
const denseScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/**
 * A text's words (runs of letters and digits, lower case, compatibility forms unified) and the n-grams inside each of them: 3 to
 * 5 characters with the word's ends marked, or 1 to 3 where the script is dense.
 */
function terms(text: string): { words: string[]; ngrams: string[] } {
  const words =
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const ngrams: string[] = [];
  for (const word of words) {
    const [shortest, longest] = denseScript.test(word) ? [1, 3] : [3, 5];
    const characters = shortest === 1 ? [...word] : ["^", ...word, "$"];
    for (let n = shortest; n <= longest; n++) {
      for (let i = 0; i + n <= characters.length; i++) ngrams.push(`~${characters.slice(i, i + n).join("")}`);
    }
  }
  return { words, ngrams };
}

/**
 * The terms of at least two of the texts: at most 1500 words, then n-grams, the commonest first, 3000 columns in all.
 * Inverse document frequency is ln((1 + texts) / (1 + texts with the term)) + 1, as scikit-learn has it.
 */
export function fitVocabulary(texts: readonly string[]): Vocabulary {
  const words = new Map<string, number>();
  const ngrams = new Map<string, number>();
  const parsed = texts.map(terms);
  for (const text of parsed) {
    for (const word of new Set(text.words)) words.set(word, (words.get(word) ?? 0) + 1);
    for (const ngram of new Set(text.ngrams)) ngrams.set(ngram, (ngrams.get(ngram) ?? 0) + 1);
  }
  const keptWords = commonest(words, mostWords);
  const kept = [...keptWords, ...commonest(ngrams, mostTerms - 1 - keptWords.length)];
  const columns = new Map(kept.map(([term], i) => [term, i + 1]));
  const withUnknown = parsed.filter((text) => text.words.some((word) => !columns.has(word))).length;
  const counts = [withUnknown, ...kept.map(([, count]) => count)];
  return { columns, idf: Float64Array.from(counts, (count) => Math.log((1 + texts.length) / (1 + count)) + 1) };
}

/** Terms of enough texts with their counts; ties in the order of code units, which no locale changes. */
function commonest(counts: ReadonlyMap<string, number>, most: number): [string, number][] {
  const enough = [...counts].filter(([, count]) => count >= leastTexts);
  return enough.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, most);
}

/**
 * Texts × terms: (1 + ln count) · idf, rows of norm 1. A text without any letter or digit has a row of zeros; any other text
 * has none, since words that the vocabulary lacks count together as one term.
 */
export function textFeatures({ columns, idf }: Vocabulary, texts: readonly string[]): SparseMatrix {
  const offsets = new Uint32Array(texts.length + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (const [i, text] of texts.entries()) {
    const { words, ngrams } = terms(text);
    const counts = new Map<number, number>();
    const add = (column: number) => counts.set(column, (counts.get(column) ?? 0) + 1);
    for (const word of words) add(columns.get(word) ?? 0);
    for (const ngram of ngrams) if (columns.has(ngram)) add(columns.get(ngram)!);
    const row = [...counts].sort(([a], [b]) => a - b);
    const weights = row.map(([column, count]) => (1 + Math.log(count)) * idf[column]!);
    const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0));
    for (const [e, [column]] of row.entries()) {
      indices.push(column);
      values.push(weights[e]! / norm);
    }
    offsets[i + 1] = indices.length;
  }
  const shape = { rows: texts.length, columns: idf.length };
  return { kind: "sparse", ...shape, offsets, indices: Uint32Array.from(indices), values: Float32Array.from(values) };
}
