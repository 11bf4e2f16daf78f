// The kernels by name with their arguments in order: what assembly/ declares above each of them (table.test.ts compares).

/** What an argument is to the caller, by the element type of an array or the type of a number in AssemblyScript. */
interface Kinds {
  readonly "f32[]": Float32Array;
  readonly "f64[]": Float64Array;
  readonly "i32[]": Int32Array;
  readonly "u32[]": Uint32Array;
  readonly "u16[]": Uint16Array;
  readonly "u8[]": Uint8Array;
  readonly "u8[]|u16[]": Uint8Array | Uint16Array;
  /** An array that may be missing. */
  readonly "u8[]?": Uint8Array | undefined;
  readonly u32: number;
  readonly f32: number;
  /** A place in the arguments that the kernel may write to. */
  readonly f64: number;
}

const random = { target: "f32[]", length: "u32", seedLow: "u32", seedHigh: "u32", step: "u32", stream: "u32" } as const;

const rmsprop = {
  p: "f32[]",
  g: "f32[]",
  v: "f32[]",
  lr: "f32",
  decay: "f32",
  rest: "f32",
  eps: "f32",
  weightDecay: "f32",
} as const;

const graph = {
  nodeTable: "u32[]",
  upperTable: "u32[]",
  bytes: "u32",
  links: "u32",
  entry: "u32",
  level: "u32",
  scratch: "u8[]",
  threadBytes: "u32",
  width: "u32",
  seenBytes: "u32",
} as const;

export const kernelTable = {
  adam: {
    p: "f32[]",
    g: "f32[]",
    m: "f32[]",
    v: "f32[]",
    beta1: "f32",
    rest1: "f32",
    beta2: "f32",
    rest2: "f32",
    rate: "f32",
    correction: "f32",
    eps: "f32",
    weightDecay: "f32",
  },
  rmspropTorch: rmsprop,
  rmspropTensorFlow: rmsprop,
  sgd: {
    p: "f32[]",
    g: "f32[]",
    buffer: "f32[]",
    lr: "f32",
    momentum: "f32",
    weightDecay: "f32",
    first: "u32",
  },
  clampValues: { x: "f32[]", limit: "f32" },
  findNonFinite: { x: "f32[]", found: "f64" },
  uniform: { ...random, low: "f32", range: "f32", most: "f32" },
  normal: { ...random, mean: "f32", deviation: "f32" },
  dropoutMask: { ...random, zeros: "u32", kept: "f32" },
  assignCentres: {
    scores: "f32[]",
    centreNorms: "f32[]",
    pointNorms: "f32[]",
    samples: "u32",
    starts: "u32",
    centres: "u32",
    labels: "i32[]",
    distances: "f32[]",
    inertia: "f64[]",
    changes: "i32[]",
  },
  hammingDistances: {
    queries: "u8[]",
    database: "u8[]",
    bytes: "u32",
    rows: "u32",
    target: "u8[]|u16[]",
    width: "u32",
  },
  smallestK: { distances: "f32[]", n: "u32", k: "u32", indices: "i32[]", scratch: "u8[]", threadBytes: "u32" },
  hammingScanBegin: { states: "u8[]", stateBytes: "u32", bytes: "u32" },
  hammingScan: {
    queries: "u8[]",
    count: "u32",
    bytes: "u32",
    codes: "u8[]",
    rows: "u32",
    firstRow: "u32",
    deleted: "u8[]?",
    k: "u32",
    states: "u8[]",
    stateBytes: "u32",
    shares: "u32",
    group: "u32",
  },
  hammingScanEnd: {
    states: "u8[]",
    stateBytes: "u32",
    bytes: "u32",
    k: "u32",
    distances: "u16[]",
    rows: "u32[]",
    counts: "u32[]",
  },
  graphInsert: { ...graph, first: "u32" },
  graphLink: { ...graph, first: "u32", count: "u32" },
  graphSearch: { ...graph, queries: "u8[]", distances: "u16[]", nodes: "u32[]", counts: "u32[]" },
  reflectStrips: { basis: "f64[]", reflectors: "f64[]", betas: "f64[]", n: "u32" },
  rotateStrips: { basis: "f64[]", places: "u32[]", turns: "f64[]", rotations: "u32", n: "u32" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof Kinds>>>>;

export type KernelName = keyof typeof kernelTable;

/** A kernel's arguments: arrays in the kernels' memory, and numbers. */
export type KernelArguments<Name extends KernelName> = {
  readonly [Argument in keyof (typeof kernelTable)[Name]]: Kinds[(typeof kernelTable)[Name][Argument] & keyof Kinds];
};
