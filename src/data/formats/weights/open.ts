// Opens a file of weights, recognized by its content: PyTorch's, safetensors or ONNX.
import { UserError } from "../../../errors.js";
import { openSource, type Source } from "../source.js";
import { readOnnxWeights } from "./onnx.js";
import { readSafetensors } from "./safetensors.js";
import { isLegacyTorch, readLegacyTorch, readTorch } from "./torch.js";
import type { WeightFile } from "./weight-file.js";

/** How `openWeights` reads. */
export interface OpenWeightsOptions {
  /** Which dictionary of a checkpoint of PyTorch is meant, where several hold tensors: "state_dict", "model". */
  readonly part?: string;
}

/**
 * Opens a file of weights: PyTorch's .pth, .pt and .bin (dictionaries of tensors; nothing of the pickle is run), .safetensors, or the
 * initializers of an .onnx model. Tensors are read one at a time, as float32; the notes say what was converted or left.
 * @param path the file; close it after reading (`close`).
 * @throws UserError where it is none of these or damaged, where a pickle holds anything but tensors and plain values (its name is
 *   said), or where a checkpoint has several sets of tensors and `part` names none.
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { openWeights } from "vantage-ml/data";
 *
 * const header = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
 * const length = Buffer.alloc(8);
 * length.writeBigUInt64LE(BigInt(header.length));
 * writeFileSync("w.safetensors", Buffer.concat([length, Buffer.from(header), Buffer.from(Float32Array.of(1, 2).buffer)]));
 * const file = openWeights("w.safetensors");
 * console.log(file.tensors.get("w")?.read()); // Float32Array(2) [ 1, 2 ]
 * file.close();
 * ```
 */
export function openWeights(path: string, { part }: OpenWeightsOptions = {}): WeightFile {
  const source = openSource(path);
  try {
    return readWeights(source, part);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** `openWeights` of an open file. */
export function readWeights(source: Source, part?: string): WeightFile {
  const start = source.read(0, 16);
  const isZip = Buffer.from(start.subarray(0, 4)).equals(Buffer.from("PK\x03\x04"));
  if (isZip) return readTorch(source, part);
  if (isLegacyTorch(start)) return readLegacyTorch(source, part);
  if (part !== undefined)
    throw new UserError(`${source.path} is no file of PyTorch: it has no parts such as "${part}"`);
  if (start[8] === 0x7b) return readSafetensors(source);
  // The model's first field, its version of the format.
  if (start[0] === 8) return readOnnxWeights(source);
  if (start[0] === 0x80) throw new UserError(`${source.path} is a pickle, not a file of torch.save`);
  throw new UserError(`${source.path} is no file of weights: expected PyTorch's .pth, .safetensors or .onnx`);
}
