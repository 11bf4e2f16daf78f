// The process that draws SVGs for `draw-apart.ts`: one that never comes to an end, or ends the process, does so here.
import { watchMemory } from "../../sandbox-child.js";
import { draw } from "./draw.js";
import type { PictureSize } from "./picture-size.js";

/** Bytes of memory that drawing may take. */
const memory = 1.5 * 2 ** 30;
watchMemory(memory);

process.on("message", async ({ bytes, size }: { bytes: Uint8Array; size: PictureSize }) => {
  try {
    process.send!({ pixels: await draw(bytes, size, "error") });
  } catch (error) {
    process.send!({ problem: (error as Error).message });
  }
});
// An ordinary exit would wait for the drawing.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
