// The built-in encoders of words: TF-IDF of whole words, of hashed character n-grams, or of both.
import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../errors.js";

import type { EncoderContext, WordEncoder } from "../encoder.js";
import { identityOf } from "../identity.js";
import { wordsOf } from "./terms.js";
import { fitVocabulary, readVocabulary, textRow, type VocabularySize, writeVocabulary } from "./tfidf.js";

/** Raise when rows change though the vocabulary does not. */
const version = 1;

const sizes: Readonly<Record<string, VocabularySize>> = {
  words: { words: 4096, buckets: 2048 },
  tfidf: { words: 4096, buckets: 0 },
  ngrams: { words: 0, buckets: 2048 },
};

export const wordEncoders = Object.keys(sizes);

/**
 * Whole words that the corpus has more than once, and the n-grams inside all words, hashed: no word is unknown, and one that is misspelled
 * or inflected is near the one that is meant. Any language; nothing but the corpus is known of any.
 * @param name one of `wordEncoders`.
 * @throws UserError where there is neither a state nor a corpus with words.
 */
export function wordEncoder(name: string, { state, corpus }: EncoderContext): WordEncoder {
  const spec = `builtin:${name}`;
  const size = sizes[name]!;
  if (state === undefined && corpus === undefined) {
    throw new UserError(`encoder "${spec}" learns its words from a corpus, and there is none`);
  }
  const vocabulary = state === undefined ? fitVocabulary(corpus!, size) : readVocabulary(state, spec, size);
  const dimensions = vocabulary.idf.length;
  if (dimensions === 0) throw new UserError(`encoder "${spec}": no word is in two of the ${corpus?.length ?? 0} texts`);
  const learned = state ?? writeVocabulary(vocabulary);
  return {
    spec,
    material: "words",
    dimensions,
    identity: identityOf("builtin words", name, String(version), learned),
    state: learned,
    isCostly: false,
    isSparse: true,
    captions: "joined",
    ...(size.words > 0 && {
      knowsNone: (text: string) => !wordsOf(text).some((each) => vocabulary.columns.has(each)),
    }),
    async encode(texts, signal) {
      const rows = new Float32Array(texts.length * dimensions);
      for (const [i, text] of texts.entries()) {
        signal?.throwIfAborted();
        if (i > 0 && i % 256 === 0) await nextTurn();
        textRow(text, vocabulary, rows.subarray(i * dimensions, (i + 1) * dimensions));
      }
      return rows;
    },
    release: async () => {},
  };
}
