// Pictures through an ONNX model.
import type { EncoderFile } from "../../core/onnx/encoder-file.js";
import type { Session } from "../../core/runtime/session.js";
import { UserError } from "../../errors.js";
import type { PictureEncoder } from "../encoder.js";
import { chooseOutput, outputsOf, pooled } from "./outputs.js";
import { type Preprocessing, writeInput } from "./preprocessor.js";
import type { ModelSettings } from "./settings.js";

/** Pictures of one call. */
const together = 8;

/** A model with what is known of it. */
export interface OpenedModel {
  readonly spec: string;
  readonly path: string;
  readonly file: EncoderFile;
  readonly settings: ModelSettings;
  readonly session: Session;
  readonly identity: string;
}

/** @throws UserError where the model takes no pictures of that size. */
export function pictureModel(
  { spec, path, file, settings, session, identity }: OpenedModel,
  preprocessing: Preprocessing,
): PictureEncoder {
  const { height, width } = preprocessing;
  const [input] = file.inputs;
  const { isChannelsFirst, batch } = layoutOf(path, input!, height, width);
  const shapeOf = (count: number) => (isChannelsFirst ? [count, 3, height, width] : [count, height, width, 3]);
  const shapes = (count: number) => new Map([[input!.name, shapeOf(count)]]);
  const output = chooseOutput(outputsOf(file, shapes(batch ?? 2)), path, settings);
  const { dimensions, pooling, name } = output;
  const values = 3 * height * width;
  const step = batch ?? file.fittingRows(name, together, shapes);
  const encodeSome = async (pictures: Parameters<PictureEncoder["encode"]>[0]): Promise<Float32Array> => {
    const count = batch ?? pictures.length;
    const data = new Float32Array(count * values);
    for (const [i, picture] of pictures.entries()) {
      writeInput(picture, preprocessing, isChannelsFirst, data.subarray(i * values, (i + 1) * values));
    }
    const shape = file.shapeFor(name, shapes(count));
    const rows = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const call = session.bind({ [input!.name]: { data, shape: shapeOf(count) } }, { [name]: { data: rows, shape } });
    try {
      await call.run();
    } finally {
      call.release();
    }
    const each = rows.length / count;
    if (pooling === undefined) return rows.subarray(0, pictures.length * dimensions);
    const result = new Float32Array(pictures.length * dimensions);
    for (let i = 0; i < pictures.length; i++) {
      result.set(pooled(rows.subarray(i * each, (i + 1) * each), dimensions, pooling), i * dimensions);
    }
    return result;
  };
  return {
    ...{ spec, material: "pictures", dimensions, identity, isCostly: true, decoding: preprocessing.decoding },
    async encode(pictures, signal) {
      const rows = new Float32Array(pictures.length * dimensions);
      for (let from = 0; from < pictures.length; from += step) {
        signal?.throwIfAborted();
        rows.set(await encodeSome(pictures.slice(from, from + step)), from * dimensions);
      }
      return rows;
    },
    release: () => session.release(),
  };
}

/** Where the channels stand, and how many pictures a call takes where that is fixed. */
function layoutOf(
  path: string,
  { name, dims, isFloat }: EncoderFile["inputs"][number],
  height: number,
  width: number,
): { isChannelsFirst: boolean; batch: number | undefined } {
  const fits = (...sizes: number[]) => dims.slice(1).every((dim, i) => dim === undefined || dim === sizes[i]);
  const [first, last] = [fits(3, height, width), fits(height, width, 3)];
  if (dims.length !== 4 || !isFloat || (!first && !last)) {
    const found = `"${name}" of shape [${dims.map((dim) => dim ?? "?").join(", ")}]`;
    throw new UserError(
      `${path} takes ${found}, expected pictures of float32, 3 × ${height} × ${width} or ${height} × ${width} × 3`,
    );
  }
  // Exporters write the channels first, where the file leaves both open.
  return { isChannelsFirst: first, batch: dims[0] };
}
