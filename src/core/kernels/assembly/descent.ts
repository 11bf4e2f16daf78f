// RMSProp in its two forms, and stochastic gradient descent with momentum: one pass each.
import { count, pointer, real } from "./arguments";
import { loadLanes, storeLanes } from "./vector";

/** p: f32[], g: f32[], v: f32[], lr: f32, decay: f32, rest: f32, eps: f32, weightDecay: f32; rest is 1-decay, eps outside the root */
export function rmspropTorch(begin: u32, end: u32, args: usize): void {
  rmspropLoop(begin, end, args, false);
}

/** p: f32[], g: f32[], v: f32[], lr: f32, decay: f32, rest: f32, eps: f32, weightDecay: f32; rest is 1-decay, eps inside the root */
export function rmspropTensorFlow(begin: u32, end: u32, args: usize): void {
  rmspropLoop(begin, end, args, true);
}

// @ts-ignore: decorator
@inline
function rmspropLoop(begin: u32, end: u32, args: usize, inside: bool): void {
  const p = pointer(args, 0);
  const g = pointer(args, 1);
  const v = pointer(args, 2);
  const rate = f32x4.splat(real(args, 3));
  const keep = f32x4.splat(real(args, 4));
  const rest = f32x4.splat(real(args, 5));
  const eps = f32x4.splat(real(args, 6));
  const decay = f32x4.splat(real(args, 7));
  let i: usize = begin << 2;
  const stop: usize = end << 2;
  for (; i + 16 <= stop; i += 16) rmspropStep(p + i, g + i, v + i, 4, rate, keep, rest, eps, decay, inside);
  const lanes = <u32>((stop - i) >> 2);
  if (lanes) rmspropStep(p + i, g + i, v + i, lanes, rate, keep, rest, eps, decay, inside);
}

// @ts-ignore: decorator
@inline
function rmspropStep(
  p: usize, g: usize, v: usize, lanes: u32,
  rate: v128, keep: v128, rest: v128, eps: v128, decay: v128, inside: bool,
): void {
  const weight = loadLanes(p, lanes);
  const gradient = f32x4.add(loadLanes(g, lanes), f32x4.mul(decay, weight));
  const square = f32x4.add(
    f32x4.mul(keep, loadLanes(v, lanes)),
    f32x4.mul(f32x4.mul(rest, gradient), gradient),
  );
  const scale = inside ? f32x4.sqrt(f32x4.add(square, eps)) : f32x4.add(f32x4.sqrt(square), eps);
  storeLanes(v, square, lanes);
  storeLanes(p, f32x4.sub(weight, f32x4.mul(rate, f32x4.div(gradient, scale))), lanes);
}

/** p: f32[], g: f32[], buffer: f32[], lr: f32, momentum: f32, weightDecay: f32, first: u32; first is 1 or 0 */
export function sgd(begin: u32, end: u32, args: usize): void {
  if (count(args, 6) != 0) sgdLoop(begin, end, args, true);
  else sgdLoop(begin, end, args, false);
}

// @ts-ignore: decorator
@inline
function sgdLoop(begin: u32, end: u32, args: usize, first: bool): void {
  const p = pointer(args, 0);
  const g = pointer(args, 1);
  const buffer = pointer(args, 2);
  const rate = f32x4.splat(real(args, 3));
  const momentum = f32x4.splat(real(args, 4));
  const decay = f32x4.splat(real(args, 5));
  let i: usize = begin << 2;
  const stop: usize = end << 2;
  for (; i + 16 <= stop; i += 16) sgdStep(p + i, g + i, buffer + i, 4, rate, momentum, decay, first);
  const lanes = <u32>((stop - i) >> 2);
  if (lanes) sgdStep(p + i, g + i, buffer + i, lanes, rate, momentum, decay, first);
}

// @ts-ignore: decorator
@inline
function sgdStep(
  p: usize, g: usize, buffer: usize, lanes: u32, rate: v128, momentum: v128, decay: v128, first: bool,
): void {
  const weight = loadLanes(p, lanes);
  let direction = f32x4.add(loadLanes(g, lanes), f32x4.mul(decay, weight));
  if (!first) direction = f32x4.add(f32x4.mul(momentum, loadLanes(buffer, lanes)), direction);
  storeLanes(buffer, direction, lanes);
  storeLanes(p, f32x4.sub(weight, f32x4.mul(rate, direction)), lanes);
}
