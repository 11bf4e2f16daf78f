// Reflections and plane rotations of a matrix of float64, which take most of an eigen-decomposition's time: strip by strip, so that one
// stays in the processor's cache. A strip is 16 columns, its n rows one after the other.
import { count, pointer } from "./arguments";

/** Bytes of a row of a strip. */
const ROW: usize = 128;

/** basis: f64[], reflectors: f64[], betas: f64[], n: u32; column i of the basis becomes (I - beta v vT) of itself for each reflector k from n-3 to i-1, whose v are the entries after k of row k */
export function reflectStrips(begin: u32, end: u32, args: usize): void {
  const reflectors = pointer(args, 1);
  const betas = pointer(args, 2);
  const n = count(args, 3);
  for (let s = begin; s < end; s++) {
    const strip = pointer(args, 0) + <usize>s * n * ROW;
    // Earlier columns than the one after a reflector are not changed by it.
    let k = min(<i32>n - 3, <i32>(s << 4) + 14);
    for (; k >= 0; k--) {
      const beta = load<f64>(betas + (<usize>k << 3));
      if (beta != 0) reflectStrip(strip, reflectors + ((<usize>k * n) << 3), beta, k + 1, n);
    }
  }
}

// @ts-ignore: decorator
@inline
function reflectStrip(strip: usize, v: usize, beta: f64, first: u32, n: u32): void {
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  const stop = strip + <usize>n * ROW;
  const start = strip + <usize>first * ROW;
  let at = v + (<usize>first << 3);
  for (let row = start; row < stop; row += ROW) {
    const value = v128.load64_splat(at);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(row), value));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(row, 16), value));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(row, 32), value));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(row, 48), value));
    s4 = f64x2.add(s4, f64x2.mul(v128.load(row, 64), value));
    s5 = f64x2.add(s5, f64x2.mul(v128.load(row, 80), value));
    s6 = f64x2.add(s6, f64x2.mul(v128.load(row, 96), value));
    s7 = f64x2.add(s7, f64x2.mul(v128.load(row, 112), value));
    at += 8;
  }
  const factor = f64x2.splat(beta);
  s0 = f64x2.mul(s0, factor);
  s1 = f64x2.mul(s1, factor);
  s2 = f64x2.mul(s2, factor);
  s3 = f64x2.mul(s3, factor);
  s4 = f64x2.mul(s4, factor);
  s5 = f64x2.mul(s5, factor);
  s6 = f64x2.mul(s6, factor);
  s7 = f64x2.mul(s7, factor);
  at = v + (<usize>first << 3);
  for (let row = start; row < stop; row += ROW) {
    const value = v128.load64_splat(at);
    v128.store(row, f64x2.sub(v128.load(row), f64x2.mul(s0, value)));
    v128.store(row, f64x2.sub(v128.load(row, 16), f64x2.mul(s1, value)), 16);
    v128.store(row, f64x2.sub(v128.load(row, 32), f64x2.mul(s2, value)), 32);
    v128.store(row, f64x2.sub(v128.load(row, 48), f64x2.mul(s3, value)), 48);
    v128.store(row, f64x2.sub(v128.load(row, 64), f64x2.mul(s4, value)), 64);
    v128.store(row, f64x2.sub(v128.load(row, 80), f64x2.mul(s5, value)), 80);
    v128.store(row, f64x2.sub(v128.load(row, 96), f64x2.mul(s6, value)), 96);
    v128.store(row, f64x2.sub(v128.load(row, 112), f64x2.mul(s7, value)), 112);
    at += 8;
  }
}

/** basis: f64[], places: u32[], turns: f64[], rotations: u32, n: u32; rotates row places[r] and the one after it by turns[2r], a sine, and turns[2r + 1], a cosine, one r after the other */
export function rotateStrips(begin: u32, end: u32, args: usize): void {
  const places = pointer(args, 1);
  const turns = pointer(args, 2);
  const rotations = count(args, 3);
  const n = count(args, 4);
  for (let s = begin; s < end; s++) {
    const strip = pointer(args, 0) + <usize>s * n * ROW;
    for (let r: usize = 0; r < rotations; r++) {
      const row = strip + <usize>load<u32>(places + (r << 2)) * ROW;
      const sine = v128.load64_splat(turns + (r << 4));
      const cosine = v128.load64_splat(turns + (r << 4), 8);
      for (let at = row; at < row + ROW; at += 32) {
        const low = v128.load(at), high = v128.load(at, 128);
        const low2 = v128.load(at, 16), high2 = v128.load(at, 144);
        v128.store(at, f64x2.add(f64x2.mul(sine, low), f64x2.mul(cosine, high)), 128);
        v128.store(at, f64x2.sub(f64x2.mul(cosine, low), f64x2.mul(sine, high)));
        v128.store(at, f64x2.add(f64x2.mul(sine, low2), f64x2.mul(cosine, high2)), 144);
        v128.store(at, f64x2.sub(f64x2.mul(cosine, low2), f64x2.mul(sine, high2)), 16);
      }
    }
  }
}
