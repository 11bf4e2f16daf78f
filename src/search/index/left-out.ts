// Samples that an index has no item of in a view, since they lack what it is made of: how many, and why.
import type { View } from "../../data/dataset.js";

/** Samples of which an index has no item in a view. */
export interface LeftOut {
  readonly samples: number;
  /** How many of them lack each view of the data that the item is made of. */
  readonly lack: Readonly<Record<string, number>>;
}

/**
 * What is left out, by the views of the index; nothing where there is an item of every sample in each view.
 * @param sources the views of the data that each view of the index is made of.
 * @param onNote receives a sentence for each view.
 */
export function leftOutOf(
  sources: ReadonlyMap<string, readonly View[]>,
  rows: Int32Array,
  onNote?: (note: string) => void,
): { readonly leftOut?: Readonly<Record<string, LeftOut>> } {
  const found = new Map<string, LeftOut>();
  for (const [view, inputs] of sources) {
    const lacks = (row: number) => inputs.some(({ present }) => present?.[row] === 0);
    const samples = rows.filter(lacks).length;
    if (samples === 0) continue;
    const counts = inputs.map(
      ({ name, present }) => [name, rows.filter((row) => present?.[row] === 0).length] as const,
    );
    const lack = counts.filter(([, count]) => count > 0);
    found.set(view, { samples, lack: Object.fromEntries(lack) });
    const why = lack.map(([name, count]) => `${count} lack view "${name}"`).join(", ");
    onNote?.(`items of "${view}": ${samples} of ${rows.length} samples are left out (${why})`);
  }
  return found.size === 0 ? {} : { leftOut: Object.fromEntries(found) };
}
