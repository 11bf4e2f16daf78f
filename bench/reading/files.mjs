// Text tables to read: random numbers of four decimals, and columns of words, under a header.
import { closeSync, openSync, writeSync } from "node:fs";

const labels = ["cat", "dog", "eel", "a longer name of a class"];

/** Writes rows × columns numbers, the last `words` columns as words, and a label at the end. */
export function writeTable(path, { rows, columns, delimiter = ",", decimal = ".", words = 0 }) {
  let state = 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const numbers = Array.from({ length: 2 ** 14 }, () => {
    const spread = [1, 1, 10, 1000][next() % 4];
    return ((next() / 2 ** 31 - 1) * spread).toFixed(4).replace(".", decimal);
  });
  const file = openSync(path, "w");
  const names = Array.from({ length: columns }, (_, i) => `f${i}`);
  writeSync(file, `${[...names, "label"].join(delimiter)}\n`);
  let pending = [];
  for (let i = 0; i < rows; i++) {
    const cells = new Array(columns + 1);
    for (let j = 0; j < columns; j++) {
      cells[j] = j < columns - words ? numbers[next() >>> 18] : `word ${next() >>> 20}`;
    }
    cells[columns] = labels[next() >>> 30];
    pending.push(cells.join(delimiter));
    if (pending.length * columns > 2 ** 18) {
      writeSync(file, `${pending.join("\n")}\n`);
      pending = [];
    }
  }
  if (pending.length > 0) writeSync(file, `${pending.join("\n")}\n`);
  closeSync(file);
}
