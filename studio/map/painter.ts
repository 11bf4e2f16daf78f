// Draws the map as the camera moves: as many points a frame as keep it smooth, and the rest once it stands still.
import { type Camera, type Size, whole } from "./camera.js";
import type { Points } from "./points.js";

/** Milliseconds between frames: below the first more points are drawn, above the second fewer. */
const [quick, slow] = [20, 28];
const [fewest, first] = [5_000, 60_000];
/** Points that are drawn at once while the map stands still, where a frame more or less is not seen. */
const atRest = 150_000;
/** Milliseconds without motion after which the rest is drawn. */
const rest = 90;

export class Painter {
  camera: Camera = { x: 0, y: 0, scale: 1 };
  size: Size = { width: 0, height: 0 };
  /** Points that a frame has time for. */
  #share = first;
  #drawn = 0;
  #frame = 0;
  #last = 0;
  #movedAt = 0;
  #isFresh = true;
  #wasMoving = false;

  /**
   * @param onMove called in the frame in which the map has moved.
   * @param onRest called when all of it is drawn.
   */
  constructor(
    private readonly points: Points,
    private readonly onMove: () => void,
    private readonly onRest: (drawn: number) => void,
  ) {}

  /** The map is seen as a whole. */
  get isWhole(): boolean {
    const all = whole(this.size);
    const { x, y, scale } = this.camera;
    return Math.abs(scale - all.scale) < 1e-3 * all.scale && Math.abs(x) + Math.abs(y) < 1e-3;
  }

  look(camera: Camera): void {
    this.camera = camera;
    this.again();
  }

  /** Draws anew: the camera, the colors or the canvas have changed. */
  again(): void {
    this.#isFresh = true;
    this.#movedAt = performance.now();
    this.#frame ||= requestAnimationFrame(this.#paint);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  readonly #paint = (now: number): void => {
    const took = now - this.#last;
    this.#last = now;
    const isMoving = this.#isFresh;
    // Frames that follow each other in a motion: what they take says how many points there is time for.
    if (isMoving && this.#wasMoving && took < 400) {
      if (took > slow) this.#share = Math.max(fewest, Math.round(this.#share * Math.max(0.5, slow / took)));
      else if (took < quick) this.#share = Math.min(this.points.count, Math.round(this.#share * 1.25));
    }
    this.#wasMoving = isMoving;
    if (isMoving) {
      this.#isFresh = false;
      this.#drawn = 0;
      this.onMove();
    }
    const waits = !isMoving && now - this.#movedAt < rest;
    if (!waits) {
      const part = isMoving ? this.#share : Math.max(this.#share, atRest);
      const to = Math.min(this.points.count, this.#drawn + part);
      this.points.draw(this.camera, this.size, this.#drawn, to);
      this.#drawn = to;
    }
    if (this.#drawn < this.points.count) this.#frame = requestAnimationFrame(this.#paint);
    else {
      this.#frame = 0;
      this.onRest(this.#drawn);
    }
  };
}
