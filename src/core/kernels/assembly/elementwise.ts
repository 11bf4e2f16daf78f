// Small passes over one array of floats.
import { pointer, real } from "./arguments";
import { loadLanes, storeLanes } from "./vector";

/** x: f32[], limit: f32 */
export function clampValues(begin: u32, end: u32, args: usize): void {
  const high = f32x4.splat(real(args, 1));
  const low = f32x4.neg(high);
  let at: usize = pointer(args, 0) + (begin << 2);
  const stop: usize = pointer(args, 0) + (end << 2);
  for (; at + 16 <= stop; at += 16) v128.store(at, f32x4.max(low, f32x4.min(high, v128.load(at))));
  const lanes = <u32>((stop - at) >> 2);
  if (lanes) storeLanes(at, f32x4.max(low, f32x4.min(high, loadLanes(at, lanes))), lanes);
}

/** x: f32[], found: f64; found is set to 1 where a value is NaN or infinite */
export function findNonFinite(begin: u32, end: u32, args: usize): void {
  if (load<f64>(args + 8) != 0) return;
  let at: usize = pointer(args, 0) + (begin << 2);
  const stop: usize = pointer(args, 0) + (end << 2);
  // x - x is +0, whose bits are all 0, for every finite x and NaN for the others.
  let bits = f32x4.splat(0);
  for (; at + 16 <= stop; at += 16) {
    const x = v128.load(at);
    bits = v128.or(bits, f32x4.sub(x, x));
  }
  const lanes = <u32>((stop - at) >> 2);
  if (lanes) {
    const x = loadLanes(at, lanes);
    bits = v128.or(bits, f32x4.sub(x, x));
  }
  if (v128.any_true(bits)) store<f64>(args + 8, 1);
}
