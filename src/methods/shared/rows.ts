// Which of some samples have a view.
import type { View } from "../../data/dataset.js";

/** Those of the rows whose samples have the view. */
export function rowsWith({ present }: Pick<View, "present">, rows: Int32Array): Int32Array {
  return present === undefined ? rows : rows.filter((row) => present[row] === 1);
}
