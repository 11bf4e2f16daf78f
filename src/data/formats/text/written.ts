// The cells of columns of numbers as the file has them: read again when they are requested, as keeping all would take much memory.
import { UserError } from "../../../errors.js";

/** Cells that one reading may collect. */
const batchCells = 2 ** 19;

/** Reads columns as text; the next ones that could be requested come along. */
export class WrittenCells {
  readonly #places: ReadonlyMap<number, number>;
  #batch: ReadonlyMap<number, readonly string[]> = new Map();

  /**
   * @param columns those that can be requested, in order.
   * @param readTexts reads some columns of the file as text.
   */
  constructor(
    readonly columns: readonly number[],
    readonly rows: number,
    readonly readTexts: (columns: readonly number[]) => ReadonlyMap<number, readonly string[]>,
    readonly path: string,
  ) {
    this.#places = new Map(columns.map((column, i) => [column, i]));
  }

  /** The cells of a column. @throws UserError where the file has changed. */
  of(column: number): readonly string[] {
    let lines = this.#batch.get(column);
    if (!lines) {
      const place = this.#places.get(column)!;
      const count = Math.max(1, Math.floor(batchCells / Math.max(1, this.rows)));
      this.#batch = this.readTexts(this.columns.slice(place, place + count));
      lines = this.#batch.get(column)!;
    }
    if (lines.length !== this.rows) throw new UserError(`${this.path} has changed while it was read`);
    return lines;
  }
}
