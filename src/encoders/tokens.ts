// Lists of tokens cut to length: the special ones behind a text stay, as models were trained with them.

/** What both lists end with: of a text's tokens and those of no text, the special tokens behind it. */
export function commonEnd(a: readonly number[], b: readonly number[]): readonly number[] {
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return a.slice(a.length - length);
}

/** At most so many tokens, the last `ending` ones of the list among them. */
export function cutTokens(tokens: readonly number[], most: number, ending: number): number[] {
  if (tokens.length <= most) return [...tokens];
  return [...tokens.slice(0, Math.max(0, most - ending)), ...tokens.slice(tokens.length - ending)];
}
