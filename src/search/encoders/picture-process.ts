// Decodes untrusted images in a child process: a failure ends that process alone. Messages: once that it is ready, then requests in, pixels out.
import type { PictureEncoder } from "../../encoders/encoder.js";
import { pixelsFor } from "../../encoders/picture-pixels.js";
import { UserError } from "../../errors.js";
import { watchMemory } from "../../sandbox-child.js";

/** What is asked of the process. */
export interface PictureRequest {
  readonly bytes: Uint8Array;
  readonly decoding: PictureEncoder["decoding"];
}

watchMemory(Number(process.argv[2]));
process.on("message", async ({ bytes, decoding }: PictureRequest) => {
  try {
    process.send!({ pixels: await pixelsFor(bytes, decoding) });
  } catch (error) {
    process.send!({ error: error instanceof UserError ? error.message : "the picture cannot be drawn" });
  }
});
process.send!({ isReady: true });
process.on("disconnect", () => process.exit());
