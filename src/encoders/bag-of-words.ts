// Bags of words: a number for each of the most frequent words of the training captions, 1 where a text has it.
import { UserError } from "../errors.js";
import { parseJson } from "../json.js";
import type { EncoderContext, EncoderDefinition, WordEncoder } from "./encoder.js";
import { identityOf } from "./identity.js";

const mostWords = 2 ** 16;

/** The words of a text: letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** The most frequent words, by the texts that have them; equally frequent ones in the order of the alphabet. */
export function frequentWords(texts: readonly string[], most: number): string[] {
  const frequency = new Map<string, number>();
  for (const text of texts)
    for (const word of new Set(wordsOf(text))) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  return [...frequency]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([word]) => word);
}

/** The words of an encoder's state. @throws UserError where it is none. */
export function wordsOfState(state: string): string[] {
  const words: unknown = parseJson(state, "the words of a bag");
  const valid = Array.isArray(words) && words.length <= mostWords && words.every((word) => typeof word === "string");
  if (valid && new Set(words).size === words.length && words.length > 0) return words;
  throw new UserError("the words of a bag: expected a list of different words");
}

/**
 * `bag:1386`: the 1386 most frequent words of the corpus, 1 for those that a text has, as the tags of MIRFLICKR-25K and NUS-WIDE are
 * stored.
 */
export const bag: EncoderDefinition = {
  scheme: "bag",
  form: "N",
  about: "bags of the N most frequent words, learned from the data's own texts",
  isOutside: false,
  async open(rest, { state, corpus }: EncoderContext): Promise<WordEncoder> {
    const most = Number(rest);
    if (!/^[1-9][0-9]*$/.test(rest) || most > mostWords)
      throw new UserError(`encoder "bag:${rest.slice(0, 100)}": expected how many words, such as bag:1386`);
    const spec = `bag:${most}`;
    if (state === undefined && corpus === undefined)
      throw new UserError(`encoder "${spec}" learns its words from a corpus, and there is none`);
    const words = state === undefined ? frequentWords(corpus!, most) : wordsOfState(state);
    if (words.length === 0) throw new UserError(`encoder "${spec}": the texts that it learns from hold no word`);
    const places = new Map(words.map((word, j) => [word, j]));
    return {
      spec,
      material: "words",
      dimensions: words.length,
      identity: identityOf(spec, "1", ...words),
      state: JSON.stringify(words),
      isCostly: false,
      isSparse: true,
      captions: "joined",
      async encode(texts, signal) {
        const rows = new Float32Array(texts.length * words.length);
        for (const [i, text] of texts.entries()) {
          signal?.throwIfAborted();
          for (const word of wordsOf(text)) {
            const place = places.get(word);
            if (place !== undefined) rows[i * words.length + place] = 1;
          }
        }
        return rows;
      },
      release: async () => {},
    };
  },
};
