// The order of classes by their names.

/** Numbers in their order where all names are numbers, otherwise by character. */
export function compareNames(names: readonly string[]): (a: string, b: string) => number {
  const isNumeric = names.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
  return (a, b) => (isNumeric ? Number(a) - Number(b) : 0) || (a < b ? -1 : a > b ? 1 : 0);
}
