// Where the threads' control block keeps what: byte offsets, each group in its own cache line.

/** u64: number of the present job in the upper 32 bits, chunks not yet taken in the lower: one compare-and-swap takes one. */
export const TICKET: usize = 0;
/** i32: number of the present job, for idle workers to wait on. */
export const GENERATION: usize = 64;
/** i32: workers asleep, or about to be. */
export const SLEEPERS: usize = 128;
/** i32: chunks of the present job done. */
export const DONE: usize = 192;
/** i32: 1 while the calling thread sleeps until all chunks are done. */
export const CALLER_WAITS: usize = 256;
/** i32: chunks that trapped in a worker. */
export const FAILED: usize = 320;
/** The present job: kernel, chunks (i32), units in all and per chunk (u32). */
export const KERNEL: usize = 384;
export const CHUNKS: usize = 388;
export const UNITS: usize = 392;
export const GRAIN: usize = 396;
/** f64 each: the kernel's arguments, 32 of them. */
export const ARGUMENTS: usize = 448;

/** Bytes of the whole block. */
export const CONTROL_BYTES: usize = 704;
