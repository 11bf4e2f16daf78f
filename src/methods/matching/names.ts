// Which names say something: those that nobody gave (view1, X2, column0) are places, not names.

/** A name and a number, or one of both, as programs give them to what has no name: "X1", "view 2", "arr_0", "3", "data". */
const numbered = /^(?:x|v|data|matrix|fea|feats?|features?|views?|modality|modal|arr|array)?[\s_.-]*(\d*)$/i;

/** Whether a view has no name of its own: it is numbered, called as anything is, or as its file. */
export function isNamelessView(name: string, dataset?: string): boolean {
  return numbered.test(name) || name === dataset;
}

/** The number in the name of a view without a name; undefined where there is none. */
export function viewNumber(name: string): number | undefined {
  const digits = numbered.exec(name)?.[1];
  return digits === undefined || digits === "" ? undefined : Number(digits);
}

/** Whether columns are counted instead of named: column0, column1 … or 0, 1 …, from 0 or from 1, each in its place. */
export function areCounted(names: readonly string[]): boolean {
  const [, stem, first] = /^(column[\s_]?|)(0|1)$/.exec(names[0] ?? "") ?? [];
  if (stem === undefined) return false;
  return names.every((name, i) => name === `${stem}${Number(first) + i}`);
}

/** Up to so many of a list in quotation marks, and how many more there are. */
export function some(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`);
  return names.length > most ? `${shown.join(", ")} and ${names.length - most} more` : shown.join(", ");
}
