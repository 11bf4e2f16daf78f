// The points of a map as the page holds them: columns of numbers, ids that are read one by one.
import { tableFromIPC } from "@uwdata/flechette";
import { getMapColumns } from "../client.js";
import { Cells } from "./cells.js";

export interface MapData {
  readonly projection: string;
  readonly views: readonly string[];
  readonly labels: readonly string[];
  readonly count: number;
  /** Of each point: place among the views, and among the labels or −1. */
  readonly view: ArrayLike<number>;
  readonly label: ArrayLike<number>;
  /** From −1 to 1. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly cells: Cells;
  readonly id: (point: number) => string;
}

export async function loadMap(index: string, signal?: AbortSignal): Promise<MapData> {
  const table = tableFromIPC(await getMapColumns(index, signal));
  const said = table.schema.metadata;
  const names = (key: string): string[] => JSON.parse(said?.get(key) ?? "[]");
  const column = (name: string) => table.getChild(name)!;
  const numbers = (name: string) => column(name).toArray() as ArrayLike<number>;
  const ids = column("id");
  const { x, y } = fitted(numbers("x"), numbers("y"));
  return {
    projection: said?.get("projection") ?? "",
    views: names("views"),
    labels: names("labels"),
    count: table.numRows,
    view: numbers("view"),
    label: numbers("label"),
    x,
    y,
    cells: new Cells(x, y),
    id: (point) => String(ids.at(point)),
  };
}

/** The first point of an item, in a view where it has one there. */
export function pointOf(map: MapData, id: string, view: string): number | undefined {
  const wanted = map.views.indexOf(view);
  let any: number | undefined;
  for (let point = 0; point < map.count; point++) {
    if (map.id(point) !== id) continue;
    if (map.view[point] === wanted) return point;
    any ??= point;
  }
  return any;
}

/** The points moved and scaled alike in both directions to fill −1 to 1. */
export function fitted(x: ArrayLike<number>, y: ArrayLike<number>): { x: Float32Array; y: Float32Array } {
  const [left, right] = bounds(x);
  const [bottom, top] = bounds(y);
  const half = Math.max(right - left, top - bottom, Number.MIN_VALUE) / 2;
  return {
    x: Float32Array.from(x, (value) => (value - (left + right) / 2) / half),
    y: Float32Array.from(y, (value) => (value - (bottom + top) / 2) / half),
  };
}

function bounds(values: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return [low, high];
}
