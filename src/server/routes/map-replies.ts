// The map of an index as a reply: made once in each form, and given to whoever asks.
import { statSync } from "node:fs";
import { indexMapPath, readIndexMap } from "../../search/index/index-map.js";
import type { MapReply } from "../api.js";
import { mapAsArrow } from "./map-arrow.js";

interface Made {
  /** What the file was like that this was made from. */
  readonly file: string;
  json?: Buffer;
  arrow?: Buffer;
  /** A part of the points, as it was requested last. */
  some?: { readonly most: number; readonly json: Buffer };
}

export class MapReplies {
  /** By folder. */
  readonly #made = new Map<string, Made>();

  /** The whole map's bytes. @throws UserError where it cannot be read. */
  of(folder: string, form: "json" | "arrow" = "json"): Buffer {
    const { ino, size, mtimeMs } = statSync(indexMapPath(folder));
    const file = [ino, size, mtimeMs].join();
    let made = this.#made.get(folder);
    if (made?.file !== file) {
      made = { file };
      this.#made.set(folder, made);
    }
    if (form === "arrow") {
      made.arrow ??= Buffer.from(mapAsArrow(describeMap(folder)));
      return made.arrow;
    }
    made.json ??= Buffer.from(JSON.stringify(describeMap(folder)));
    return made.json;
  }

  /** The map of at most so many of its points, spread evenly over their order; kept for who asks for as many. */
  some(folder: string, most: number): Buffer {
    const whole = this.of(folder);
    const made = this.#made.get(folder)!;
    if (made.some?.most !== most) {
      made.some = { most, json: Buffer.from(JSON.stringify(thinned(JSON.parse(whole.toString("utf8")), most))) };
    }
    return made.some.json;
  }
}

function thinned(map: MapReply, most: number): MapReply {
  const count = map.ids.length;
  if (count <= most) return map;
  const rows = Array.from({ length: most }, (_, i) => Math.floor(((i + 0.5) * count) / most));
  const of = <T>(column: readonly T[]) => rows.map((row) => column[row]!);
  const { ids, view, label, x, y } = map;
  return { ...map, ids: of(ids), view: of(view), label: of(label), x: of(x), y: of(y) };
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
