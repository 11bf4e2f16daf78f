// Matrix products too large to hold at once, worked through block of rows by block of rows.
import { MemoryScope } from "../core/kernels/memory.js";
import type { Engine } from "../core/runtime/engine.js";
import { bindProduct } from "../core/runtime/matmul.js";

/** Values per block: small enough to stay in a processor's second-level cache until they are read. */
const blockValues = 1 << 18;

/**
 * Calls `visit` with each block of rows of a · bᵀ in turn; the next block is computed while one is visited.
 * @param a rows × k, row-major.
 * @param b columns × k, row-major.
 * @param visit gets a block (count × columns, in the kernels' memory, valid during the call only), its first row and its
 *   number of rows.
 */
export async function forEachProductBlock(
  engine: Engine,
  a: Float32Array,
  b: Float32Array,
  { rows, columns, k }: { readonly rows: number; readonly columns: number; readonly k: number },
  visit: (block: Float32Array, firstRow: number, count: number) => void,
): Promise<void> {
  const height = Math.min(rows, Math.max(1, Math.floor(blockValues / columns)));
  const memory = new MemoryScope(engine.memory);
  const targets: Float32Array[] = [];
  const compute = async (first: number, target: Float32Array): Promise<Float32Array> => {
    const m = Math.min(height, rows - first);
    const block = target.subarray(0, m * columns);
    const call = await bindProduct(engine, a.subarray(first * k, (first + m) * k), b, block, {
      m,
      k,
      n: columns,
      transposeB: true,
    });
    try {
      await call.run();
    } finally {
      call.release();
    }
    return block;
  };
  let pending: Promise<Float32Array> | undefined;
  try {
    targets.push(memory.float32(height * columns), memory.float32(height < rows ? height * columns : 0));
    if (rows > 0) pending = compute(0, targets[0]!);
    for (let first = 0, turn = 1; first < rows; first += height, turn ^= 1) {
      const block = await pending!;
      const next = first + height;
      pending = next < rows ? compute(next, targets[turn]!) : undefined;
      visit(block, first, block.length / columns);
    }
  } finally {
    // the memory may only be given back once nothing is written to it
    await pending?.catch(() => undefined);
    memory.release();
  }
}
