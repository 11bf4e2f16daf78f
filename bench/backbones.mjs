// A training step of a whole backbone here and in PyTorch, as installed and tuned, in turn:
//   node bench/backbones.mjs [--network vgg19-bn] [--batch 8] [--repetitions 3] [--rounds 1] [--python FILE]
// Processor time is what other work on the machine changes least; the load of the last minute stands beside it.
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { peerPython } from "./peer-python.mjs";
import { peerEnvironment, runJson } from "./processes.mjs";

const { values: flags } = parseArgs({
  options: {
    network: { type: "string", default: "vgg19-bn" },
    batch: { type: "string", default: "8" },
    repetitions: { type: "string", default: "3" },
    rounds: { type: "string", default: "1" },
    python: { type: "string" },
  },
});
const { network, batch, repetitions } = flags;
const { python, missing, versions } = peerPython(flags.python);
const peer = ["-B", "bench/peers/backbones.py", "--network", network, "--batch", batch, "--repetitions", repetitions];
const sides = { ours: () => runJson(process.execPath, ["bench/ours/backbones-step.mjs", network, batch, repetitions]) };
if (missing.length === 0) {
  sides["PyTorch as installed"] = () => runJson(python, [...peer, "--plain"], peerEnvironment(false));
  sides["PyTorch tuned"] = () => runJson(python, [...peer, "--plain", "--keep-memory"], peerEnvironment(true));
} else process.stderr.write(`PyTorch is left out, ${python} has no ${missing.join(", ")}\n`);

console.log(`${network}, batch ${batch}; ${versions}`);
console.log("| side | seconds a step | of processor time | peak memory | load |\n| --- | --- | --- | --- | --- |");
for (let round = 0; round < Number(flags.rounds); round++) {
  for (const [side, measure] of Object.entries(sides)) {
    const found = measure();
    if (found === undefined) continue;
    const peak = ((found.peakMegabytes ?? found.peak_megabytes) / 1000).toFixed(2);
    const figures = [found.median.toFixed(2), found.processor.toFixed(2), `${peak} GB`, loadavg()[0].toFixed(1)];
    console.log(`| ${side} | ${figures.join(" | ")} |`);
  }
}
