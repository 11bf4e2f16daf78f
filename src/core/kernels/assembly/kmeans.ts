// Lloyd's k-means, many starts at once: nearest centres from a matrix of scores.
import { count, pointer } from "./arguments";

/** Samples per unit of assignment: partial sums are kept per unit, so that their order does not depend on the threads. */
const BLOCK: u32 = 256;

/**
 * scores: f32[], centreNorms: f32[], pointNorms: f32[], samples: u32, starts: u32, centres: u32, labels: i32[],
 * distances: f32[], inertia: f64[], changes: i32[]; scores are samples × starts·centres, inertia and changes units × starts
 */
export function assignCentres(begin: u32, end: u32, args: usize): void {
  const centreNorms = pointer(args, 1);
  const pointNorms = pointer(args, 2);
  const samples = count(args, 3);
  const starts = count(args, 4);
  const centres = count(args, 5);
  for (let unit = begin; unit < end; unit++) {
    const inertia = pointer(args, 8) + ((<usize>unit * starts) << 3);
    const changes = pointer(args, 9) + ((<usize>unit * starts) << 2);
    const stop = min(samples, (unit + 1) * BLOCK);
    for (let i = unit * BLOCK; i < stop; i++) {
      const pointNorm = load<f32>(pointNorms + (<usize>i << 2));
      let scores = pointer(args, 0) + ((<usize>i * starts * centres) << 2);
      let norms = centreNorms;
      let place: usize = i << 2;
      for (let s: usize = 0; s < starts; s++) {
        const label = nearest(scores, norms, centres);
        const at: usize = label << 2;
        const least = load<f32>(norms + at) - 2 * load<f32>(scores + at);
        const distance = max<f32>(0, pointNorm + least);
        if (load<u32>(pointer(args, 6) + place) != label) {
          store<i32>(changes + (s << 2), load<i32>(changes + (s << 2)) + 1);
          store<u32>(pointer(args, 6) + place, label);
        }
        store<f32>(pointer(args, 7) + place, distance);
        store<f64>(inertia + (s << 3), load<f64>(inertia + (s << 3)) + distance);
        scores += <usize>centres << 2;
        norms += <usize>centres << 2;
        place += <usize>samples << 2;
      }
    }
  }
}

/** The place of the least norm - 2 score, the first one among equals. */
// @ts-ignore: decorator
@inline
function nearest(scores: usize, norms: usize, centres: u32): u32 {
  if (centres < 4) {
    let least = load<f32>(norms) - 2 * load<f32>(scores);
    let place: u32 = 0;
    for (let c: u32 = 1; c < centres; c++) {
      const value = load<f32>(norms + (<usize>c << 2)) - 2 * load<f32>(scores + (<usize>c << 2));
      if (value < least) {
        least = value;
        place = c;
      }
    }
    return place;
  }
  const two = f32x4.splat(2);
  const lanes = i32x4(0, 1, 2, 3);
  let least = f32x4.sub(v128.load(norms), f32x4.mul(two, v128.load(scores)));
  let places = lanes;
  for (let c: u32 = 4; c < centres; c += 4) {
    // The last four overlap the ones before: seeing a centre twice changes nothing.
    const first = min(c, centres - 4);
    const at: usize = first << 2;
    const values = f32x4.sub(v128.load(norms + at), f32x4.mul(two, v128.load(scores + at)));
    const better = f32x4.lt(values, least);
    least = f32x4.pmin(least, values);
    places = v128.bitselect(i32x4.add(lanes, i32x4.splat(first)), places, better);
  }
  let otherValues = v128.shuffle<u32>(least, least, 2, 3, 0, 1);
  let otherPlaces = v128.shuffle<u32>(places, places, 2, 3, 0, 1);
  let better = precedes(otherValues, otherPlaces, least, places);
  least = v128.bitselect(otherValues, least, better);
  places = v128.bitselect(otherPlaces, places, better);
  otherValues = v128.shuffle<u32>(least, least, 1, 0, 3, 2);
  otherPlaces = v128.shuffle<u32>(places, places, 1, 0, 3, 2);
  better = precedes(otherValues, otherPlaces, least, places);
  return i32x4.extract_lane(v128.bitselect(otherPlaces, places, better), 0);
}

// @ts-ignore: decorator
@inline
function precedes(values: v128, places: v128, otherValues: v128, otherPlaces: v128): v128 {
  return v128.or(
    f32x4.lt(values, otherValues),
    v128.and(f32x4.eq(values, otherValues), i32x4.lt_s(places, otherPlaces)),
  );
}
