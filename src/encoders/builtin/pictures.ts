// The built-in encoders of pictures: color, edges and texture, together or one of them. They learn nothing and need no download.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Pixels } from "../../data/media/decode.js";

import type { PictureEncoder } from "../encoder.js";
import { identityOf } from "../identity.js";
import { colorDimensions, colorFeatures } from "./color.js";
import { edgeDimensions, edgeFeatures } from "./edges.js";
import { framed } from "./frame.js";
import { textureDimensions, textureFeatures } from "./texture.js";

/** Raise when any of the features change, so that no cached row is taken for a new one. */
const version = 1;

interface Part {
  readonly dimensions: number;
  of(image: Float32Array): Float64Array;
}

const color: Part = { dimensions: colorDimensions, of: colorFeatures };
const edges: Part = { dimensions: edgeDimensions, of: edgeFeatures };
const texture: Part = { dimensions: textureDimensions, of: textureFeatures };

const parts: Readonly<Record<string, readonly Part[]>> = {
  pictures: [color, edges, texture],
  color: [color],
  edges: [edges],
  texture: [texture],
};

export const pictureEncoders = Object.keys(parts);

/**
 * Features of a picture of any size and kind, photograph or drawing: 336 of color, 576 of edges, 472 of texture, or all 1384.
 * @param name one of `pictureEncoders`.
 */
export function pictureEncoder(name: string): PictureEncoder {
  const own = parts[name]!;
  const dimensions = own.reduce((sum, part) => sum + part.dimensions, 0);
  return {
    spec: `builtin:${name}`,
    material: "pictures",
    dimensions,
    identity: identityOf("builtin pictures", name, String(version)),
    isCostly: true,
    decoding: { width: 128, height: 128, fit: "inside" },
    async encode(pictures, signal) {
      const rows = new Float32Array(pictures.length * dimensions);
      for (const [i, picture] of pictures.entries()) {
        signal?.throwIfAborted();
        if (i > 0 && i % 8 === 0) await nextTurn();
        rows.set(featuresOf(picture, own), i * dimensions);
      }
      return rows;
    },
    release: async () => {},
  };
}

function featuresOf(picture: Pixels, own: readonly Part[]): Float64Array {
  const image = framed(picture);
  const blocks = own.map((part) => part.of(image));
  const row = new Float64Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    row.set(block, at);
    at += block.length;
  }
  // Blocks of length 1 side by side; the whole is of length √blocks, which no method here is sensitive to.
  return row;
}
