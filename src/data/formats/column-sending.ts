// Sends columns from the decoding process: small ones together, large ones in parts.
import type { Column, ColumnMessage, NumericColumn } from "./columns.js";

/** Bytes of a message, about. */
const messageBytes = 2 ** 20;

const send = (message: ColumnMessage): Promise<void> =>
  new Promise((resolve) => process.send!(message, () => resolve()));

/** Gives columns to the parent process in order. */
export class ColumnSender {
  readonly #waiting: Column[] = [];
  #bytes = 0;

  async column(column: Column): Promise<void> {
    const bytes = sizeOf(column);
    if (column.kind === "numeric" && bytes > messageBytes) {
      await this.#flush();
      return this.#large(column);
    }
    this.#waiting.push(column);
    this.#bytes += bytes;
    if (this.#bytes > messageBytes) await this.#flush();
  }

  async done(index: readonly string[], notes: readonly string[]): Promise<void> {
    await this.#flush();
    await send({ done: true, index, notes });
  }

  problem(problem: string, mine: boolean): Promise<void> {
    return send({ problem, mine });
  }

  async #large(column: NumericColumn): Promise<void> {
    const { values } = column;
    await send({ large: { ...column, values: values.slice(0, 0) }, length: values.length });
    const step = Math.ceil(messageBytes / values.BYTES_PER_ELEMENT);
    for (let i = 0; i < values.length; i += step) await send({ part: values.subarray(i, i + step) });
  }

  async #flush(): Promise<void> {
    const columns = this.#waiting.splice(0);
    this.#bytes = 0;
    if (columns.length > 0) await send({ columns });
  }
}

function sizeOf(column: Column): number {
  if (column.kind === "skipped") return 100;
  if (column.kind === "numeric") return column.values.byteLength;
  return column.codes.byteLength + column.words.reduce((sum, word) => sum + word.length, 0);
}
