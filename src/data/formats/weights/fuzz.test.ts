// Fuzzing of the readers of weights. VANTAGE_FUZZ sets how many inputs each gets.
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { unzipSync, zipSync } from "fflate";
import { UserError } from "../../../errors.js";
import { type FuzzTarget, fuzz } from "../../../fuzz.testing.js";
import { PickleError, readPickle } from "../pickle.js";
import { bytesSource } from "../source.js";
import { readWeights } from "./open.js";
import { torchPickles } from "./torch-pickle.js";
import { fixture } from "./weights.testing.js";

const file = (name: string) => readFileSync(fixture(name));

function everything(bytes: Uint8Array): void {
  for (const tensor of readWeights(bytesSource("file", bytes)).tensors.values()) tensor.read();
}

const zipped = ["types.pth", "views.pth", "module.pth", "checkpoint.pth"].map(file);
const archive = unzipSync(file("views.pth"));
const pickleName = Object.keys(archive).find((name) => name.endsWith("data.pkl"))!;

function pickle(bytes: Uint8Array): void {
  try {
    readPickle(bytes, torchPickles);
  } catch (error) {
    throw error instanceof PickleError ? new UserError(error.message) : error;
  }
}

const targets: Record<string, FuzzTarget> = {
  "PyTorch's files": { seeds: zipped, read: everything },
  "PyTorch's pickles": { seeds: [archive[pickleName]!], read: pickle },
  "PyTorch's pickles, inside an archive": {
    seeds: [archive[pickleName]!],
    read: (bytes) => everything(zipSync({ ...archive, [pickleName]: bytes }, { level: 0 })),
  },
  "PyTorch's older files": {
    seeds: ["types", "views", "module"].map((name) => file(`${name}-legacy.pth`)),
    read: everything,
  },
  safetensors: { seeds: [file("types.safetensors")], read: everything },
};
for (const [name, target] of Object.entries(targets)) {
  test(`fuzzing: ${name}`, { timeout: 2 ** 31 - 1 }, () => fuzz(name, target));
}
