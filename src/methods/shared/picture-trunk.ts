// What makes features of pictures in a method's network: normalization and a backbone, from a file of weights where one is given.

import { openPictureGraph, openWeights } from "#model-files";
import {
  type BackboneName,
  backbone,
  backboneNames,
  Forward,
  type Layer,
  loadWeights,
  type Parameters,
} from "../../core/nn/index.js";
import type { ParameterStore } from "../../core/runtime/index.js";
import type { MultiViewDataset } from "../../data/dataset.js";
import { pictureShape } from "../../data/matrix.js";
import { UserError } from "../../errors.js";
import { type ViewShape, viewInput } from "../feeding.js";
import { graphArch, type PictureOptions } from "./fields.js";
import type { HashingNetwork, StoredNetwork } from "./hashing-network.js";
import { importedTrunk, normalizedPictures } from "./imported-trunk.js";
import { affineOf, type Normalization, normalizations } from "./normalization.js";

/** A backbone as options name it. */
export interface BackboneChoice {
  /** "graph": the network in the file itself. */
  readonly arch: BackboneName | typeof graphArch;
  /** A file of its weights. */
  readonly file?: string;
  /** Whether option `arch` says what the file is. */
  readonly isSure?: boolean;
  /** The layer, or in an ONNX model the node, value or weight, up to which weights are kept. */
  readonly freeze?: string | undefined;
  /** What an ONNX model takes. */
  readonly normalization?: Normalization | undefined;
}

/** A network's part from pictures to features. */
export interface Trunk {
  /** Begins the names of its parameters. */
  readonly prefix: string;
  /** Features of a picture. */
  readonly width: number;
  /** Pictures [n, 3, height, width] with values from 0 to 255 to features [n, width]. */
  readonly layer: Layer;
  /** Whether training changes nothing of what it gives for a picture: all is frozen, and nothing is dropped. */
  readonly isFixed: boolean;
}

/** A smaller picture leaves nothing for the last of AlexNet's poolings. */
const leastSide = 63;

/**
 * The backbone that options choose: by its name, as a file of weights, whose name or option `arch` says of which network, or as an
 * ONNX model, which is a network itself where option `arch` does not say otherwise.
 * @returns undefined where there is none.
 * @throws UserError where the file's name leaves that open, or an option is for a backbone and there is none.
 * @example
 * ```ts
 * import { chosenBackbone } from "vantage-ml/method";
 *
 * console.log(chosenBackbone({ backbone: "vgg19_bn-c79401a0.pth", augment: false })?.arch); // vgg19-bn
 * ```
 */
export function chosenBackbone(options: PictureOptions): BackboneChoice | undefined {
  const { backbone: choice, arch, freeze, normalization } = options;
  if (choice === "none") {
    const odd = (["arch", "freeze", "normalization"] as const).find((name) => options[name] !== undefined);
    if (odd !== undefined)
      throw new UserError(`option ${odd} is for a network that takes pictures: choose option backbone too`);
    return undefined;
  }
  const named = backboneNames.find((name) => name === choice);
  const isModel = /\.onnx$/i.test(choice) && (arch === undefined || arch === graphArch);
  if (normalization !== undefined && !isModel) {
    throw new UserError(
      "option normalization is for an ONNX model as backbone: torchvision's networks have ImageNet's",
    );
  }
  if (named !== undefined) {
    if (arch !== undefined && arch !== named)
      throw new UserError(`option arch is for a file of weights: option backbone says ${named} already`);
    return { arch: named, freeze };
  }
  if (!/\.(?:pth?|bin|safetensors|onnx)$/i.test(choice)) {
    throw new UserError(
      `option backbone: expected none, ${backboneNames.join(", ")}, a file of weights (.pth, .safetensors), or an ONNX model (.onnx) (got ${JSON.stringify(choice)})`,
    );
  }
  if (isModel) return { arch: graphArch, file: choice, isSure: arch === graphArch, freeze, normalization };
  if (arch === graphArch)
    throw new UserError(`option arch: ${choice} holds weights without a network: only .onnx has one`);
  return { arch: arch ?? archOf(choice), file: choice, freeze };
}

/**
 * Views as a model keeps them: those of pictures with the graph of the ONNX model that option `backbone` names.
 * @throws UserError where it cannot be used, or something about it is open.
 * @example
 * ```ts
 * import { withPictureGraph } from "vantage-ml/method";
 *
 * const views = [{ name: "image", columns: 3 * 64 * 64, shape: [3, 64, 64] as const }];
 * // AlexNet is no graph from a file: the views stay as they are.
 * console.log(withPictureGraph(views, { backbone: "alexnet", augment: false })[0]?.name); // image
 * ```
 */
export function withPictureGraph(views: readonly ViewShape[], options: PictureOptions): ViewShape[] {
  const choice = chosenBackbone(options);
  return views.map((view) => {
    if (choice?.arch !== graphArch || view.shape === undefined) return view;
    return { ...view, network: openPictureGraph(choice.file!, { ...choice, side: view.shape[1] }).graph };
  });
}

/** As torchvision names its files: vgg19_bn-c79401a0.pth. */
function archOf(path: string): BackboneName {
  const file = plain(path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1));
  const fitting = backboneNames.filter((name) => file.includes(plain(name)));
  if (fitting.length === 1) return fitting[0]!;
  throw new UserError(
    `option backbone: the name of ${path} does not name its network: give it with --set arch=${backboneNames.join("|")}`,
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
export function checkPixels({ name, views }: MultiViewDataset, options: PictureOptions): void {
  const { backbone: choice } = options;
  for (const view of views) {
    const shape = pictureShape(view.matrix);
    if (shape === undefined) continue;
    if (choice === "none") {
      throw new UserError(
        `${name}: view "${view.name}" is pixels, which need a network for pictures: --set backbone=alexnet (or ${backboneNames.slice(1).join(", ")}, or a file)`,
      );
    }
    if (chosenBackbone(options)?.arch === graphArch) continue;
    const side = Math.min(shape[1], shape[2]);
    if (side < leastSide)
      throw new UserError(`${name}: pictures of ${side} pixels a side, expected ${leastSide} at least`);
  }
}

/**
 * Normalization and backbone for a view of pictures, its parameters under `backbone` with torchvision's names, or those in the ONNX
 * model whose graph the view has.
 */
export function pictureTrunk(view: ViewShape, own: Parameters, { arch, file, freeze }: BackboneChoice): Trunk {
  const { name, network } = view;
  const parameters = own.scope("backbone");
  const prefix = `${name}.backbone.`;
  if (network !== undefined) {
    const { layer, width } = importedTrunk(parameters, network, freeze);
    return trunkOf(view, own, { prefix, width: width(viewInput(name, view)), layer });
  }
  // Runs of older versions took an ONNX file's weights by its name.
  const known = arch === graphArch ? archOf(file!) : arch;
  const { layer, width } = backbone(parameters, known, freeze === undefined ? {} : { freeze });
  const channels = affineOf(normalizations.imagenet);
  return trunkOf(view, own, { prefix, width, layer: (x, forward) => layer(normalizedPictures(x, channels), forward) });
}

function trunkOf(view: ViewShape, own: Parameters, trunk: Omit<Trunk, "isFixed">): Trunk {
  const isLearned = own.all.some(({ name, learned }) => learned && name.startsWith(trunk.prefix));
  if (isLearned) return { ...trunk, isFixed: false };
  const training = new Forward(true);
  trunk.layer(viewInput(view.name, view), training);
  return { ...trunk, isFixed: training.dropoutInputs.length === 0 && training.updates.length === 0 };
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
      notes.push(randomNote(network.view.name, choice.arch as BackboneName));
      continue;
    }
    const { fileNotes, unused } = loadFile(choice.file, store, parameters, network.trunk!.prefix);
    // What a graph leaves of its own file are constants.
    notes.push(...fileNotes, ...(network.view.network === undefined ? unused : []));
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
    return { fileNotes: file.notes, unused: loadWeights(store, parameters, file, prefix) };
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
