// This machine's measured limits as we reach them: operations per second in a product 2048³.
import { bindProduct, Engine } from "../../dist/core/runtime/index.js";
import { emit, repeat, threads } from "./common.mjs";

const N = 2048;
const engine = await Engine.open({ threads });
const [a, b, c] = [0, 1, 2].map(() => engine.memory.float32(N * N).fill(1));
const product = await bindProduct(engine, a, b, c, { m: N, k: N, n: N });
const seconds = await repeat(() => product.run(), 9);
engine.close();
emit("limits", { flops: (2 * N ** 3) / Math.min(...seconds) });
