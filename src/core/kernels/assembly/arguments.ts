// Reading a kernel's arguments: float64 slots in the control block, which hold any 32-bit address exactly.

// @ts-ignore: decorator
@inline
export function pointer(args: usize, index: usize): usize {
  return <usize>load<f64>(args + (index << 3));
}

// @ts-ignore: decorator
@inline
export function count(args: usize, index: usize): u32 {
  return <u32>load<f64>(args + (index << 3));
}

// @ts-ignore: decorator
@inline
export function real(args: usize, index: usize): f32 {
  return <f32>load<f64>(args + (index << 3));
}
