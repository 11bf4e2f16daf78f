// What of the map is seen: its place in the middle of the canvas, and pixels per unit. The map itself fills −1 to 1.

export interface Camera {
  /** What is in the middle. */
  readonly x: number;
  readonly y: number;
  /** Pixels per unit of the map. */
  readonly scale: number;
}

/** Width and height in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Spot = readonly [x: number, y: number];

/** Share of the canvas that the map leaves free around it. */
const margin = 1.06;
const [widest, closest] = [0.5, 4000];

/** All of the map. */
export function whole({ width, height }: Size): Camera {
  return { x: 0, y: 0, scale: Math.min(width, height) / 2 / margin };
}

/** Where a place of the map is on the canvas, in pixels from its upper left. */
export function toCanvas(camera: Camera, { width, height }: Size, x: number, y: number): Spot {
  return [width / 2 + (x - camera.x) * camera.scale, height / 2 - (y - camera.y) * camera.scale];
}

export function toMap(camera: Camera, { width, height }: Size, [x, y]: Spot): Spot {
  return [camera.x + (x - width / 2) / camera.scale, camera.y - (y - height / 2) / camera.scale];
}

/** Moved by pixels; the map stays in reach. */
export function moved(camera: Camera, dx: number, dy: number): Camera {
  const held = (value: number) => Math.min(1.2, Math.max(-1.2, value));
  return { ...camera, x: held(camera.x - dx / camera.scale), y: held(camera.y + dy / camera.scale) };
}

/** Closer by a factor, with the place under `at` staying where it is. */
export function zoomed(camera: Camera, size: Size, factor: number, at: Spot): Camera {
  const least = whole(size).scale;
  const scale = Math.min(least * closest, Math.max(least * widest, camera.scale * factor));
  const [x, y] = toMap(camera, size, at);
  const ratio = camera.scale / scale;
  return { x: x + (camera.x - x) * ratio, y: y + (camera.y - y) * ratio, scale };
}

/** What of the map the canvas shows: left, bottom, right, top. */
export function seen(camera: Camera, size: Size): readonly [number, number, number, number] {
  const [left, top] = toMap(camera, size, [0, 0]);
  const [right, bottom] = toMap(camera, size, [size.width, size.height]);
  return [left, bottom, right, top];
}
