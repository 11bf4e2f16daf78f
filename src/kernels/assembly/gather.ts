// Rows of a matrix, chosen by number, copied to a dense batch.
import { count, pointer } from "./arguments";

/** source, columns, rows, target */
export function gatherRows(begin: u32, end: u32, args: usize): void {
  const source = pointer(args, 0);
  const bytes: usize = count(args, 1) << 2;
  const rows = pointer(args, 2);
  let to = pointer(args, 3) + <usize>begin * bytes;
  for (let i = begin; i < end; i++) {
    memory.copy(to, source + <usize>load<u32>(rows + (<usize>i << 2)) * bytes, bytes);
    to += bytes;
  }
}

/** offsets, indices, values, columns, rows, target, result: set to 1 where an index is no column */
export function gatherSparseRows(begin: u32, end: u32, args: usize): void {
  const offsets = pointer(args, 0);
  const indices = pointer(args, 1);
  const values = pointer(args, 2);
  const columns = count(args, 3);
  const rows = pointer(args, 4);
  const bytes: usize = columns << 2;
  let to = pointer(args, 5) + <usize>begin * bytes;
  for (let i = begin; i < end; i++) {
    memory.fill(to, 0, bytes);
    const offset = offsets + (<usize>load<u32>(rows + (<usize>i << 2)) << 2);
    const stop: usize = load<u32>(offset, 4) << 2;
    for (let entry: usize = load<u32>(offset) << 2; entry < stop; entry += 4) {
      const column = load<u32>(indices + entry);
      if (column < columns) store<f32>(to + (<usize>column << 2), load<f32>(values + entry));
      else store<f64>(args + 48, 1);
    }
    to += bytes;
  }
}
