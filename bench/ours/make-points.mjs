// Ten overlapping clusters in 384 dimensions, for k-means, as an .npy file (argument).

import { Random } from "../../dist/core/kernels/random.js";
import { writeNpy } from "../../dist/data/formats/index.js";

const [N, D, K] = [2000, 384, 10];
const random = new Random(0, "points");
const centers = Float32Array.from({ length: K * D }, () => 0.35 * random.normal());
const points = Float32Array.from({ length: N * D }, (_, at) => {
  const [row, column] = [Math.floor(at / D), at % D];
  return centers[(row % K) * D + column] + random.normal();
});
writeNpy(process.argv[2], points, [N, D]);
