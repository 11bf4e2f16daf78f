// The encoders that a finished run left, described by what their ONNX files say of themselves.
import { existsSync, readdirSync } from "node:fs";
import { EncoderFile, type Port } from "../../core/onnx/encoder-file.js";
import { UserError } from "../../errors.js";
import { inside, readRegular } from "../../inside.js";

export interface RunEncoder {
  /** The view that it encodes; "all" where an item is made from all views of a sample together. */
  readonly view: string;
  /** File name, with extension. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly Pick<Port, "name" | "columns">[];
  readonly output: string;
  /** Values of the output. */
  readonly dimensions: number;
  /** Whether the output's signs are the method's own hash code. */
  readonly makesCodes: boolean;
}

/** What the view of items that are made from all views together is called. */
const jointView = "all";

/**
 * Encoders of a run by view: those of the run itself, then of views that were added to it.
 * @throws UserError where there are none, or a file is no encoder.
 */
export function runEncoders(run: string): RunEncoder[] {
  const joint = inside(run, "model", "representation.onnx");
  if (existsSync(joint)) return [describeEncoder(joint, jointView)];
  const added = inside(run, "views");
  const folders = [inside(run, "model")];
  if (existsSync(added)) folders.push(...readdirSync(added).map((name) => inside(added, name, "model")));
  const encoders = folders.flatMap((folder) => {
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((name) => name.endsWith(".onnx"));
    return files.sort().map((file) => describeEncoder(inside(folder, file)));
  });
  if (encoders.length === 0) throw new UserError(`${run} has no model/*.onnx: the run is not finished`);
  return encoders;
}

function describeEncoder(path: string, view?: string): RunEncoder {
  const bytes = readRegular(path);
  const { inputs, outputs } = EncoderFile.read(bytes, path);
  const output = outputs.find(({ name }) => name === "code" || name === "representation");
  if (output === undefined || inputs.length === 0 || (view === undefined && inputs.length > 1)) {
    throw new UserError(`${path} is not an encoder: expected one input and an output "code" or "representation"`);
  }
  return {
    view: view ?? inputs[0]!.name,
    file: path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1),
    bytes,
    inputs: inputs.map(({ name, columns }) => ({ name, columns })),
    output: output.name,
    dimensions: output.columns,
    makesCodes: outputs.some(({ name }) => name === "bits"),
  };
}
