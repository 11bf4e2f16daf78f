// Matrix products of plain arrays, by the same library that runs the graphs.
import { encodeModel } from "../onnx/model.js";
import { input, isOneBlock, isSplitByRows, matmul as product } from "../tensor/index.js";
import type { Engine } from "./engine.js";
import type { BoundCall, Session } from "./session.js";

export interface ProductShape {
  /** Rows of the result. */
  readonly m: number;
  /** The dimension summed over. */
  readonly k: number;
  /** Columns of the result. */
  readonly n: number;
  /** a is stored k × m. */
  readonly transposeA?: boolean;
  /** b is stored n × k. */
  readonly transposeB?: boolean;
}

const sessions = new WeakMap<Engine, Map<string, Promise<Session>>>();

function productSession(
  engine: Engine,
  { m, k, n, transposeA = false, transposeB = false }: ProductShape,
): Promise<Session> {
  const ofEngine = sessions.get(engine) ?? new Map<string, Promise<Session>>();
  sessions.set(engine, ofEngine);
  // Sizes that give the same form share a session.
  const key = `${transposeA},${transposeB},${isOneBlock(k, n, transposeB)},${isSplitByRows(m, n)}`;
  const known = ofEngine.get(key);
  if (known !== undefined) return known;
  const a = input("a", transposeA ? ["k", "m"] : ["m", "k"]);
  const b = input("b", transposeB ? ["n", "k"] : ["k", "n"]);
  const outputs = { c: product(a, b, { transposeA, transposeB }) };
  const session = engine.load(encodeModel({ name: "product", outputs, sizes: { m, k, n } }));
  ofEngine.set(key, session);
  session.catch(() => ofEngine.delete(key));
  return session;
}

/**
 * c = a · b over arrays that stay where they are (row-major), to be run as often as they change. Nothing is copied.
 * The arrays must not be smaller views that the garbage collector may drop: keep them alive as long as the call.
 */
export async function bindProduct(
  engine: Engine,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  shape: ProductShape,
): Promise<BoundCall> {
  engine.checkOpen();
  const { m, k, n, transposeA = false, transposeB = false } = shape;
  const session = await productSession(engine.root, shape);
  return session.bind(
    { a: { data: a, shape: transposeA ? [k, m] : [m, k] }, b: { data: b, shape: transposeB ? [n, k] : [k, n] } },
    { c: { data: c, shape: [m, n] } },
  );
}

/** a · b, m × n row-major, into `target` where given. */
export async function matmul(
  engine: Engine,
  a: Float32Array,
  b: Float32Array,
  shape: ProductShape,
  target = new Float32Array(shape.m * shape.n),
): Promise<Float32Array> {
  const call = await bindProduct(engine, a, b, target, shape);
  try {
    await call.run();
  } finally {
    call.release();
  }
  return target;
}
