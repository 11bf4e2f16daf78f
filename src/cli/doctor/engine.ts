// The main job: ONNX Runtime's library, and a small training with it; and what each graphics interface lacks.
import { onnxRuntimeVersion } from "../../core/runtime/backends/library-path.js";
import { Engine } from "../../core/runtime/index.js";
import { synthetic } from "../../data/sets/synthetic.js";
import { cca } from "../../methods/cca/index.js";
import { missingPackages } from "../../optional.js";
import type { Check } from "./check.js";

/** Trains a little on made-up data, as `vantage train cca` does. */
export async function checkTraining(): Promise<Check> {
  const name = "ONNX Runtime";
  const runtime = onnxRuntimeVersion();
  const notes: string[] = [];
  const started = performance.now();
  try {
    await using engine = await Engine.open({ onNote: (note) => notes.push(note) });
    const made = synthetic({ samples: 60, classes: 3 });
    await using model = await cca.create({ dimensions: 2 }, engine).fit(made);
    const { data } = await model.transform(made);
    if (!data.every(Number.isFinite)) throw new Error("training on the CPU gave non-finite values");
    const milliseconds = Math.round(performance.now() - started);
    const available = await providers();
    const how = `${runtime}, interface ${engine.interface}, providers ${available.join(", ")}`;
    const note = notes.length === 0 ? "" : `; ${notes.join("; ")}`;
    const found = { version: runtime, interface: engine.interface, providers: available, milliseconds, notes };
    return { name, state: "ok", text: `${how}; a small training took ${milliseconds} ms${note}`, found };
  } catch (error) {
    const reason = (error as Error).message;
    return { name, state: "fails", text: `${runtime}: nothing can be trained: ${reason}`, found: { version: runtime } };
  }
}

/** What models can run on: the processor, and what onnxruntime-node was built with. */
async function providers(): Promise<string[]> {
  if (missingPackages("ONNX Runtime's portable interface (GPUs need it)")) return ["cpu"];
  const { listSupportedBackends } = (await import("onnxruntime-node")) as unknown as {
    listSupportedBackends?: () => { name: string }[];
  };
  return listSupportedBackends?.().map(({ name }) => name) ?? ["cpu"];
}

/** A line for each kind of graphics processor. */
export async function checkDevices(): Promise<Check[]> {
  // Only here, so that no other command needs koffi to start.
  const needs = await import("../../core/runtime/backends/device-needs.js").catch(() => undefined);
  return (["cuda", "webgpu"] as const).map((device) => {
    const missing =
      needs === undefined ? "koffi has no library for this platform to check it" : needs.missingForDevice(device);
    const name = `--device ${device}`;
    if (missing !== undefined) return { name, state: "missing" as const, text: missing };
    return { name, state: "ok" as const, text: "its libraries are there" };
  });
}
