// The words of a text and the pieces inside them, in any language, without a dictionary.

/** Scripts in which one or two characters make a word, or words are not separated. */
const denseScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const word = /[\p{L}\p{M}\p{N}]+|\p{Extended_Pictographic}/gu;
/** Characters of a word that are looked at: a longer one is no word. */
const longestWord = 64;

/** Runs of letters and digits, lower case, compatibility forms unified (NFKC), and single pictographs. */
export function wordsOf(text: string): string[] {
  return (text.normalize("NFKC").toLowerCase().match(word) ?? []).map((each) => each.slice(0, longestWord));
}

/** A word's n-grams: 3 to 5 characters with its ends marked, or 1 to 3 where the script is dense. */
export function ngramsOf(text: string): string[] {
  const isDense = denseScript.test(text);
  const [shortest, longest] = isDense ? [1, 3] : [3, 5];
  const characters = isDense ? [...text] : ["^", ...text, "$"];
  const ngrams: string[] = [];
  // A pictograph, or a single letter with its marks, is shorter than any n-gram.
  if (characters.length < shortest) return [characters.join("")];
  for (let n = shortest; n <= longest; n++) {
    for (let i = 0; i + n <= characters.length; i++) ngrams.push(characters.slice(i, i + n).join(""));
  }
  return ngrams;
}

/** A 32-bit hash (FNV-1a over UTF-16 code units, mixed as MurmurHash3 ends), the same everywhere. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
