// Layers: products, convolutions, pooling, normalizations, reductions.
import { UserError } from "../../../../errors.js";
import {
  add,
  affine,
  averagePool2d,
  conv2d,
  div,
  logSoftmax,
  matmul,
  max,
  maxPool2d,
  mean,
  min,
  mul,
  reshape,
  type Shape,
  softmax,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  unsqueeze,
} from "../../../tensor/index.js";
import { applyBatchNorm } from "../../layers.js";
import { axesOf, axisOf, type Call, type Operator } from "../call.js";
import { Known, knownInts } from "../values.js";

/** x·W + b with x and W transposed where said; PyTorch's linear layers are the first form. */
const gemm: Operator = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
  const options = { transposeA: call.integer("transA", 0) !== 0, transposeB: call.integer("transB", 0) !== 0 };
  const bias = call.has(2) ? call.tensor(2) : undefined;
  if (a.rank !== 2 || b.rank !== 2) throw new UserError(`matrices [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`);
  if (alpha === 1 && beta === 1 && !options.transposeA && options.transposeB && bias?.rank === 1) {
    if (bias.shape[0] === b.shape[0]) return affine(a, b, bias);
  }
  const y = matmul(a, b, options);
  const scaled = alpha === 1 ? y : mul(y, alpha);
  if (bias === undefined) return scaled;
  return add(scaled, beta === 1 ? bias : mul(bias, beta));
};

const matMul: Operator = (call) => {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const left = a.rank === 1 ? unsqueeze(a, [0]) : a;
  const right = b.rank === 1 ? unsqueeze(b, [1]) : b;
  const y = matmul(left, right);
  const gone = [...(a.rank === 1 ? [y.rank - 2] : []), ...(b.rank === 1 ? [y.rank - 1] : [])];
  return gone.length === 0 ? y : squeeze(y, gone);
};

type Sides = readonly [top: number, left: number, bottom: number, right: number];

interface Windows {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Sides;
}

function pair(values: readonly number[], name: string): readonly [number, number] {
  const [height, width] = values;
  if (values.length !== 2 || height === undefined || width === undefined) {
    throw new UserError(`${name} ${values.join(", ")} for two dimensions`);
  }
  return [height, width];
}

/** The windows of a convolution or of pooling, with the padding that "auto_pad" and "ceil_mode" mean at this size. */
function windowsOf(call: Call, shape: Shape, sizes: readonly number[]): Windows & { readonly isRoundedUp: boolean } {
  const kernel = pair(sizes, "kernel_shape");
  const stride = pair(call.integers("strides") ?? [1, 1], "strides");
  const dilation = pair(call.integers("dilations") ?? [1, 1], "dilations");
  const given = call.integers("pads") ?? [0, 0, 0, 0];
  const auto = call.text("auto_pad", "NOTSET");
  const sides = [0, 1].map((axis): [number, number] => {
    const size = shape[axis + 2];
    if (typeof size !== "number") throw new UserError(`pictures of the size "${size}"; give it`);
    const [step, reach] = [stride[axis] ?? 1, (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1];
    if (auto === "VALID") return [0, 0];
    if (auto !== "NOTSET") {
      const all = Math.max(0, (Math.ceil(size / step) - 1) * step + reach - size);
      const [less, more] = [Math.floor(all / 2), Math.ceil(all / 2)];
      if (auto === "SAME_UPPER") return [less, more];
      if (auto === "SAME_LOWER") return [more, less];
      throw new UserError(`auto_pad ${auto} is not known`);
    }
    return [given[axis] ?? 0, given[axis + 2] ?? 0];
  });
  let isRoundedUp = false;
  if (call.integer("ceil_mode", 0) !== 0) {
    sides.forEach((side, axis) => {
      const [step, reach] = [stride[axis] ?? 1, (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) + 1];
      const size = Number(shape[axis + 2]);
      const steps = (size + side[0] + side[1] - reach) / step;
      // One more window where it begins in the picture or before it.
      if (Number.isInteger(steps) || Math.ceil(steps) * step >= size + side[0]) return;
      side[1] += Math.ceil(steps) * step - (size + side[0] + side[1] - reach);
      isRoundedUp = true;
    });
  }
  const [[top, bottom], [left, right]] = sides as [[number, number], [number, number]];
  return { kernel, stride, dilation, padding: [top, left, bottom, right], isRoundedUp };
}

const convolution: Operator = (call) => {
  const [x, weight] = [call.tensor(0), call.tensor(1)];
  if (x.rank !== 4)
    throw new UserError(`a convolution of [${x.shape.join(", ")}]: only pictures [n, channels, height, width]`);
  const { stride, dilation, padding } = windowsOf(call, x.shape, weight.shape.slice(2).map(Number));
  const bias = call.has(2) ? call.tensor(2) : undefined;
  return conv2d(x, weight, bias, { stride, dilation, padding, groups: call.integer("group", 1) });
};

const maximumPool: Operator = (call) => {
  const x = call.tensor(0);
  if (call.outputs > 1) throw new UserError("the places of its values are not given");
  call.expect("storage_order", call.integer("storage_order", 0), 0);
  const { kernel, stride, dilation, padding } = windowsOf(call, x.shape, call.integers("kernel_shape") ?? []);
  call.expect("dilations", dilation.join(), "1,1");
  return maxPool2d(x, kernel, { stride, padding });
};

const averagePool: Operator = (call) => {
  const x = call.tensor(0);
  const { kernel, stride, dilation, padding, isRoundedUp } = windowsOf(
    call,
    x.shape,
    call.integers("kernel_shape") ?? [],
  );
  call.expect("dilations", dilation.join(), "1,1");
  const includePadding = call.integer("count_include_pad", 0) !== 0;
  // What lies beyond the padding counts nowhere, which neither form has.
  if (includePadding && isRoundedUp) throw new UserError("ceil_mode with count_include_pad is not supported");
  return averagePool2d(x, kernel, { stride, padding, includePadding });
};

/** Over all dimensions behind samples and channels, which stay as 1. */
const overAll =
  (reduce: (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor): Operator =>
  (call) => {
    const x = call.tensor(0);
    return reduce(x, [...x.shape.keys()].slice(2), true);
  };

const batchNormalization: Operator = (call) => {
  if (call.outputs > 1 && !call.isTraining) throw new UserError("only its first result is given");
  const [x, weight, bias] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const [runningMean, runningVariance] = [call.state(3), call.state(4)];
  const eps = call.float("epsilon", 1e-5);
  // ONNX says how much of the old value stays.
  const momentum = 1 - call.float("momentum", 0.9);
  const { forward } = call.pass;
  const parameters = { weight, bias, runningMean, runningVariance };
  return applyBatchNorm(x, parameters, { eps, momentum }, call.isTraining ? forward : undefined);
};

const layerNormalization: Operator = (call) => {
  if (call.outputs > 1) throw new UserError("only its first result is given");
  const x = call.tensor(0);
  const first = axisOf(call.integer("axis", -1), x.rank);
  const axes = [...x.shape.keys()].slice(first);
  const centered = sub(x, mean(x, axes, true));
  const deviation = sqrt(add(mean(square(centered), axes, true), call.float("epsilon", 1e-5)));
  const y = mul(div(centered, deviation), call.tensor(1));
  return call.has(2) ? add(y, call.tensor(2)) : y;
};

/** Each channel of each sample by its own mean and variance. */
const instanceNormalization: Operator = (call) => {
  const x = call.tensor(0);
  const axes = [...x.shape.keys()].slice(2);
  const centered = sub(x, mean(x, axes, true));
  const deviation = sqrt(add(mean(square(centered), axes, true), call.float("epsilon", 1e-5)));
  const beside = (parameter: Tensor) => reshape(parameter, [parameter.shape[0] ?? 1, ...axes.map(() => 1)]);
  return add(mul(div(centered, deviation), beside(call.tensor(1))), beside(call.tensor(2)));
};

const alongAxis =
  (f: (x: Tensor, axis: number) => Tensor): Operator =>
  (call) => {
    const x = call.tensor(0);
    const axis = axisOf(call.integer("axis", call.opset < 13 ? 1 : -1), x.rank);
    // Before version 13 it goes over all dimensions from the axis on.
    if (call.opset < 13 && axis !== x.rank - 1) throw new UserError(`axis ${axis} is not supported before version 13`);
    return f(x, axis);
  };

type Reduce = (x: Tensor, axes: readonly number[], keepDims: boolean) => Tensor;

const reduction =
  (reduce: Reduce): Operator =>
  (call) => {
    const x = call.tensor(0);
    const axes = call.listed(1, "axes") ?? [];
    if (axes.length === 0 && call.integer("noop_with_empty_axes", 0) !== 0) return x;
    return reduce(x, axes.length === 0 ? [...x.shape.keys()] : axesOf(axes, x.rank), call.integer("keepdims", 1) !== 0);
  };

/** Of whole numbers known beforehand: how many elements a shape has. */
const productOf: Operator = (call) => {
  const known = call.value(0);
  if (!(known instanceof Known) || known.dtype !== "int64") throw new UserError("it is known of shapes alone");
  const all = Array.from(known.numbers()).reduce((a, b) => a * b, 1);
  return knownInts([all], call.integer("keepdims", 1) !== 0 ? known.shape.map(() => 1) : []);
};

export const layerOperators: Readonly<Record<string, Operator>> = {
  Gemm: gemm,
  MatMul: matMul,
  Conv: convolution,
  MaxPool: maximumPool,
  AveragePool: averagePool,
  GlobalAveragePool: overAll(mean),
  GlobalMaxPool: overAll(max),
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  Softmax: alongAxis(softmax),
  LogSoftmax: alongAxis(logSoftmax),
  ReduceMean: reduction(mean),
  ReduceSum: reduction(sum),
  ReduceMax: reduction(max),
  ReduceMin: reduction(min),
  ReduceSumSquare: reduction((x, axes, keepDims) => sum(square(x), axes, keepDims)),
  ReduceL2: reduction((x, axes, keepDims) => sqrt(sum(square(x), axes, keepDims))),
  ReduceProd: productOf,
};
