// What is measured: our command and the peers' commands for the same work.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

const needs = (file) => (context) =>
  existsSync(join(context.data, file)) ? undefined : `${file} is not in ${context.data}`;

/** PyTorch's side of a training step, as installed and tuned. */
const stepPeers = (args, repetitions) => [
  { label: "PyTorch as installed", args: [...args, "--repetitions", `${repetitions}`], tuned: false },
  {
    label: "PyTorch, tuned",
    args: [...args, "--repetitions", `${repetitions}`, "--keep-memory", "--compile"],
    tuned: true,
  },
];

export const cases = [
  {
    name: "gmae",
    title: "GMAE, epoch on Digits-2V (2000 samples)",
    prepare: needs("Digits-2V.mat"),
    ours: ({ data }) => ["bench/ours/gmae.mjs", join(data, "Digits-2V.mat"), "20"],
    peers: ({ data }) => {
      const base = ["bench/peers/gmae.py", "--data", join(data, "Digits-2V.mat"), "--time-only"];
      return [
        {
          label: "PyTorch, loop over samples (as published)",
          args: [...base, "--contrastive", "loop", "--epochs", "3"],
          tuned: true,
        },
        {
          label: "PyTorch, vectorized",
          args: [...base, "--contrastive", "vectorized", "--epochs", "20"],
          tuned: false,
        },
        {
          label: "PyTorch, vectorized, tuned",
          args: [...base, "--contrastive", "vectorized", "--epochs", "20", "--compile"],
          tuned: true,
        },
      ];
    },
  },
  {
    name: "mlp-step",
    title: "training step 4096-4096-4096-64, batch 64, Adam",
    ours: () => ["bench/ours/mlp-step.mjs", "15"],
    peers: () => stepPeers(["bench/peers/mlp_step.py"], 10),
  },
  {
    name: "kmeans",
    title: "k-means, 50 starts, 2000 × 384, k = 10",
    prepare: ({ scratch }) => {
      const made = spawnSync(process.execPath, ["bench/ours/make-points.mjs", join(scratch, "points.npy")]);
      return made.status === 0 ? undefined : "the points could not be made";
    },
    ours: ({ scratch }) => ["bench/ours/kmeans.mjs", join(scratch, "points.npy")],
    peers: ({ scratch }) => [
      { label: "scikit-learn (Lloyd)", args: ["bench/peers/kmeans.py", join(scratch, "points.npy")], tuned: false },
    ],
    note: (mine, theirs) => {
      const inertias = [...theirs.values()].flat().flatMap((each) => each.inertia);
      const mean = inertias.reduce((a, b) => a + b, 0) / inertias.length;
      return `inertia ${mine[0]?.inertia.toFixed(1)} (peer ${mean.toFixed(1)})`;
    },
  },
  ...[
    ["djsrh-step", "deep features and tags (4096, 1386)", ["4096", "1386"], 30],
    ["djsrh-step-narrow", "Wikipedia's features (128, 10)", ["128", "10"], 200],
  ].map(([name, what, dims, repetitions]) => ({
    name,
    title: `DJSRH, training step, batch 32, 4096 hidden, 64 bits, ${what}`,
    ours: () => ["bench/ours/djsrh-step.mjs", ...dims, `${repetitions}`],
    peers: () => stepPeers(["bench/peers/djsrh.py", "--time-only", "--dims", ...dims], repetitions),
  })),
  ...[
    ["dchn-step", "deep features (4096)", "4096"],
    ["dchn-step-narrow", "Wikipedia's image features (128)", "128"],
  ].map(([name, what, dims]) => ({
    name,
    title: `DCHN, training step of one view, batch 64, 4096 hidden, 64 bits, ${what}`,
    ours: () => ["bench/ours/dchn-step.mjs", dims, "15"],
    peers: () => stepPeers(["bench/peers/dchn.py", "--time-only", "--dims", dims], 10),
  })),
  {
    name: "search",
    title: "exact search, a query among 1 M codes of 64 bits (in batches of 100)",
    prepare: ({ scratch, python }) => {
      const made = spawnSync(python, ["-B", "bench/peers/search_codes.py", scratch, "--bits", "64"]);
      return made.status === 0 ? undefined : "the codes could not be made";
    },
    ours: ({ scratch }) => ["bench/ours/search.mjs", scratch],
    peers: ({ scratch }) => [
      {
        label: "Faiss, IndexBinaryFlat",
        args: ["bench/peers/search_faiss.py", scratch, "--threads", String(availableParallelism())],
        tuned: false,
      },
    ],
  },
  {
    name: "hash-measures",
    title: "all retrieval measures, 2000 queries × 18,000 codes of 64 bits, 24 labels, one thread",
    ours: () => ["bench/ours/hash-measures.mjs"],
    peers: () => [],
  },
  {
    name: "mvlnet-step",
    title: "MvLNet, training step, 2 views of 784, 1024-1024-1024-10, batch 1024 and as many for the orthogonal layer",
    ours: () => ["bench/ours/mvlnet-step.mjs"],
    peers: () => {
      const base = ["bench/peers/mvlnet_step.py", "--keep-memory", "--compile"];
      return [
        { label: "PyTorch as installed", args: ["bench/peers/mvlnet_step.py"], tuned: false },
        { label: "PyTorch, tuned", args: base, tuned: true },
        { label: "PyTorch, tuned, siamese outputs kept", args: [...base, "--siamese", "ahead"], tuned: true },
      ];
    },
  },
  {
    name: "dm2c-step",
    title: "DM2C, training step, batch 128, 2 × 2048 features, published Wikipedia shapes",
    ours: () => ["bench/ours/dm2c.mjs"],
    peers: () => [
      { label: "PyTorch as installed", args: ["bench/peers/dm2c.py", "--time-only"], tuned: false },
      {
        label: "PyTorch, tuned",
        args: ["bench/peers/dm2c.py", "--time-only", "--keep-memory", "--compile"],
        tuned: true,
      },
    ],
  },
];
