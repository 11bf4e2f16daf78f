// Lloyd's k-means, many starts at once: nearest centres from a matrix of scores, and sums over clusters.
import { count, pointer } from "./arguments";
import { loadLanes, storeLanes } from "./vector";

/** Samples per unit of assignment: partial sums are kept per unit, so that their order does not depend on the threads. */
const BLOCK: u32 = 256;

/**
 * scores (samples × starts·centres), centreNorms, pointNorms, samples, starts, centres, labels, distances,
 * partial inertia (f64, units × starts), partial changes (i32, units × starts)
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

/** labels, samples, centres, members out, ends out, counts out, result: set to 1 where a label is no centre */
export function sortByLabel(begin: u32, end: u32, args: usize): void {
  const samples = count(args, 1);
  const centres = count(args, 2);
  for (let start = begin; start < end; start++) {
    const labels = pointer(args, 0) + ((<usize>start * samples) << 2);
    const members = pointer(args, 3) + ((<usize>start * samples) << 2);
    const ends = pointer(args, 4) + ((<usize>start * centres) << 2);
    const counts = pointer(args, 5) + ((<usize>start * centres) << 2);
    memory.fill(counts, 0, <usize>centres << 2);
    for (let i: u32 = 0; i < samples; i++) {
      const label = load<u32>(labels + (<usize>i << 2));
      if (label >= centres) {
        store<f64>(args + 48, 1);
        return;
      }
      const counter = counts + (<usize>label << 2);
      store<u32>(counter, load<u32>(counter) + 1);
    }
    let place: u32 = 0;
    for (let c: usize = 0; c < <usize>centres << 2; c += 4) {
      store<u32>(ends + c, place);
      place += load<u32>(counts + c);
    }
    for (let i: u32 = 0; i < samples; i++) {
      const next = ends + (<usize>load<u32>(labels + (<usize>i << 2)) << 2);
      store<u32>(members + (<usize>load<u32>(next) << 2), i);
      store<u32>(next, load<u32>(next) + 1);
    }
  }
}

/** points, samples, columns, starts, centres, members, ends, counts, sums; a unit is 32 columns of one start */
export function sumClusters(begin: u32, end: u32, args: usize): void {
  const samples = count(args, 1);
  const columns = count(args, 2);
  const starts = count(args, 3);
  const centres = count(args, 4);
  for (let unit = begin; unit < end; unit++) {
    const start = unit % starts;
    const column = (unit / starts) << 5;
    const points = pointer(args, 0) + (<usize>column << 2);
    const members = pointer(args, 5) + ((<usize>start * samples) << 2);
    for (let c: u32 = 0; c < centres; c++) {
      const cluster: usize = start * centres + c;
      const stop = load<u32>(pointer(args, 6) + (cluster << 2));
      const first = stop - load<u32>(pointer(args, 7) + (cluster << 2));
      const sums = pointer(args, 8) + ((cluster * columns + column) << 2);
      if (columns - column >= 32) {
        memory.fill(sums, 0, 128);
        // Partial sums over 256 rows keep the rounding error of a large cluster small.
        for (let from = first; from < stop; from += 256) {
          addRows(points, columns, members, from, min(stop, from + 256), sums);
        }
      } else {
        for (let at: u32 = column; at < columns; at += 4) {
          const lanes = min(4, columns - at);
          const offset: usize = (at - column) << 2;
          sumColumns(points + offset, columns, members, first, stop, sums + offset, lanes);
        }
      }
    }
  }
}

/** Adds 32 columns of the rows first … stop-1 of the member list to `sums`. */
// @ts-ignore: decorator
@inline
function addRows(points: usize, columns: u32, members: usize, first: u32, stop: u32, sums: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let m = first; m < stop; m++) {
    const row = points + ((<usize>load<u32>(members + (<usize>m << 2)) * columns) << 2);
    a = f32x4.add(a, v128.load(row));
    b = f32x4.add(b, v128.load(row, 16));
    c = f32x4.add(c, v128.load(row, 32));
    d = f32x4.add(d, v128.load(row, 48));
    e = f32x4.add(e, v128.load(row, 64));
    f = f32x4.add(f, v128.load(row, 80));
    g = f32x4.add(g, v128.load(row, 96));
    h = f32x4.add(h, v128.load(row, 112));
  }
  v128.store(sums, f32x4.add(v128.load(sums), a));
  v128.store(sums, f32x4.add(v128.load(sums, 16), b), 16);
  v128.store(sums, f32x4.add(v128.load(sums, 32), c), 32);
  v128.store(sums, f32x4.add(v128.load(sums, 48), d), 48);
  v128.store(sums, f32x4.add(v128.load(sums, 64), e), 64);
  v128.store(sums, f32x4.add(v128.load(sums, 80), f), 80);
  v128.store(sums, f32x4.add(v128.load(sums, 96), g), 96);
  v128.store(sums, f32x4.add(v128.load(sums, 112), h), 112);
}

/** Sums up to 4 columns over a cluster. */
function sumColumns(
  points: usize, columns: u32, members: usize, first: u32, stop: u32, sums: usize, lanes: u32,
): void {
  let total = f32x4.splat(0);
  for (let from = first; from < stop; from += 256) {
    let part = f32x4.splat(0);
    const until = min(stop, from + 256);
    for (let m = from; m < until; m++) {
      const row = points + ((<usize>load<u32>(members + (<usize>m << 2)) * columns) << 2);
      part = f32x4.add(part, loadLanes(row, lanes));
    }
    total = f32x4.add(total, part);
  }
  storeLanes(sums, total, lanes);
}
