// Random arrays from Philox4x32-10, four counters at a time, a counter's four words going to four neighbouring places.
import { count, pointer, real } from "./arguments";
import { storeLanes } from "./vector";

// @ts-ignore: decorator
@inline
const UNIFORM: i32 = 0;
// @ts-ignore: decorator
@inline
const NORMAL: i32 = 1;
// @ts-ignore: decorator
@inline
const MASK: i32 = 2;

/** target: f32[], length: u32, seedLow: u32, seedHigh: u32, step: u32, stream: u32, low: f32, range: f32, most: f32; the largest float below high */
export function uniform(begin: u32, end: u32, args: usize): void {
  generate(begin, end, args, UNIFORM);
}

/** target: f32[], length: u32, seedLow: u32, seedHigh: u32, step: u32, stream: u32, mean: f32, deviation: f32 */
export function normal(begin: u32, end: u32, args: usize): void {
  generate(begin, end, args, NORMAL);
}

/** target: f32[], length: u32, seedLow: u32, seedHigh: u32, step: u32, stream: u32, zeros: u32, kept: f32; zeros is 2^24 times their share, kept the value of the others */
export function dropoutMask(begin: u32, end: u32, args: usize): void {
  generate(begin, end, args, MASK);
}

/** Fills 16 places per unit. */
// @ts-ignore: decorator
@inline
function generate(begin: u32, end: u32, args: usize, kind: i32): void {
  const target = pointer(args, 0);
  const length = count(args, 1);
  const seedLow = i32x4.splat(count(args, 2));
  const seedHigh = i32x4.splat(count(args, 3));
  const step = i32x4.splat(count(args, 4));
  const stream = i32x4.splat(count(args, 5));
  const multiplier0 = i32x4.splat(0xd2511f53);
  const multiplier1 = i32x4.splat(0xcd9e8d57);
  const weyl0 = i32x4.splat(0x9e3779b9);
  const weyl1 = i32x4.splat(0xbb67ae85);
  for (let unit = begin; unit < end; unit++) {
    let c0 = i32x4.add(i32x4.splat(unit << 2), i32x4(0, 1, 2, 3));
    let c1 = step;
    let c2 = stream;
    let c3 = i32x4.splat(0);
    let k0 = seedLow;
    let k1 = seedHigh;
    for (let round = 0; round < 10; round++) {
      const product0a = i64x2.extmul_low_i32x4_u(c0, multiplier0);
      const product0b = i64x2.extmul_high_i32x4_u(c0, multiplier0);
      const product1a = i64x2.extmul_low_i32x4_u(c2, multiplier1);
      const product1b = i64x2.extmul_high_i32x4_u(c2, multiplier1);
      c0 = v128.xor(v128.xor(v128.shuffle<u32>(product1a, product1b, 1, 3, 5, 7), c1), k0);
      c1 = v128.shuffle<u32>(product1a, product1b, 0, 2, 4, 6);
      c2 = v128.xor(v128.xor(v128.shuffle<u32>(product0a, product0b, 1, 3, 5, 7), c3), k1);
      c3 = v128.shuffle<u32>(product0a, product0b, 0, 2, 4, 6);
      k0 = i32x4.add(k0, weyl0);
      k1 = i32x4.add(k1, weyl1);
    }
    if (kind == UNIFORM) {
      c0 = toUniform(c0, args);
      c1 = toUniform(c1, args);
      c2 = toUniform(c2, args);
      c3 = toUniform(c3, args);
    } else if (kind == MASK) {
      c0 = toMask(c0, args);
      c1 = toMask(c1, args);
      c2 = toMask(c2, args);
      c3 = toMask(c3, args);
    } else {
      const mean = f32x4.splat(real(args, 6));
      const deviation = f32x4.splat(real(args, 7));
      const radius0 = f32x4.mul(deviation, radius(c0));
      const radius2 = f32x4.mul(deviation, radius(c2));
      const angle1 = c1;
      const angle3 = c3;
      c0 = f32x4.add(mean, f32x4.mul(radius0, cosine(angle1)));
      c1 = f32x4.add(mean, f32x4.mul(radius0, sine(angle1)));
      c2 = f32x4.add(mean, f32x4.mul(radius2, cosine(angle3)));
      c3 = f32x4.add(mean, f32x4.mul(radius2, sine(angle3)));
    }
    const even0 = v128.shuffle<u32>(c0, c1, 0, 4, 1, 5);
    const odd0 = v128.shuffle<u32>(c2, c3, 0, 4, 1, 5);
    const even1 = v128.shuffle<u32>(c0, c1, 2, 6, 3, 7);
    const odd1 = v128.shuffle<u32>(c2, c3, 2, 6, 3, 7);
    c0 = v128.shuffle<u64>(even0, odd0, 0, 2);
    c1 = v128.shuffle<u64>(even0, odd0, 1, 3);
    c2 = v128.shuffle<u64>(even1, odd1, 0, 2);
    c3 = v128.shuffle<u64>(even1, odd1, 1, 3);
    const first = unit << 4;
    const at = target + (<usize>first << 2);
    const left = length - first;
    if (left >= 16) {
      v128.store(at, c0);
      v128.store(at, c1, 16);
      v128.store(at, c2, 32);
      v128.store(at, c3, 48);
    } else {
      storeLanes(at, c0, min(left, 4));
      if (left > 4) storeLanes(at + 16, c1, min(left - 4, 4));
      if (left > 8) storeLanes(at + 32, c2, min(left - 8, 4));
      if (left > 12) storeLanes(at + 48, c3, min(left - 12, 4));
    }
  }
}

// @ts-ignore: decorator
@inline
function toUniform(words: v128, args: usize): v128 {
  const unit = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(words, 8)), f32x4.splat(1.0 / 16777216));
  const value = f32x4.add(f32x4.splat(real(args, 6)), f32x4.mul(f32x4.splat(real(args, 7)), unit));
  return f32x4.min(value, f32x4.splat(real(args, 8)));
}

// @ts-ignore: decorator
@inline
function toMask(words: v128, args: usize): v128 {
  const kept = i32x4.ge_s(i32x4.shr_u(words, 8), i32x4.splat(count(args, 6)));
  return v128.and(kept, f32x4.splat(real(args, 7)));
}

/** √(-2 ln u), u = (word + 1/2) 2^-32: ln m = 2 artanh((m-1)/(m+1)) by its series, m between √½ and √2. */
function radius(words: v128): v128 {
  const u = f32x4.add(f32x4.mul(f32x4.convert_i32x4_u(words), f32x4.splat(1.0 / 4294967296.0)), f32x4.splat(1.0 / 8589934592.0));
  const shifted = i32x4.add(u, i32x4.splat(0x3f800000 - 0x3f3504f3));
  const exponent = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(shifted, 23), i32x4.splat(127)));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const one = f32x4.splat(1);
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const z = f32x4.mul(s, s);
  let series = f32x4.add(f32x4.splat(1.0 / 7), f32x4.mul(z, f32x4.splat(1.0 / 9)));
  series = f32x4.add(f32x4.splat(1.0 / 5), f32x4.mul(z, series));
  series = f32x4.add(f32x4.splat(1.0 / 3), f32x4.mul(z, series));
  series = f32x4.add(one, f32x4.mul(z, series));
  const log = f32x4.add(
    f32x4.mul(exponent, f32x4.splat(0.6931471805599453)),
    f32x4.mul(f32x4.add(s, s), series),
  );
  return f32x4.sqrt(f32x4.mul(f32x4.splat(-2), log));
}

/** Quarter turn nearest to the angle 2π (word >> 8) 2^-24. */
// @ts-ignore: decorator
@inline
function quarter(words: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.shr_u(words, 8), i32x4.splat(1 << 21)), 22);
}

/** What the angle is beyond its nearest quarter turn, from -π/4 to π/4. */
// @ts-ignore: decorator
@inline
function beyond(words: v128, turns: v128): v128 {
  const rest = i32x4.sub(i32x4.shr_u(words, 8), i32x4.shl(turns, 22));
  return f32x4.mul(f32x4.convert_i32x4_s(rest), f32x4.splat(<f32>(6.283185307179586 / 16777216)));
}

function cosine(words: v128): v128 {
  const turns = quarter(words);
  return turned(beyond(words, turns), i32x4.add(turns, i32x4.splat(1)));
}

function sine(words: v128): v128 {
  const turns = quarter(words);
  return turned(beyond(words, turns), turns);
}

/** sin(x + turns π/2) for |x| ≤ π/4, by the Taylor series of sine and cosine. */
// @ts-ignore: decorator
@inline
function turned(x: v128, turns: v128): v128 {
  const z = f32x4.mul(x, x);
  let sin = f32x4.add(f32x4.splat(-1.0 / 5040), f32x4.mul(z, f32x4.splat(1.0 / 362880)));
  sin = f32x4.add(f32x4.splat(1.0 / 120), f32x4.mul(z, sin));
  sin = f32x4.add(f32x4.splat(-1.0 / 6), f32x4.mul(z, sin));
  sin = f32x4.add(x, f32x4.mul(x, f32x4.mul(z, sin)));
  let cos = f32x4.add(f32x4.splat(1.0 / 40320), f32x4.mul(z, f32x4.splat(-1.0 / 3628800)));
  cos = f32x4.add(f32x4.splat(-1.0 / 720), f32x4.mul(z, cos));
  cos = f32x4.add(f32x4.splat(1.0 / 24), f32x4.mul(z, cos));
  cos = f32x4.add(f32x4.splat(-0.5), f32x4.mul(z, cos));
  cos = f32x4.add(f32x4.splat(1), f32x4.mul(z, cos));
  const odd = i32x4.eq(v128.and(turns, i32x4.splat(1)), i32x4.splat(1));
  const sign = i32x4.shl(v128.and(turns, i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(cos, sin, odd), sign);
}
