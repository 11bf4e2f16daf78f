// The map of an index as a reply: made once, and given to whoever asks.
import { statSync } from "node:fs";
import { indexMapPath, readIndexMap } from "../../search/index/index-map.js";
import type { MapReply } from "../api.js";

export class MapReplies {
  /** By folder: the reply, and the file that it was made from. */
  readonly #made = new Map<string, { readonly file: string; readonly json: Buffer }>();

  /** The reply's bytes. @throws UserError where the map cannot be read. */
  of(folder: string): Buffer {
    const { ino, size, mtimeMs } = statSync(indexMapPath(folder));
    const file = [ino, size, mtimeMs].join();
    let made = this.#made.get(folder);
    if (made?.file !== file) {
      made = { file, json: Buffer.from(JSON.stringify(describeMap(folder))) };
      this.#made.set(folder, made);
    }
    return made.json;
  }
}

function describeMap(folder: string): MapReply {
  const { projection, x, y, colorings, ids = [] } = readIndexMap(folder);
  const coloring = (name: string) => colorings.find((each) => each.name === name)!;
  const rounded = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(5)));
  return {
    projection,
    views: [...coloring("view").names],
    labels: [...coloring("label").names],
    ids: [...ids],
    view: [...coloring("view").values],
    label: [...coloring("label").values],
    x: rounded(x),
    y: rounded(y),
  };
}
