// What is said about the columns of a text table, gathered by kind so that a thousand columns alike make one line.

import type { OddCells } from "./cell-evidence.js";
import { truthValue } from "./cell-kinds.js";
import { list10 } from "./names.js";

const plainMarks = new Set(["", "na", "nan", "n/a", "null", "none", "#n/a", "<na>"]);
const withUnit = /^[+-]?\d[\d.,]*\s?[^\d\s.,:;/-]{1,8}$/;

export class ColumnNotes {
  readonly #lists = new Map<string, string[]>();
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  all(): string[] {
    return [...this.#lists].map(([begin, items]) => (items.length > 0 ? `${begin}: ${list10(items)}` : begin));
  }

  /** Words and numbers in one column, which is text then. */
  mixed(i: number, word: string, row: number): void {
    this.#add(
      "columns of numbers and words are read as text",
      `${this.#name(i)} ("${word.slice(0, 40)}" in row ${row})`,
    );
  }

  /** Numbers that are not written plainly. */
  forms(i: number, { examples }: OddCells): void {
    if (examples.length > 0) this.#add("numbers in other forms", `${this.#name(i)} (${examples.join(", ")})`);
  }

  /** Cells taken as missing whose marks are not the usual ones. */
  missing(i: number, missing: ReadonlyMap<string, number>): void {
    for (const [mark, count] of missing) {
      if (plainMarks.has(mark.toLowerCase())) continue;
      this.#add("cells taken as missing", `"${mark}" in ${count} rows of ${this.#name(i)}`);
    }
  }

  empty(i: number): void {
    this.#add("columns without any value are left out", this.#name(i));
  }

  unnamed(i: number): void {
    this.#add("columns without a name", `the last one is called ${this.#name(i)}`);
  }

  trailing(): void {
    this.#lists.set("the last column is left out, as it has neither a name nor values", []);
  }

  trimmed(i: number, cells: number): void {
    this.#add("blanks behind text are left out", `${cells} cells of ${this.#name(i)}`);
  }

  vectors(i: number, reason: string): void {
    this.#add("columns of vectors are left out", `${this.#name(i)} (${reason})`);
  }

  /** Yes and no read as 1 and 0. */
  truths(i: number, lines: readonly string[]): void {
    const words = [...new Set(lines)].filter((line) => truthValue(line) !== undefined && /^(?:yes|no)$/i.test(line));
    if (words.length > 0) this.#add("yes and no are read as 1 and 0", this.#name(i));
  }

  text(i: number, lines: readonly string[], marks: ReadonlyMap<string, number>): void {
    for (const [mark, count] of marks)
      this.#add(
        "cells taken as text, although they may mean that there is no value",
        `"${mark}" in ${count} rows of ${this.#name(i)}`,
      );
    const some = lines.slice(0, 1000).filter((line) => line !== "");
    const measures = some.filter((line) => withUnit.test(line));
    if (measures.length > some.length * 0.8)
      this.#add("columns of numbers with units are read as text", `${this.#name(i)} ("${measures[0]}")`);
  }

  #name(i: number): string {
    return `"${this.#names[i]}"`;
  }

  #add(kind: string, item: string): void {
    const items = this.#lists.get(kind);
    if (items) items.push(item);
    else this.#lists.set(kind, [item]);
  }
}
