// What the backbones are made of: layers with torchvision's parameter names and initial values.
import { clip, globalAveragePool2d, relu, type Tensor } from "../../tensor/index.js";
import { batchNorm, conv2d, type Layer, linear, sequential } from "../layers.js";
import type { Initializer, Parameters } from "../parameters.js";
import type { Stage } from "./stages.js";

export const zero: Initializer = { kind: "constant", value: 0 };

/** min(max(x, 0), 6) (Howard et al. 2017). */
export const relu6 = (x: Tensor): Tensor => clip(x, 0, 6);

/** Batch normalization with the names that PyTorch gives its running statistics. */
export const norm = (parameters: Parameters, width: number): Layer =>
  batchNorm(parameters, width, { state: ["running_mean", "running_var"] });

export interface ConvolutionParts {
  readonly stride?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

/** A convolution that keeps the size at stride 1, its weights N(0, 2 / (filters · kernel² / groups)) (He et al. 2015, by filters). */
export function convolution(
  parameters: Parameters,
  channels: number,
  filters: number,
  kernel: number,
  { stride = 1, groups = 1, bias = false }: ConvolutionParts = {},
): Layer {
  const std = Math.sqrt((2 * groups) / (filters * kernel * kernel));
  const initializers = { weight: { kind: "normal", std }, bias: zero } as const;
  return conv2d(parameters, channels, filters, kernel, {
    stride,
    groups,
    bias,
    padding: (kernel - 1) / 2,
    initializers,
  });
}

/** A convolution without bias, its normalization and an activation, with the names [convolution, normalization]. */
export function convolutionNorm(
  parameters: Parameters,
  names: readonly [string, string],
  sizes: readonly [channels: number, filters: number, kernel: number],
  parts: ConvolutionParts & { readonly activation?: (x: Tensor) => Tensor } = {},
): Layer {
  const { activation } = parts;
  return sequential([
    convolution(parameters.scope(names[0]), ...sizes, parts),
    norm(parameters.scope(names[1]), sizes[1]),
    ...(activation === undefined ? [] : [(x: Tensor) => activation(x)]),
  ]);
}

/** A linear layer with weights N(0, 0.01²) and bias 0. */
export const narrowLinear = (parameters: Parameters, inputs: number, outputs: number): Layer =>
  linear(parameters, inputs, outputs, { weight: { kind: "normal", std: 0.01 }, bias: zero });

/** A stage without parameters. */
export const plain = (name: string, f: (x: Tensor) => Tensor): Stage => [name, () => (x) => f(x)];

export const reluStage = (name: string): Stage => plain(name, relu);
export const globalPooling = (name: string): Stage => plain(name, globalAveragePool2d);

/** The last layer, where there is to be one. */
export const lastStage = (outputs: number | undefined, stage: (outputs: number) => Stage): Stage[] =>
  outputs === undefined ? [] : [stage(outputs)];
