// The process that reads pictures by strangers: what goes wrong in it, goes wrong in it alone. Messages: bytes in, features out.
import { emojiImageFeatures, readPicture } from "../data/emoji/index.js";
import { UserError } from "../errors.js";

process.on("message", async (bytes: Uint8Array) => {
  try {
    process.send!({ features: emojiImageFeatures(await readPicture(bytes)) });
  } catch (error) {
    process.send!({ error: error instanceof UserError ? error.message : "the picture cannot be drawn" });
  }
});
process.on("disconnect", () => process.exit());
