// Names for the columns of a table that can be distinguished.

/** Each name once: a column without a name is called after its place, and one of a name that was there gets a number. */
export function distinctNames(names: readonly string[], notes: string[]): string[] {
  const taken = new Set<string>();
  const given = new Set(names);
  return names.map((name, i) => {
    let result = name === "" ? `column${i}` : name;
    for (let n = 1; taken.has(result) || (result !== name && given.has(result)); n++)
      result = `${name || "column"}.${n}`;
    if (result !== name && name !== "")
      notes.push(`several columns are named "${name}": one of them is called "${result}" here`);
    if (name === "") notes.push(`column ${i + 1} has no name: it is called "${result}" here`);
    taken.add(result);
    return result;
  });
}
