// Where the fixtures of weights are.
import { fileURLToPath } from "node:url";

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../../src/data/formats/weights/fixtures/${name}`, import.meta.url));
