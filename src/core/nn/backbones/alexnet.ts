// AlexNet as torchvision has it (Krizhevsky 2014, "One weird trick").
import { adaptiveAveragePool2d, flatten, maxPool2d } from "../../tensor/index.js";
import { conv2d, dropout, linear } from "../layers.js";
import { lastStage, plain, reluStage } from "./parts.js";
import type { Stage } from "./stages.js";

/** Channels, filters, kernel, stride and padding of its convolutions, each with its number among the layers. */
const convolutions = [
  [0, 3, 64, 11, 4, 2],
  [3, 64, 192, 5, 1, 2],
  [6, 192, 384, 3, 1, 1],
  [8, 384, 256, 3, 1, 1],
  [10, 256, 256, 3, 1, 1],
] as const;
/** Convolutions that a maximum over windows of 3, 2 apart, follows. */
const pooled: readonly number[] = [0, 3, 10];

export const alexNetWidth = 4096;

export function alexNet(outputs: number | undefined): Stage[] {
  const features = convolutions.flatMap(([place, channels, filters, kernel, stride, padding]): Stage[] => [
    [`features.${place}`, (parameters) => conv2d(parameters, channels, filters, kernel, { stride, padding })],
    reluStage(`features.${place + 1}`),
    ...(pooled.includes(place) ? [plain(`features.${place + 2}`, (x) => maxPool2d(x, 3, { stride: 2 }))] : []),
  ]);
  return [
    ...features,
    plain("avgpool", (x) => flatten(adaptiveAveragePool2d(x, 6))),
    ["classifier.0", () => dropout(0.5)],
    ["classifier.1", (parameters) => linear(parameters, 256 * 36, alexNetWidth)],
    reluStage("classifier.2"),
    ["classifier.3", () => dropout(0.5)],
    ["classifier.4", (parameters) => linear(parameters, alexNetWidth, alexNetWidth)],
    reluStage("classifier.5"),
    ...lastStage(outputs, (width) => ["classifier.6", (parameters) => linear(parameters, alexNetWidth, width)]),
  ];
}
