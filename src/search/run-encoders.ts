// The encoders that a finished run left, described by what their ONNX files say of themselves.
import { existsSync, readdirSync } from "node:fs";
import { UserError } from "../errors.js";
import { inside, readRegular } from "../inside.js";
import { onnx } from "../onnx/schema.js";

export interface RunEncoder {
  /** The view that it encodes; "all" where an item is made from all views of a sample together. */
  readonly view: string;
  /** File name, with extension. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly inputs: readonly { readonly name: string; readonly columns: number }[];
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
  if (encoders.length === 0) throw new UserError(`${run} has no model/*.onnx: the run did not come to its end`);
  return encoders;
}

function describeEncoder(path: string, view?: string): RunEncoder {
  const bytes = readRegular(path);
  const { inputs, outputs } = readSignature(bytes, path);
  const output = outputs.find(({ name }) => name === "code" || name === "representation");
  if (output === undefined || inputs.length === 0 || (view === undefined && inputs.length > 1)) {
    throw new UserError(`${path} is no encoder: expected one input and an output "code" or "representation"`);
  }
  return {
    view: view ?? inputs[0]!.name,
    file: path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1),
    bytes,
    inputs,
    output: output.name,
    dimensions: output.columns,
    makesCodes: outputs.some(({ name }) => name === "bits"),
  };
}

interface Port {
  readonly name: string;
  readonly columns: number;
}

function readSignature(bytes: Uint8Array, path: string): { inputs: Port[]; outputs: Port[] } {
  try {
    const { graph } = onnx.ModelProto.decode(bytes);
    const weights = new Set(graph?.initializer?.map(({ name }) => name));
    const ports = (infos: typeof graph extends null | undefined ? never : NonNullable<typeof graph>["input"]) =>
      (infos ?? [])
        .filter(({ name }) => !weights.has(name))
        .map(({ name, type }): Port => {
          const columns = Number(type?.tensorType?.shape?.dim?.at(-1)?.dimValue);
          return { name: name!, columns };
        });
    const [inputs, outputs] = [ports(graph?.input), ports(graph?.output)];
    if ([...inputs, ...outputs].some(({ columns }) => !(columns > 0))) throw new Error("a size is missing");
    return { inputs, outputs };
  } catch (error) {
    throw new UserError(`${path} is not a whole ONNX file: ${(error as Error).message}`);
  }
}
