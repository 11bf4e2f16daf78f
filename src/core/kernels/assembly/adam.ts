// Adam in PyTorch's form, one pass.
import { pointer, real } from "./arguments";
import { loadLanes, storeLanes } from "./vector";

/**
 * p: f32[], g: f32[], m: f32[], v: f32[], beta1: f32, rest1: f32, beta2: f32, rest2: f32, rate: f32, correction: f32, eps: f32,
 * weightDecay: f32; rest is 1-beta, rate lr/(1-beta1^t), correction 1/sqrt(1-beta2^t)
 */
export function adam(begin: u32, end: u32, args: usize): void {
  const p = pointer(args, 0);
  const g = pointer(args, 1);
  const m = pointer(args, 2);
  const v = pointer(args, 3);
  const beta1 = f32x4.splat(real(args, 4));
  const rest1 = f32x4.splat(real(args, 5));
  const beta2 = f32x4.splat(real(args, 6));
  const rest2 = f32x4.splat(real(args, 7));
  const rate = f32x4.splat(real(args, 8));
  const correction = f32x4.splat(real(args, 9));
  const eps = f32x4.splat(real(args, 10));
  const decay = f32x4.splat(real(args, 11));
  let i: usize = begin << 2;
  const stop: usize = end << 2;
  for (; i + 16 <= stop; i += 16) {
    step(p + i, g + i, m + i, v + i, 4, beta1, rest1, beta2, rest2, rate, correction, eps, decay);
  }
  const lanes = <u32>((stop - i) >> 2);
  if (lanes) step(p + i, g + i, m + i, v + i, lanes, beta1, rest1, beta2, rest2, rate, correction, eps, decay);
}

// @ts-ignore: decorator
@inline
function step(
  p: usize, g: usize, m: usize, v: usize, lanes: u32,
  beta1: v128, rest1: v128, beta2: v128, rest2: v128, rate: v128, correction: v128, eps: v128, decay: v128,
): void {
  const weight = loadLanes(p, lanes);
  const gradient = f32x4.add(loadLanes(g, lanes), f32x4.mul(decay, weight));
  const mean = f32x4.add(f32x4.mul(beta1, loadLanes(m, lanes)), f32x4.mul(rest1, gradient));
  const square = f32x4.add(
    f32x4.mul(beta2, loadLanes(v, lanes)),
    f32x4.mul(f32x4.mul(rest2, gradient), gradient),
  );
  const scale = f32x4.add(f32x4.mul(f32x4.sqrt(square), correction), eps);
  storeLanes(m, mean, lanes);
  storeLanes(v, square, lanes);
  storeLanes(p, f32x4.sub(weight, f32x4.mul(rate, f32x4.div(mean, scale))), lanes);
}
