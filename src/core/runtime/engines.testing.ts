// Engines of every kind that can be had without a graphics processor.
import * as ort from "onnxruntime-node";
import { Engine } from "./engine.js";
import { interfaces } from "./interfaces.js";
import type { OnnxRuntimeModule } from "./session.js";

/** onnxruntime-node as onnxruntime-web with a device that is the processor: what the portable interface does there, without either. */
const pretended = {
  env: { versions: { web: "1" } },
  Tensor: ort.Tensor,
  InferenceSession: {
    create(model: Uint8Array, { preferredOutputLocation, ...options }: Record<string, unknown> = {}) {
      return ort.InferenceSession.create(model, { ...options, executionProviders: ["cpu"] });
    },
  },
} as unknown as OnnxRuntimeModule;

type Open = (threads: number) => Promise<Engine>;

/** Engines with memory of their own, by what to call them. */
export const deviceEngines: readonly (readonly [name: string, open: Open])[] = [
  ["device", (threads) => Engine.open({ threads, interface: "device" })],
  ["portable device", (threads) => Engine.open({ threads, device: "webgpu", onnxruntime: pretended })],
];

/** Engines of all kinds. */
export const allEngines: readonly (readonly [name: string, open: Open])[] = [
  ...interfaces
    .filter((way) => way !== "device")
    .map((way) => [way, (threads: number) => Engine.open({ threads, interface: way })] as const),
  ...deviceEngines,
];
