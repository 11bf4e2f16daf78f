// VGG19 with batch normalization (Simonyan and Zisserman 2015, configuration E) as torchvision has it.
import { adaptiveAveragePool2d, flatten, maxPool2d } from "../../tensor/index.js";
import { dropout } from "../layers.js";
import { convolution, lastStage, narrowLinear, norm, plain, reluStage } from "./parts.js";
import type { Stage } from "./stages.js";

/** Filters and number of the convolutions of each block; a maximum over windows of 2 follows it. */
const blocks = [
  [64, 2],
  [128, 2],
  [256, 4],
  [512, 4],
  [512, 4],
] as const;

export const vggWidth = 4096;

export function vgg19BatchNorm(outputs: number | undefined): Stage[] {
  const features: Stage[] = [];
  const next = () => `features.${features.length}`;
  let channels = 3;
  for (const [filters, count] of blocks) {
    for (let i = 0; i < count; i++) {
      const from = channels;
      features.push([next(), (parameters) => convolution(parameters, from, filters, 3, { bias: true })]);
      features.push([next(), (parameters) => norm(parameters, filters)]);
      features.push(reluStage(next()));
      channels = filters;
    }
    features.push(plain(next(), (x) => maxPool2d(x, 2)));
  }
  return [
    ...features,
    plain("avgpool", (x) => flatten(adaptiveAveragePool2d(x, 7))),
    ["classifier.0", (parameters) => narrowLinear(parameters, 512 * 49, vggWidth)],
    reluStage("classifier.1"),
    ["classifier.2", () => dropout(0.5)],
    ["classifier.3", (parameters) => narrowLinear(parameters, vggWidth, vggWidth)],
    reluStage("classifier.4"),
    // The last dropout is the last layer's: features are what comes before it.
    ...(outputs === undefined ? [] : [["classifier.5", () => dropout(0.5)] as const]),
    ...lastStage(outputs, (width) => ["classifier.6", (parameters) => narrowLinear(parameters, vggWidth, width)]),
  ];
}
