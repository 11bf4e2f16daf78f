// One view's encoder in use: raw features to vectors and packed codes, requests of the same time in one call.

import { EncoderFile, rowShape } from "../../core/onnx/encoder-file.js";
import { type Engine, RuntimeError } from "../../core/runtime/index.js";
import type { BoundCall, Session } from "../../core/runtime/session.js";
import { UserError } from "../../errors.js";
import { readRegular } from "../../inside.js";
import { packSigns } from "../../methods/shared/packing.js";
import { type IndexFolder, type ModelView as IndexView, modelPath } from "../index/index-folder.js";
import { Batcher, type Treatment } from "../scheduling/batcher.js";

/** Samples per call; of pictures the most of these that a call has the memory and time for. */
const CHUNK = 256;
const pictureChunks = [16, 8, 4, 2];

/** What the store keeps of a sample. */
export interface Encoding {
  readonly code: Uint8Array;
  readonly vector: Float32Array;
}

export class ViewEncoder {
  /** One call at a time, since all have the same buffers. */
  readonly #batcher: Batcher<Float32Array, Encoding>;
  readonly #inputs: readonly Float32Array[];
  readonly #output: Float32Array;
  readonly #calls = new Map<number, BoundCall>();

  private constructor(
    readonly view: IndexView,
    private readonly index: IndexFolder,
    private readonly file: EncoderFile,
    private readonly session: Session,
    /** Samples that are encoded by one call at most. */
    readonly together: number,
  ) {
    const limits = { together, atOnce: 1, waiting: 64 * together, patience: 25_000 };
    this.#batcher = new Batcher((batch) => this.#encode(batch), limits);
    this.#inputs = view.inputs.map(({ columns }) => new Float32Array(together * columns));
    this.#output = new Float32Array(together * index.manifest.dimensions);
  }

  /** @throws UserError where the model cannot be read, is no encoder, or is not the one that the index describes. */
  static async open(index: IndexFolder, view: IndexView, engine: Engine): Promise<ViewEncoder> {
    const path = modelPath(index.folder, view);
    const file = EncoderFile.read(readRegular(path), path);
    const together = chunkOf(file, view);
    checkFit(file, index.manifest, view, path, together);
    const session = await engine.load(file.bytes()).catch((error) => {
      throw encoderFailure(path, error);
    });
    return new ViewEncoder(view, index, file, session, together);
  }

  /**
   * @param features as many as the view has columns.
   * @throws UserError for another number of features, a feature that is not finite, or a code that is not; UnavailableError where
   * the encoder does not come to an end, or too much waits for it.
   */
  async encode(features: ArrayLike<number>, treatment?: Treatment): Promise<Encoding> {
    const { name, columns } = this.view;
    if (features.length !== columns) {
      throw new UserError(`view "${name}" has ${columns} features, got ${features.length}`);
    }
    const values = new Float32Array(features);
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw new UserError(`feature ${odd} is ${features[odd]}, expected a finite number`);
    const encoding = await this.#batcher.add(values, treatment);
    if (encoding.vector.some((value) => !Number.isFinite(value))) {
      throw new UserError(`these features are too large for the encoder of view "${name}"`);
    }
    return encoding;
  }

  async release(): Promise<void> {
    for (const call of this.#calls.values()) call.release();
    this.#calls.clear();
    await this.session.release();
  }

  async #encode(batch: readonly Float32Array[]): Promise<Encoding[]> {
    let offset = 0;
    for (const [i, { columns }] of this.view.inputs.entries()) {
      for (const [row, features] of batch.entries()) {
        this.#inputs[i]!.set(features.subarray(offset, offset + columns), row * columns);
      }
      offset += columns;
    }
    try {
      await this.#call(batch.length).run();
    } catch (error) {
      throw encoderFailure(modelPath(this.index.folder, this.view), error);
    }
    const { dimensions } = this.index.manifest;
    return batch.map((_, row) => this.#encoding(this.#output.slice(row * dimensions, (row + 1) * dimensions)));
  }

  #encoding(vector: Float32Array): Encoding {
    return { vector, code: codeOf(vector, this.index) };
  }

  #call(rows: number): BoundCall {
    let call = this.#calls.get(rows);
    if (call === undefined) {
      checkOutput(this.file, this.view, rows, this.index.manifest.dimensions);
      const inputs = Object.fromEntries(
        this.view.inputs.map(({ name, columns }, i) => [
          name,
          { data: this.#inputs[i]!.subarray(0, rows * columns), shape: [rows, ...rowShape(this.file.inputs[i]!)] },
        ]),
      );
      const { dimensions } = this.index.manifest;
      const data = this.#output.subarray(0, rows * dimensions);
      call = this.session.bind(inputs, { [this.view.output]: { data, shape: [rows, dimensions] } });
      this.#calls.set(rows, call);
    }
    return call;
  }
}

/** How many samples one call takes. */
function chunkOf(file: EncoderFile, { output }: IndexView): number {
  if (file.inputs.every(({ dims }) => dims.length === 2)) return CHUNK;
  const fits = (rows: number) => {
    try {
      return file.outputShape(output, rows)[0] === rows;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  };
  return pictureChunks.find(fits) ?? 1;
}

/** @throws UserError where the model's inputs and output are others than the index says: nothing is allocated before. */
function checkFit(
  file: EncoderFile,
  { dimensions, bits }: IndexFolder["manifest"],
  view: IndexView,
  path: string,
  together: number,
) {
  const say = (ports: readonly { name: string; columns: number }[]) =>
    ports.map(({ name, columns }) => `"${name}" of ${columns} columns`).join(", ");
  const columns = view.inputs.reduce((sum, input) => sum + input.columns, 0);
  if (say(file.inputs) !== say(view.inputs) || columns !== view.columns) {
    const expected = `${say(view.inputs)}, ${view.columns} in all`;
    throw new UserError(`${path} takes ${say(file.inputs) || "nothing"}, the index expects ${expected}`);
  }
  if (![...file.inputs, file.outputs.find(({ name }) => name === view.output)].every((port) => port?.isFloat)) {
    throw new UserError(`${path}: expected inputs and an output "${view.output}" of type float32`);
  }
  if (bits !== Math.ceil(dimensions / 8) * 8) {
    throw new UserError(`${path}: the index has codes of ${bits} bits for outputs of ${dimensions} values`);
  }
  checkOutput(file, view, together, dimensions);
}

/** @throws UserError where the model gives another shape for so many samples, or takes too much memory or time. */
function checkOutput(file: EncoderFile, { output, model }: IndexView, rows: number, dimensions: number): void {
  const shape = file.outputShape(output, rows);
  if (shape.length !== 2 || shape[0] !== rows || shape[1] !== dimensions) {
    throw new UserError(
      `${model} gives "${output}" of shape [${shape.join(", ")}] for ${rows} samples, the index expects [${rows}, ${dimensions}]`,
    );
  }
}

/** What ONNX Runtime says of a file that it does not take. */
function encoderFailure(path: string, error: unknown): unknown {
  return error instanceof RuntimeError ? new UserError(`${path} cannot be used: ${error.message}`) : error;
}

/** Signs of a vector, less the index's center where it has one, packed; bits beyond the vector's length are 0. */
export function codeOf(vector: Float32Array, { manifest, center }: Pick<IndexFolder, "manifest" | "center">) {
  const padded = new Float32Array(manifest.bits);
  for (let j = 0; j < vector.length; j++) padded[j] = vector[j]! - (center?.[j] ?? 0);
  const code = new Uint8Array(manifest.bits / 8);
  packSigns(padded, code);
  return code;
}
