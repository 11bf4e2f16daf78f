// What stands in a cell of a text table where there is no value.

/** In lower case; an empty cell is one too. */
const marks = [
  "na",
  "n/a",
  "nan",
  "-nan",
  "null",
  "none",
  "?",
  "-",
  "--",
  ".",
  "#n/a",
  "<na>",
  "n.a.",
  "#div/0!",
  "#value!",
];
const windows = ["1.#qnan", "-1.#ind", "1.#ind", "-1.#qnan"];
const longest = 8;

/** Says whether a cell stands for a missing number. */
export class MissingMarks {
  readonly #marks: ReadonlySet<string>;
  readonly #requested: ReadonlySet<string>;

  /** @param requested more marks, as the user wrote them. */
  constructor(requested: readonly string[] = []) {
    this.#marks = new Set([...marks, ...windows]);
    this.#requested = new Set(requested.map((each) => each.trim()));
  }

  /** In a column of numbers. */
  has(cell: string): boolean {
    return cell === "" || (cell.length <= longest && this.#marks.has(cell.toLowerCase())) || this.#requested.has(cell);
  }

  /** In any column: only an empty cell, and what the user said. */
  isEmpty(cell: string): boolean {
    return cell === "" || this.#requested.has(cell);
  }
}
