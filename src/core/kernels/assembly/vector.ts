// Loading and storing 1 to 4 floats as one vector, so that a kernel's formula is written once for body and tail.

/** The first `lanes` (1 to 4) floats at the address, the other lanes 0. */
// @ts-ignore: decorator
@inline
export function loadLanes(address: usize, lanes: u32): v128 {
  if (lanes == 4) return v128.load(address);
  return loadPart(address, lanes);
}

/** Stores the first `lanes` (1 to 4) floats of the vector. */
// @ts-ignore: decorator
@inline
export function storeLanes(address: usize, value: v128, lanes: u32): void {
  if (lanes == 4) v128.store(address, value);
  else storePart(address, value, lanes);
}

function loadPart(address: usize, lanes: u32): v128 {
  if (lanes == 1) return v128.load32_zero(address);
  const two = v128.load64_zero(address);
  return lanes == 2 ? two : v128.load_lane<u32>(address, two, 2, 8);
}

function storePart(address: usize, value: v128, lanes: u32): void {
  if (lanes == 1) {
    v128.store_lane<u32>(address, value, 0);
    return;
  }
  v128.store_lane<u64>(address, value, 0);
  if (lanes == 3) v128.store_lane<u32>(address, value, 2, 8);
}
