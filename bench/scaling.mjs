// How time and memory grow: curves of points, each measured by a process of its own.

const gmaeSizes = [
  [1000, 6],
  [4000, 4],
  [16_000, 3],
  [64_000, 2],
  [256_000, 1],
  [1_000_000, 1],
];
const hashingSizes = [
  [1000, 4],
  [10_000, 3],
  [100_000, 2],
  [1_000_000, 1],
];
/** Narrower than published, so that a million samples end within a minute. */
const narrow = { hidden: 512 };
const training = (method, data, epochs, options = {}) => [
  "bench/ours/scale-training.mjs",
  method,
  data,
  `${epochs}`,
  JSON.stringify(options),
];
const search = (rows, bits, ...rest) => [
  "bench/ours/search.mjs",
  ...["--rows", `${rows}`, "--bits", `${bits}`, "--repetitions", "3", ...rest],
];
const memory = { name: "memory at the peak (GB)", of: ({ peakMemory }) => peakMemory / 1e9 };
const epoch = { name: "an epoch (s)", of: ({ median }) => median };
const single = { name: "a query alone (ms)", of: ({ exact }) => 1000 / exact.single };
const batch = { name: "a query in a batch of 100 (ms)", of: ({ exact }) => 1000 / exact.batch };

export const scaling = [
  {
    id: "samples",
    title: "samples",
    what: "two synthetic views of 64 features; DCHN and DJSRH with 512 hidden units",
    measures: [epoch, memory],
    lines: [
      { name: "GMAE", points: gmaeSizes.map(([x, n]) => ({ x, args: training("gmae", `synthetic:samples=${x}`, n) })) },
      ...["dchn", "djsrh"].map((method) => ({
        name: method.toUpperCase(),
        points: hashingSizes.map(([x, n]) => ({ x, args: training(method, `synthetic:samples=${x}`, n, narrow) })),
      })),
    ],
  },
  {
    id: "views",
    title: "views",
    what: "2000 synthetic samples, views of 64 features; DCHN with 512 hidden units",
    measures: [epoch, memory],
    base: 2,
    lines: [
      ["gmae", {}],
      ["dchn", narrow],
    ].map(([method, options]) => ({
      name: method.toUpperCase(),
      points: [2, 4, 8, 16, 32].map((x) => ({
        x,
        args: training(method, `synthetic:samples=2000,views=${x}`, 3, options),
      })),
    })),
  },
  {
    id: "bits",
    title: "bits of a code",
    what: "an epoch of 10,000 synthetic samples, two views of 64 features, 512 hidden units",
    measures: [epoch],
    base: 2,
    lines: ["dchn", "djsrh"].map((method) => ({
      name: method.toUpperCase(),
      points: [16, 32, 64, 128, 256].map((x) => ({
        x,
        args: training(method, "synthetic:samples=10000", 3, { ...narrow, bits: x }),
      })),
    })),
  },
  {
    id: "search-bits",
    title: "bits of a code, exact search among a million",
    what: "exact search among a million codes",
    measures: [single, batch],
    base: 2,
    lines: [
      {
        name: "exact",
        points: [32, 64, 128, 256, 512].map((x) => ({ x, args: search(1_000_000, x) })),
      },
    ],
  },
  {
    id: "items",
    title: "items, exact search",
    what: "codes of 64 bits",
    measures: [single, batch, memory],
    lines: [
      {
        name: "exact",
        points: [10_000, 100_000, 1_000_000, 10_000_000].map((x) => ({ x, args: search(x, 64) })),
      },
    ],
  },
  {
    id: "items-graph",
    title: "items, search in the graph",
    what: "codes of 64 bits, efSearch = 48",
    measures: [
      { name: "a query alone (ms)", of: ({ approximate }) => 1000 / approximate[0].single },
      { name: "recall@10", of: ({ approximate }) => approximate[0].recall },
      { name: "bytes per item", of: ({ bytesPerItem }) => bytesPerItem },
    ],
    lines: [
      {
        name: "graph",
        points: [10_000, 100_000, 400_000].map((x) => ({ x, args: search(x, 64, "--hnsw", "--search", "48") })),
      },
    ],
  },
];
