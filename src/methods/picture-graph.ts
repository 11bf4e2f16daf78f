// An ONNX file as option `backbone`: whether its network or its weights are meant, what it takes and gives, and how pictures are normalized.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type BackboneName, backbone, backboneNames, Forward, importOnnx, Parameters } from "../core/nn/index.js";
import type { Port } from "../core/nn/onnx-import/graph.js";
import { externalLocations, onnxPorts, withoutWeights } from "../core/nn/onnx-import/structure.js";
import type { ReadExternal } from "../core/onnx/read-external.js";
import { type Dim, inputName, input as inputTensor } from "../core/tensor/index.js";
import { besideModel } from "../data/formats/weights/onnx.js";
import { openWeights } from "../data/formats/weights/open.js";
import { fileBeside, jsonBeside } from "../encoders/onnx/files.js";
import { chooseOutput } from "../encoders/onnx/outputs.js";
import { preprocessingBySettings, preprocessingOf } from "../encoders/onnx/preprocessor.js";
import { type ModelSettings, readModelSettings } from "../encoders/onnx/settings.js";
import { UserError } from "../errors.js";
import { inside, readRegular } from "../inside.js";
import type { PictureGraph } from "./shared/imported-trunk.js";
import { affineOf, type Normalization, normalizationNames, normalizations } from "./shared/normalization.js";

/** What options and data say of an ONNX model of pictures. */
export interface PictureGraphOptions {
  /** Whether option `arch` says that the file's own network is meant. */
  readonly isSure?: boolean | undefined;
  readonly normalization?: Normalization | undefined;
  /** Up to where its weights are kept, which is checked. */
  readonly freeze?: string | undefined;
  /** The side of the pictures that there are; undefined where the model is to say it. */
  readonly side: number | undefined;
}

/** A model of pictures and the side of those that it takes. */
export interface OpenedPictureGraph {
  readonly graph: PictureGraph;
  readonly side: number;
}

/**
 * Opens an ONNX model of pictures: squares of three channels, any number of them at a time.
 * @throws UserError where something is open, with the flags that say it: two readings, no normalization, no size; where the model
 *   takes or gives anything else, an operator is unknown, or weights lie outside its folder.
 */
export function openPictureGraph(
  path: string,
  { isSure, normalization, freeze, side: given }: PictureGraphOptions,
): OpenedPictureGraph {
  const bytes = readRegular(path, undefined, { follow: true });
  const external = besideModel(path);
  const { inputs } = onnxPorts(bytes, path, external);
  if (!isSure) askWhereItIsWeights(path);
  const settings = readModelSettings(path);
  const config = jsonBeside(path, configFile);
  const preprocessing = preprocessingBySettings(settings) ?? (config && preprocessingOf(config.content, config.path));
  const port = pictureInput(path, inputs);
  const { isChannelsFirst, height, width } = layoutOf(path, port);
  const side = sideOf(path, { height, width }, given, preprocessing);
  const sizes = namedSizes([
    [height, side],
    [width, side],
    [port.shape[isChannelsFirst ? 1 : 3]!, 3],
  ]);
  const model = { path, bytes, external, sizes, freeze, port, side, isChannelsFirst };
  const { structure, output, pooling } = traced(model, settings);
  const named = normalization && affineOf(normalizations[normalization]);
  const ofSettings = settings.mean || settings.std;
  const channels =
    named ??
    (preprocessing && affineOf({ mean: preprocessing.mean, deviation: preprocessing.std }, preprocessing.rescale)) ??
    (ofSettings && affineOf({ mean: settings.mean ?? [0, 0, 0], deviation: settings.std ?? [1, 1, 1] }));
  if (!channels) throw askNormalization(path);
  const graph: PictureGraph = {
    ...{ path, model: Buffer.from(structure).toString("base64"), input: port.name, output, isChannelsFirst, sizes },
    ...(pooling && { pooling }),
    ...channels,
  };
  return { graph, side };
}

const configFile = "preprocessor_config.json";

/** The files that such a model is made of: those that say how pictures become its input, and its weights in other files. */
export function pictureGraphFiles(path: string): string[] {
  const yaml = path.replace(/\.onnx$/i, ".yaml");
  const config = fileBeside(path, configFile);
  const locations = externalLocations(readRegular(path, undefined, { follow: true }));
  return [
    path,
    ...[yaml, ...(config === undefined ? [] : [config])].filter((each) => each !== path && existsSync(each)),
    ...locations.map((location) => inside(dirname(path), location)),
  ];
}

/**
 * A file whose tensors have the names and shapes of a network here may be meant as its weights, or as the network that it holds.
 * @throws UserError with both.
 */
function askWhereItIsWeights(path: string): void {
  const file = openWeights(path);
  try {
    const fits = (name: BackboneName) => {
      const parameters = new Parameters();
      backbone(parameters, name);
      return parameters.all.every((each) => file.tensors.get(each.name)?.shape.join() === each.shape.join());
    };
    const fitting = backboneNames.filter(fits);
    if (fitting.length === 0) return;
    const asWeights = fitting.map(
      (name) => `--set arch=${name} takes its weights for that network, without the last layer`,
    );
    throw new UserError(
      `${path} can be read in two ways: --set arch=graph takes the network in it, ${asWeights.join(", ")}`,
    );
  } finally {
    file.close();
  }
}

/** @throws UserError where a model takes anything but pictures, several at a time. */
function pictureInput(path: string, inputs: readonly Port[]): Port {
  const [port, ...others] = inputs;
  const shown = inputs.map(({ name, shape }) => `"${name}" [${shape.join(", ")}]`).join(", ");
  if (port === undefined || others.length > 0 || port.dtype !== "float32" || port.shape.length !== 4) {
    throw new UserError(`${path} takes ${shown}, expected one input of float32, pictures [n, 3, height, width]`);
  }
  const [rows] = port.shape;
  if (typeof rows === "number") {
    throw new UserError(
      `${path} takes ${rows} ${rows === 1 ? "picture" : "pictures"} at a time, and a training any number: export it with a named first dimension (torch.onnx.export with dynamic_axes={"${port.name}": {0: "n"}}, or dynamic_shapes)`,
    );
  }
  return port;
}

/** Where the channels stand; first, where the file leaves it open, as exporters write them. */
function layoutOf(path: string, { name, shape }: Port): { isChannelsFirst: boolean; height: Dim; width: Dim } {
  const [, a, b, c] = shape as [Dim, Dim, Dim, Dim];
  const mayBe3 = (dim: Dim) => dim === 3 || typeof dim === "string";
  const isChannelsFirst = a === 3 || (c !== 3 && mayBe3(a));
  if (!isChannelsFirst && c !== 3) {
    throw new UserError(
      `${path} takes "${name}" [${shape.join(", ")}], expected pictures of 3 channels, red, green and blue`,
    );
  }
  return { isChannelsFirst, ...(isChannelsFirst ? { height: b, width: c } : { height: a, width: b }) };
}

/** The side of the squares: the model's, else that of the pictures that there are, else the one that files beside it say. */
function sideOf(
  path: string,
  { height, width }: { height: Dim; width: Dim },
  given: number | undefined,
  preprocessing: { readonly height: number; readonly width: number } | undefined,
): number {
  const isFixed = typeof height === "number" || typeof width === "number";
  const [tall, wide] = isFixed
    ? [typeof height === "number" ? height : width, typeof width === "number" ? width : height]
    : [preprocessing?.height ?? given, preprocessing?.width ?? given];
  const side = isFixed ? Number(tall) : (given ?? tall);
  if (tall !== wide) throw new UserError(`${path} takes pictures of ${tall} × ${wide}, expected squares`);
  if (side === undefined) {
    throw new UserError(`${path} takes pictures of any size: set one with --image-encoder pixels:224, or another side`);
  }
  if (given !== undefined && given !== side) {
    throw new UserError(
      `${path} takes pictures of ${side} × ${side}, and these are ${given} × ${given}: --image-encoder pixels:${side}`,
    );
  }
  return Number(side);
}

const namedSizes = (pairs: readonly (readonly [Dim, number])[]) =>
  Object.fromEntries(pairs.filter(([dim]) => typeof dim === "string"));

interface Traced {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly external: ReadExternal;
  readonly sizes: Readonly<Record<string, number>>;
  readonly freeze: string | undefined;
  readonly port: Port;
  readonly side: number;
  readonly isChannelsFirst: boolean;
}

/** Applies the model to pictures once, as in training: which weights it has, and which output is taken. */
function traced(
  { path, bytes, external, sizes, freeze, port, side, isChannelsFirst }: Traced,
  settings: ModelSettings,
): { structure: Uint8Array; output: string; pooling: PictureGraph["pooling"] } {
  const parameters = new Parameters();
  const net = importOnnx(bytes, parameters, { path, sizes, external, ...(freeze !== undefined && { freeze }) });
  const shape = isChannelsFirst ? [3, side, side] : [side, side, 3];
  const results = net.apply({ [port.name]: inputTensor(port.name, ["n", ...shape]) }, new Forward(true));
  const names = net.outputs.filter((name) => results[name]?.dtype === "float32");
  const found = chooseOutput({ names, shapeOf: (name) => results[name]?.shape ?? [] }, path, settings);
  const weights = new Set(parameters.all.map(({ tensor }) => inputName(tensor)));
  return { structure: withoutWeights(bytes, weights, external), output: found.name, pooling: found.pooling };
}

function askNormalization(path: string): UserError {
  const flags = normalizationNames.map((name) => `--set normalization=${name}`).join(" | ");
  return new UserError(
    `${path}: its picture normalization is unknown (no ${configFile} beside it, and no ${path.replace(/\.onnx$/i, ".yaml")} with mean and std): ${flags} (torchvision's networks: imagenet)`,
  );
}
