// The kernels by number, as the pool calls them.
import { adam } from "./adam";
import { rmspropTensorFlow, rmspropTorch, sgd } from "./descent";
import { clampValues, findNonFinite } from "./elementwise";
import { hammingDistances } from "./hamming";
import { graphInsert, graphLink, graphSearch } from "./hamming-graph";
import { hammingScan, hammingScanBegin, hammingScanEnd } from "./hamming-scan";
import { assignCentres } from "./kmeans";
import { dropoutMask, normal, uniform } from "./random";
import { smallestK } from "./select";
import { reflectStrips, rotateStrips } from "./strips";

/** Exported, so that TypeScript finds the numbers under "Kernel.adam" and so on. */
export enum Kernel {
  adam,
  rmspropTorch,
  rmspropTensorFlow,
  sgd,
  clampValues,
  findNonFinite,
  uniform,
  normal,
  dropoutMask,
  assignCentres,
  hammingDistances,
  smallestK,
  hammingScanBegin,
  hammingScan,
  hammingScanEnd,
  graphInsert,
  graphLink,
  graphSearch,
  reflectStrips,
  rotateStrips,
}

/** Runs units begin … end-1 of a kernel; `thread` is 0 for the caller, else the worker's number. */
export function run(kernel: i32, begin: u32, end: u32, args: usize, thread: u32): void {
  switch (kernel) {
    case Kernel.adam: return adam(begin, end, args);
    case Kernel.rmspropTorch: return rmspropTorch(begin, end, args);
    case Kernel.rmspropTensorFlow: return rmspropTensorFlow(begin, end, args);
    case Kernel.sgd: return sgd(begin, end, args);
    case Kernel.clampValues: return clampValues(begin, end, args);
    case Kernel.findNonFinite: return findNonFinite(begin, end, args);
    case Kernel.uniform: return uniform(begin, end, args);
    case Kernel.normal: return normal(begin, end, args);
    case Kernel.dropoutMask: return dropoutMask(begin, end, args);
    case Kernel.assignCentres: return assignCentres(begin, end, args);
    case Kernel.hammingDistances: return hammingDistances(begin, end, args);
    case Kernel.smallestK: return smallestK(begin, end, args, thread);
    case Kernel.hammingScanBegin: return hammingScanBegin(begin, end, args);
    case Kernel.hammingScan: return hammingScan(begin, end, args);
    case Kernel.hammingScanEnd: return hammingScanEnd(begin, end, args);
    case Kernel.graphInsert: return graphInsert(begin, end, args, thread);
    case Kernel.graphLink: return graphLink(begin, end, args, thread);
    case Kernel.graphSearch: return graphSearch(begin, end, args, thread);
    case Kernel.reflectStrips: return reflectStrips(begin, end, args);
    case Kernel.rotateStrips: return rotateStrips(begin, end, args);
    default: unreachable();
  }
}
