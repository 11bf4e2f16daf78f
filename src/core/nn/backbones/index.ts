// Backbones: convolutional networks with torchvision's layers and parameter names, and weights for them from files.
import { UserError } from "../../../errors.js";
import type { Parameters } from "../parameters.js";
import { alexNet, alexNetWidth } from "./alexnet.js";
import { mobileNetV2, mobileNetWidth } from "./mobilenet.js";
import { resNet18, resNet50 } from "./resnet.js";
import { type Backbone, backboneOf, type Stage } from "./stages.js";
import { vgg19BatchNorm, vggWidth } from "./vgg.js";

export { loadWeights, type NamedWeight, type NamedWeights } from "./load-weights.js";
export type { Backbone } from "./stages.js";

interface Definition {
  readonly stages: (outputs: number | undefined) => Stage[];
  /** What the last layer takes. */
  readonly features: number;
}

const definitions = {
  alexnet: { stages: alexNet, features: alexNetWidth },
  "vgg19-bn": { stages: vgg19BatchNorm, features: vggWidth },
  resnet18: { stages: resNet18, features: 512 },
  resnet50: { stages: resNet50, features: 2048 },
  "mobilenet-v2": { stages: mobileNetV2, features: mobileNetWidth },
} as const satisfies Record<BackboneName, Definition>;

/** The networks that `backbone` makes. */
export type BackboneName = "alexnet" | "vgg19-bn" | "resnet18" | "resnet50" | "mobilenet-v2";
/** Their names. */
export const backboneNames = Object.keys(definitions) as readonly BackboneName[];

/** What of a network is made, and what of it is learned. */
export interface BackboneOptions {
  /** How many values the last linear layer gives. Without: no last layer; the backbone gives the features that it would take. */
  readonly outputs?: number;
  /** The layer up to which weights are kept: its name, or the beginning of several names ("features"). Default: all are learned. */
  readonly freeze?: string;
}

/**
 * A convolutional network by name, with torchvision's layers and parameter names, so that `loadWeights` finds a torchvision file's
 * tensors; initial values are torchvision's kind. Pictures are [n, 3, height, width], normalized as the weights expect (224 × 224 for
 * AlexNet and VGG, which take other sizes too; at least 63 and 32).
 * @param parameters collects its parameters.
 * @throws UserError for another name or a layer that is not there.
 * @example
 * ```ts
 * import { nn, tensor } from "vantage-ml/method";
 *
 * const parameters = new nn.Parameters();
 * const net = nn.backbone(parameters, "resnet18", { outputs: 64, freeze: "layer3" });
 * const codes = net.layer(tensor.input("pictures", ["n", 3, 224, 224]), new nn.Forward(true));
 * console.log(codes.shape, net.width); // [ 'n', 64 ] 64
 * console.log(parameters.learned().length); // such as 17: those of layer4 and fc
 * ```
 */
export function backbone(parameters: Parameters, name: BackboneName, options: BackboneOptions = {}): Backbone {
  const definition: Definition | undefined = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (definition === undefined) {
    throw new UserError(`there is no backbone "${name}"; there are ${backboneNames.join(", ")}`);
  }
  const { outputs, freeze } = options;
  return backboneOf(parameters, definition.stages(outputs), outputs ?? definition.features, freeze);
}
