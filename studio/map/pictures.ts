// Pictures of the points that are seen once few enough are: where there is room for each.
import { getItem } from "../client.js";
import { shown } from "../item.js";
import { type Camera, type Size, type Spot, seen, toCanvas } from "./camera.js";
import type { MapData } from "./data.js";

export interface PlacedPicture {
  readonly point: number;
  readonly place: Spot;
  readonly address: string;
}

/** Points in sight, above which there are no pictures. */
const mostSeen = 1000;
const mostPictures = 90;
/** A prime: by leaps of it every place is come to once. */
const leap = 397;
/** Pixels of a picture and its edge. */
export const pictureSide = 42;
/** Items whose pictures are requested at once. */
const atOnce = 8;

/** By index, id and view: the address of an item's picture, "" where it has none. */
const known = new Map<string, string>();

/** Points with room for a picture of each; none while too many are seen. */
export function pointsWithRoom(
  map: MapData,
  camera: Camera,
  size: Size,
  isShown: (point: number) => boolean,
): number[] {
  const inSight: number[] = [];
  map.cells.within(...seen(camera, size), (point) => {
    if (isShown(point)) inSight.push(point);
    return inSight.length <= mostSeen;
  });
  if (inSight.length > mostSeen) return [];
  const taken: Spot[] = [];
  // In leaps, so that all of the map has some where there are more than can be shown.
  const spread = inSight.map((_, i) => inSight[(i * leap) % inSight.length]!);
  return (inSight.length % leap === 0 ? inSight : spread).filter((point) => {
    if (taken.length >= mostPictures) return false;
    const [x, y] = toCanvas(camera, size, map.x[point]!, map.y[point]!);
    if (taken.some(([ox, oy]) => Math.abs(ox - x) < pictureSide && Math.abs(oy - y) < pictureSide)) return false;
    taken.push([x, y]);
    return true;
  });
}

/** The pictures of these points, as they come in. */
export async function loadPictures(
  index: string,
  map: MapData,
  points: readonly number[],
  signal: AbortSignal,
  use: (placed: PlacedPicture[]) => void,
): Promise<void> {
  const keyOf = (point: number) => `${index}\n${map.views[map.view[point]!]}\n${map.id(point)}`;
  const placed = () =>
    points.flatMap((point): PlacedPicture[] => {
      const address = known.get(keyOf(point));
      return address ? [{ point, address, place: [map.x[point]!, map.y[point]!] }] : [];
    });
  use(placed());
  const missing = points.filter((point) => !known.has(keyOf(point)));
  for (let at = 0; at < missing.length && !signal.aborted; at += atOnce) {
    await Promise.all(
      missing.slice(at, at + atOnce).map(async (point) => {
        const { views } = await getItem(map.id(point), index, signal);
        const view = map.views[map.view[point]!];
        const own = views.find((each) => each.view === view);
        known.set(keyOf(point), shown("", own?.metadata).thumbnail ?? "");
      }),
    );
    if (!signal.aborted) use(placed());
  }
}
