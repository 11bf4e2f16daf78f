// MobileNetV2 (Sandler et al. 2018) as torchvision has it, width 1.
import { add } from "../../tensor/index.js";
import { dropout, type Layer, sequential } from "../layers.js";
import type { Parameters } from "../parameters.js";
import { convolution, convolutionNorm, globalPooling, lastStage, narrowLinear, norm, relu6 } from "./parts.js";
import type { Stage } from "./stages.js";

/** Expansion, filters, blocks and the stride of the first of them: table 2 of the paper. */
const settings = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

export const mobileNetWidth = 1280;
const names = ["0", "1"] as const;

/** Expanded by 1×1, filtered channel by channel, and brought back by 1×1 without activation; the input is added where it fits. */
function invertedResidual(
  parameters: Parameters,
  channels: number,
  filters: number,
  stride: number,
  expansion: number,
): Layer {
  const own = parameters.scope("conv");
  const hidden = channels * expansion;
  let place = 0;
  const next = () => own.scope(place++);
  const path = sequential([
    ...(expansion === 1 ? [] : [convolutionNorm(next(), names, [channels, hidden, 1], { activation: relu6 })]),
    convolutionNorm(next(), names, [hidden, hidden, 3], { stride, groups: hidden, activation: relu6 }),
    convolution(next(), hidden, filters, 1),
    norm(next(), filters),
  ]);
  return stride === 1 && channels === filters ? (x, forward) => add(x, path(x, forward)) : path;
}

export function mobileNetV2(outputs: number | undefined): Stage[] {
  let channels = 32;
  const first: Stage = [
    "features.0",
    (parameters) => convolutionNorm(parameters, names, [3, 32, 3], { stride: 2, activation: relu6 }),
  ];
  const blocks: Stage[] = [];
  for (const [expansion, filters, count, stride] of settings) {
    for (let i = 0; i < count; i++) {
      const from = channels;
      const own = i === 0 ? stride : 1;
      blocks.push([
        `features.${blocks.length + 1}`,
        (parameters) => invertedResidual(parameters, from, filters, own, expansion),
      ]);
      channels = filters;
    }
  }
  const last = channels;
  return [
    first,
    ...blocks,
    [
      `features.${blocks.length + 1}`,
      (parameters) => convolutionNorm(parameters, names, [last, mobileNetWidth, 1], { activation: relu6 }),
    ],
    globalPooling("avgpool"),
    // The dropout is the last layer's: features are what comes before it.
    ...(outputs === undefined ? [] : [["classifier.0", () => dropout(0.2)] as const]),
    ...lastStage(outputs, (width) => ["classifier.1", (parameters) => narrowLinear(parameters, mobileNetWidth, width)]),
  ];
}
