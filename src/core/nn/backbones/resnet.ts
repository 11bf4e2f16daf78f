// ResNet-18 and ResNet-50 (He et al. 2016) as torchvision has them: the stride of a bottleneck is that of its 3×3 convolution.
import { add, maxPool2d, relu } from "../../tensor/index.js";
import { type Layer, linear, sequential } from "../layers.js";
import type { Parameters } from "../parameters.js";
import { convolution, convolutionNorm, globalPooling, lastStage, norm, plain, reluStage } from "./parts.js";
import type { Stage } from "./stages.js";

/** Convolutions with their names, channels, filters, kernels and strides; the input, brought to their shape, is added. */
function residual(
  parameters: Parameters,
  stride: number,
  sizes: readonly (readonly [number, number, number])[],
): Layer {
  const strided = sizes.findIndex(([, , kernel]) => kernel === 3);
  const path = sequential(
    sizes.map((size, i) =>
      convolutionNorm(parameters, [`conv${i + 1}`, `bn${i + 1}`], size, {
        stride: i === strided ? stride : 1,
        ...(i + 1 < sizes.length && { activation: relu }),
      }),
    ),
  );
  const [channels, filters] = [sizes[0]?.[0] ?? 0, sizes.at(-1)?.[1] ?? 0];
  const shortcut: Layer =
    stride === 1 && channels === filters
      ? (x) => x
      : convolutionNorm(parameters.scope("downsample"), ["0", "1"], [channels, filters, 1], { stride });
  return (x, forward) => relu(add(path(x, forward), shortcut(x, forward)));
}

type Block = (parameters: Parameters, channels: number, width: number, stride: number) => Layer;

const basic: Block = (parameters, channels, width, stride) =>
  residual(parameters, stride, [
    [channels, width, 3],
    [width, width, 3],
  ]);

const bottleneck: Block = (parameters, channels, width, stride) =>
  residual(parameters, stride, [
    [channels, width, 1],
    [width, width, 3],
    [width, 4 * width, 1],
  ]);

function resNet(block: Block, expansion: number, counts: readonly number[], outputs: number | undefined): Stage[] {
  let channels = 64;
  const blocks = counts.flatMap((count, level) => {
    const width = 64 * 2 ** level;
    return Array.from({ length: count }, (_, i): Stage => {
      const from = channels;
      channels = expansion * width;
      const stride = i === 0 && level > 0 ? 2 : 1;
      return [`layer${level + 1}.${i}`, (parameters) => block(parameters, from, width, stride)];
    });
  });
  return [
    ["conv1", (parameters) => convolution(parameters, 3, 64, 7, { stride: 2 })],
    ["bn1", (parameters) => norm(parameters, 64)],
    reluStage("relu"),
    plain("maxpool", (x) => maxPool2d(x, 3, { stride: 2, padding: 1 })),
    ...blocks,
    globalPooling("avgpool"),
    ...lastStage(outputs, (width) => ["fc", (parameters) => linear(parameters, 512 * expansion, width)]),
  ];
}

export const resNet18 = (outputs: number | undefined): Stage[] => resNet(basic, 1, [2, 2, 2, 2], outputs);
export const resNet50 = (outputs: number | undefined): Stage[] => resNet(bottleneck, 4, [3, 4, 6, 3], outputs);
