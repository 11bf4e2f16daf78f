// Names of columns: as the header has them, made up where it has none, and no two alike.

export interface ColumnNames {
  readonly names: readonly string[];
  /** Those that the writer marks as names of the rows. */
  readonly index: readonly string[];
  readonly notes: readonly string[];
}

const indexName = /^(?:Unnamed: 0(?:\.\d+)*|__index_level_\d+__)$/;

/** @param header the cells of the header; undefined where there is none. */
export function columnNames(header: readonly string[] | undefined, width: number): ColumnNames {
  if (!header) return { names: Array.from({ length: width }, (_, i) => `column${i}`), index: [], notes: [] };
  const taken = new Set<string>(header);
  const seen = new Map<string, number>();
  const repeated = new Map<string, string[]>();
  const index: string[] = [];
  const unnamed: string[] = [];
  const free = (name: string): string => {
    let count = seen.get(name) ?? 0;
    while (count > 0 && taken.has(`${name}.${count}`)) count++;
    const other = count > 0 ? `${name}.${count}` : name;
    seen.set(name, count + 1);
    taken.add(other);
    return other;
  };
  const names = header.map((cell, i) => {
    if (cell === "") {
      const name = free(i === 0 ? (taken.has("index") ? "index.1" : "index") : `column${i}`);
      if (i === 0) index.push(name);
      else if (i < width - 1) unnamed.push(name);
      return name;
    }
    const name = free(cell);
    if (name !== cell) {
      const others = repeated.get(cell);
      if (others) others.push(name);
      else repeated.set(cell, [name]);
    }
    if (indexName.test(cell)) index.push(name);
    return name;
  });
  const notes: string[] = [];
  if (repeated.size > 0) {
    const list = [...repeated].map(([name, others]) => `"${name}" (the next ones become ${list10(others)})`);
    notes.push(`several columns have one name: ${list10(list)}`);
  }
  if (unnamed.length > 0) notes.push(`columns without a name are called ${list10(unnamed)}`);
  return { names, index, notes };
}

/** The first ten of a list, and how many more there are. */
export function list10(items: readonly string[]): string {
  const more = items.length > 10 ? `, and ${items.length - 10} more` : "";
  return items.slice(0, 10).join(", ") + more;
}
