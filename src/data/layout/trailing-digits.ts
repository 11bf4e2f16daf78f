// Digits at the end of a name, found in time that grows with its length: a regular expression would look anew from each digit.

/** A name in two: the digits at its end, "" where there are none, and what stands before them. */
export function trailingDigits(name: string): { readonly head: string; readonly digits: string } {
  let start = name.length;
  while (start > 0 && /\d/.test(name[start - 1]!)) start--;
  return { head: name.slice(0, start), digits: name.slice(start) };
}
