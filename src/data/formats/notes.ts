// What a reader tells of the variables that cannot be used.
import type { Variable } from "./variables.js";

const most = 20;

/** A note for each variable, or part of one, that is skipped; where they are many, for the first of them. */
export function skippedNotes(variables: ReadonlyMap<string, Variable>): string[] {
  const notes: string[] = [];
  let left = 0;
  const visit = (name: string, variable: Variable): void => {
    if (variable.kind === "skipped") {
      if (notes.length < most) notes.push(`${name} is skipped: ${variable.reason}`);
      else left++;
    } else if (variable.kind === "cell") {
      for (const [i, item] of variable.items.entries()) visit(`${name}{${i + 1}}`, item);
    } else if (variable.kind === "struct") {
      for (const [i, element] of variable.elements.entries()) {
        const place = variable.elements.length > 1 ? `${name}(${i + 1})` : name;
        for (const [field, value] of element) visit(`${place}.${field}`, value);
      }
    }
  };
  for (const [name, variable] of variables) visit(name, variable);
  if (left > 0) notes.push(`${left} more are skipped`);
  return notes;
}
