// Parallel loops: the caller publishes a job cut into chunks; it and the workers take chunks until none is left.
// Sleeping and waking are left to JavaScript's Atomics: in Node 20 (V8 11.3) code of the baseline compiler that calls
// memory.atomic.wait32 was seen to lose the value of a local variable.
import { run } from "./kernels";
import {
  ARGUMENTS, CALLER_WAITS, CHUNKS, DONE, FAILED, GENERATION, GRAIN, KERNEL, SLEEPERS, TICKET, UNITS,
} from "./layout";

/** Polls before sleeping: some 20 to 50 µs, about what waking a sleeping thread costs. */
const SPINS: i32 = 60000;

function runChunk(control: usize, chunk: u32, thread: u32): void {
  const units = load<u32>(control + UNITS);
  const grain = load<u32>(control + GRAIN);
  const begin = chunk * grain;
  run(load<i32>(control + KERNEL), begin, begin + min(grain, units - begin), control + ARGUMENTS, thread);
}

/**
 * Makes a job of kernel number `kernel` over units 0 … units-1 in chunks of `grain`. Which thread runs a chunk is chance;
 * where the chunks begin and end is not, so what a kernel does may depend on its chunk and still give the same bits with
 * any number of threads. Returns how many sleeping workers to wake, or -1 where there is nothing to share and the job is
 * already done.
 */
export function publish(control: usize, kernel: i32, units: u32, grain: u32, helpers: i32): i32 {
  if (units == 0) return -1;
  const chunks: i32 = (units - 1) / grain + 1;
  store<i32>(control + KERNEL, kernel);
  store<u32>(control + UNITS, units);
  store<u32>(control + GRAIN, grain);
  store<i32>(control + CHUNKS, chunks);
  if (chunks == 1 || helpers == 0) {
    for (let chunk = 0; chunk < chunks; chunk++) runChunk(control, chunk, 0);
    return -1;
  }
  atomic.store<i32>(control + DONE, 0);
  atomic.store<i32>(control + FAILED, 0);
  const generation = atomic.load<i32>(control + GENERATION) + 1;
  atomic.store<u64>(control + TICKET, (<u64>(<u32>generation) << 32) | <u64>(<u32>chunks));
  atomic.store<i32>(control + GENERATION, generation);
  return min(min(chunks - 1, helpers), atomic.load<i32>(control + SLEEPERS));
}

/** Takes chunks of the present job and runs them until none is left. Returns whether the caller sleeps and must be woken. */
export function take(control: usize, thread: u32): bool {
  let last = false;
  while (true) {
    const ticket = atomic.load<u64>(control + TICKET);
    if (<u32>ticket == 0) return last && atomic.load<i32>(control + CALLER_WAITS) != 0;
    if (atomic.cmpxchg<u64>(control + TICKET, ticket, ticket - 1) != ticket) continue;
    // The job cannot change before the chunk taken here is reported as done.
    const chunks = load<i32>(control + CHUNKS);
    runChunk(control, chunks - <u32>ticket, thread);
    last = atomic.add<i32>(control + DONE, 1) + 1 == chunks;
  }
}

/** Polls for a moment; returns whether the word at the address came to be (`until`), or ceased to be, `value`. */
export function poll(address: usize, value: i32, until: bool): bool {
  for (let i = 0; i < SPINS; i++) {
    if ((atomic.load<i32>(address) == value) == until) return true;
  }
  return false;
}
