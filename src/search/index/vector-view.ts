// A view whose items and queries are vectors, or packed codes, as they are: validated, and vectors given their codes.
import type { Engine } from "../../core/runtime/index.js";
import { UserError } from "../../errors.js";
import { codesOf, normOf } from "./coder.js";
import type { IndexFolder, IndexView } from "./index-folder.js";

/** What the store keeps of an item; packed codes have no vector. */
export interface Encoded {
  readonly code: Uint8Array;
  readonly vector?: Float32Array;
}

/** Stands where a view with a model has its encoder. */
export class VectorView {
  constructor(
    private readonly index: IndexFolder,
    private readonly view: IndexView,
    private readonly engine: Engine,
  ) {}

  /**
   * @param features a vector of as many values as the view has columns, or the bytes of a packed code.
   * @throws UserError for another length, a value that is not finite, a vector of zeros, a byte that is none.
   */
  async encode(features: ArrayLike<number>): Promise<Encoded> {
    const { manifest, coder } = this.index;
    if (manifest.codes === "packed") return { code: packedCode(features, this.view) };
    const vector = vectorOf(features, this.view);
    return { vector, code: await codesOf([vector], this.view.name, manifest, coder, this.engine) };
  }

  async release(): Promise<void> {}
}

function vectorOf(features: ArrayLike<number>, { name, columns }: IndexView): Float32Array {
  if (features.length !== columns) {
    throw new UserError(`view "${name}" has vectors of ${columns} values, got ${features.length}`);
  }
  const vector = Float32Array.from(features);
  const odd = vector.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new UserError(`value ${odd} of the vector is ${features[odd]}, expected a finite number`);
  if (!isUsable(vector)) throw new UserError("the vector is all zeros: it has no direction, and no cosine");
  return vector;
}

/** Whether a vector has a direction: its length is neither 0 nor too large or small for float32. */
export function isUsable(vector: Float32Array): boolean {
  const norm = normOf(vector);
  return norm > 0 && Number.isFinite(norm);
}

function packedCode(features: ArrayLike<number>, { name, columns }: IndexView): Uint8Array {
  if (features.length !== columns) {
    throw new UserError(`view "${name}" has packed codes of ${columns} bytes, got ${features.length} values`);
  }
  const code = Uint8Array.from(features);
  const odd = code.findIndex((value, i) => value !== features[i]);
  if (odd >= 0) throw new UserError(`value ${odd} of the packed code is ${features[odd]}, expected a byte, 0 to 255`);
  return code;
}
