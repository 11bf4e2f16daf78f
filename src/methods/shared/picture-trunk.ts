// What makes features of pictures in a method's network: normalization and a backbone, from a file of weights where one is given.

import { openWeights } from "#model-files";
import {
  type BackboneName,
  backbone,
  backboneNames,
  type Layer,
  loadWeights,
  type Parameters,
} from "../../core/nn/index.js";
import type { ParameterStore } from "../../core/runtime/index.js";
import { add, constant, mul, type Tensor } from "../../core/tensor/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { pictureShape } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import type { ViewShape } from "../feeding.js";
import type { PictureOptions } from "./fields.js";
import type { HashingNetwork, StoredNetwork } from "./hashing-network.js";

/** A backbone as options name it. */
export interface BackboneChoice {
  readonly arch: BackboneName;
  /** A file of its weights. */
  readonly file?: string;
  readonly freeze?: string | undefined;
}

/** A network's part from pictures to features. */
export interface Trunk {
  /** Begins the names of its parameters. */
  readonly prefix: string;
  /** Features of a picture. */
  readonly width: number;
  /** Pictures [n, 3, height, width] with values from 0 to 255 to features [n, width]. */
  readonly layer: Layer;
}

/** Means and deviations of red, green and blue in ImageNet, of values from 0 to 1: what torchvision's weights were trained with. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;

/** A smaller picture leaves nothing for the last of AlexNet's poolings. */
const leastSide = 63;

/**
 * The backbone that options choose: by its name, or as a file of weights, whose name or option `arch` says of which network.
 * @returns undefined where there is none.
 * @throws UserError where the file's name leaves that open, or an option is for a backbone and there is none.
 * @example
 * ```ts
 * import { chosenBackbone } from "vantage-ml/method";
 *
 * console.log(chosenBackbone({ backbone: "vgg19_bn-c79401a0.pth", augment: false })?.arch); // vgg19-bn
 * ```
 */
export function chosenBackbone({ backbone: choice, arch, freeze }: PictureOptions): BackboneChoice | undefined {
  if (choice === "none") {
    const odd = arch !== undefined ? "arch" : freeze !== undefined ? "freeze" : undefined;
    if (odd !== undefined)
      throw new UserError(`option ${odd} is for a network that takes pictures: choose option backbone too`);
    return undefined;
  }
  const named = backboneNames.find((name) => name === choice);
  if (named !== undefined) {
    if (arch !== undefined && arch !== named)
      throw new UserError(`option arch is for a file of weights: option backbone says ${named} already`);
    return { arch: named, freeze };
  }
  if (!/\.(?:pth?|bin|safetensors|onnx)$/i.test(choice)) {
    throw new UserError(
      `option backbone: expected none, ${backboneNames.join(", ")}, or a file of weights (.pth, .safetensors, .onnx) (got ${JSON.stringify(choice)})`,
    );
  }
  return { arch: arch ?? archOf(choice), file: choice, freeze };
}

/** As torchvision names its files: vgg19_bn-c79401a0.pth. */
function archOf(path: string): BackboneName {
  const file = plain(path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1));
  const fitting = backboneNames.filter((name) => file.includes(plain(name)));
  if (fitting.length === 1) return fitting[0]!;
  throw new UserError(
    `option backbone: the name of ${path} does not say which network it is of: say it with --set arch=${backboneNames.join("|")}`,
  );
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[-_]/g, "");

/**
 * @throws UserError where pictures and options do not fit: pixels without a network for them, or a network without pictures.
 * @example
 * ```ts
 * import { UserError } from "vantage-ml";
 * import { synthetic } from "vantage-ml/data";
 * import { checkPictures } from "vantage-ml/method";
 *
 * try {
 *   checkPictures(synthetic({ samples: 10, classes: 2 }), { backbone: "alexnet", augment: false });
 * } catch (error) {
 *   console.log(error instanceof UserError); // true
 * }
 * ```
 */
export function checkPictures(data: MultiViewDataset, options: PictureOptions): void {
  checkPixels(data, options);
  const { name, views } = data;
  if (options.backbone === "none" || views.some(({ matrix }) => pictureShape(matrix) !== undefined)) return;
  const names = views.map((view) => view.name).join(", ");
  throw new UserError(
    `${name}: option backbone is for pictures, and none of its views (${names}) is pixels: give --data a folder of pictures`,
  );
}

/** @throws UserError where a view is pixels and there is no network for them, or they are too few. */
export function checkPixels({ name, views }: MultiViewDataset, { backbone: choice }: PictureOptions): void {
  for (const view of views) {
    const shape = pictureShape(view.matrix);
    if (shape === undefined) continue;
    if (choice === "none") {
      throw new UserError(
        `${name}: view "${view.name}" is pixels, which need a network for pictures: --set backbone=alexnet (or ${backboneNames.slice(1).join(", ")}, or a file of weights)`,
      );
    }
    const side = Math.min(shape[1], shape[2]);
    if (side < leastSide)
      throw new UserError(`${name}: pictures of ${side} pixels a side, expected ${leastSide} at least`);
  }
}

/** Normalization and backbone for a view of pictures, its parameters under `backbone` with torchvision's names. */
export function pictureTrunk({ name }: ViewShape, own: Parameters, { arch, freeze }: BackboneChoice): Trunk {
  const { layer, width } = backbone(own.scope("backbone"), arch, freeze === undefined ? {} : { freeze });
  return { prefix: `${name}.backbone.`, width, layer: (x, forward) => layer(normalized(x), forward) };
}

/** (x / 255 − mean) / deviation of each channel. */
function normalized(x: Tensor): Tensor {
  const { mean, deviation } = imageNet;
  const scale = deviation.map((each) => 1 / (255 * each));
  const shift = deviation.map((each, c) => -mean[c]! / each);
  return add(mul(x, constant(scale, [3, 1, 1])), constant(shift, [3, 1, 1]));
}

/** The parameters of a network's backbone. */
export const trunkParameters = ({ parameters, trunk }: HashingNetwork) =>
  trunk === undefined ? [] : parameters.all.filter(({ name }) => name.startsWith(trunk.prefix));

/**
 * Gives the backbones of networks the values of the file that options name.
 * @returns notes: what became of the file's tensors, or that there is none.
 * @throws UserError where the file is not of the network.
 * @example
 * ```ts
 * import { loadBackbones } from "vantage-ml/method";
 *
 * // Networks without a backbone: nothing is loaded, and there is no note.
 * console.log(loadBackbones([], { backbone: "none", augment: false })); // []
 * ```
 */
export function loadBackbones(networks: readonly StoredNetwork[], options: PictureOptions): string[] {
  const choice = chosenBackbone(options);
  const notes: string[] = [];
  for (const { network, store } of networks) {
    const parameters = trunkParameters(network);
    if (choice === undefined || parameters.length === 0) continue;
    if (choice.file === undefined) {
      notes.push(randomNote(network.view.name, choice.arch));
      continue;
    }
    notes.push(...loadFile(choice.file, store, parameters, network.trunk!.prefix));
  }
  return notes;
}

function loadFile(
  path: string,
  store: ParameterStore,
  parameters: HashingNetwork["parameters"]["all"],
  prefix: string,
) {
  const file = openWeights(path);
  try {
    return [...file.notes, ...loadWeights(store, parameters, file, prefix)];
  } finally {
    file.close();
  }
}

function randomNote(view: string, arch: BackboneName): string {
  return `the ${arch} of view "${view}" begins with random values, while the published results begin with those of ImageNet: download torchvision's file (${weightsOf[arch]} at https://download.pytorch.org/models/) and give it with --set backbone=FILE`;
}

/** What torchvision calls its files. */
const weightsOf: Readonly<Record<BackboneName, string>> = {
  alexnet: "alexnet-owt-7be5be79.pth",
  "vgg19-bn": "vgg19_bn-c79401a0.pth",
  resnet18: "resnet18-f37072fd.pth",
  resnet50: "resnet50-0676ba61.pth",
  "mobilenet-v2": "mobilenet_v2-b0353104.pth",
};
