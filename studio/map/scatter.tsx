// The map's points, drawn by WebGL: pan, zoom, point at, choose; by mouse, touch or keys.

import { useEffect, useRef, useState } from "preact/hooks";
import type createScatterplot from "regl-scatterplot";
import type { Palette } from "../../src/report/charts/palette.js";
import type { MapReply } from "../../src/server/api.js";
import { Failure } from "../parts.js";
import type { Coloring } from "./coloring.js";
import { fitted, nearestInDirection } from "./nearest.js";

type Plot = ReturnType<typeof createScatterplot>;

interface ScatterProps {
  map: MapReply;
  coloring: Coloring;
  palette: Palette;
  /** The group that is shown alone; undefined: all. */
  alone?: number;
  chosen?: number;
  onChoose: (point: number | undefined) => void;
  /** A point that is pointed at, and where it is on the canvas. */
  onPoint: (point: number | undefined, at?: readonly [number, number]) => void;
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const noMotion = window.matchMedia("(prefers-reduced-motion: reduce)");
/** Share of the canvas that the map leaves free around it. */
const margin = 1.06;

export function Scatter(props: ScatterProps) {
  const { map, coloring, palette, alone, chosen } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const now = useRef(props);
  now.current = props;
  const [isReady, setIsReady] = useState(false);
  const [trouble, setTrouble] = useState("");

  useEffect(() => {
    let made: Plot | undefined;
    let observer: ResizeObserver | undefined;
    let isWanted = true;
    const start = async () => {
      const { default: createPlot } = await import("regl-scatterplot");
      if (!isWanted || !canvas.current) return;
      const place = canvas.current;
      const { width, height } = place.getBoundingClientRect();
      made = createPlot({ canvas: place, width, height, cameraDistance: wholeAt(width, height), ...look(now.current) });
      if (!made.isSupported) throw new Error("this browser's WebGL cannot draw the map");
      plot.current = made;
      made.subscribe("pointOver", (point) => now.current.onPoint(point, made?.getScreenPosition(point)));
      made.subscribe("pointOut", () => now.current.onPoint(undefined));
      made.subscribe("select", ({ points }) => {
        if (points[0] !== undefined && points[0] !== now.current.chosen) now.current.onChoose(points[0]);
      });
      made.subscribe("deselect", () => now.current.onChoose(undefined));
      observer = new ResizeObserver(([entry]) => {
        const size = entry?.contentRect;
        if (!made || !size || size.width === 0) return;
        const isWhole = Math.abs(made.get("cameraDistance") - wholeOf(made)) < 1e-3;
        made.set({ width: size.width, height: size.height });
        if (isWhole) made.zoomToLocation([0, 0], wholeOf(made));
      });
      observer.observe(place.parentElement!);
      setIsReady(true);
    };
    start().catch((error: Error) => setTrouble(`${error.message}. The list beside the map works without it.`));
    return () => {
      isWanted = false;
      observer?.disconnect();
      plot.current = undefined;
      made?.destroy();
    };
  }, []);

  useEffect(() => {
    if (!isReady) return;
    let isWanted = true;
    const { x, y } = fitted(map.x, map.y);
    plot.current?.draw({ x, y, valueA: coloring.groups }, { zDataType: "categorical" }).then(() => {
      const { chosen, alone } = now.current;
      if (!isWanted) return;
      if (alone !== undefined) plot.current?.filter(pointsOf(coloring, alone), { preventEvent: true });
      if (chosen !== undefined) plot.current?.select(chosen, { preventEvent: true });
      canvas.current!.dataset.drawn = String(map.x.length);
    });
    return () => {
      isWanted = false;
    };
  }, [isReady, map, coloring.groups]);

  useEffect(() => {
    if (isReady) plot.current?.set(look(now.current));
  }, [isReady, coloring.colors, palette, map]);

  useEffect(() => {
    if (!isReady || !plot.current?.get("isPointsDrawn")) return;
    if (alone === undefined) plot.current.unfilter({ preventEvent: true });
    else plot.current.filter(pointsOf(coloring, alone), { preventEvent: true });
  }, [isReady, alone, coloring]);

  useEffect(() => {
    if (!isReady || !plot.current?.get("isPointsDrawn")) return;
    if (chosen === undefined) plot.current.deselect({ preventEvent: true });
    else plot.current.select(chosen, { preventEvent: true });
  }, [isReady, chosen]);

  const zoom = (factor: number) => {
    const view = plot.current;
    if (!view) return;
    const transition = { transition: !noMotion.matches, transitionDuration: 160 };
    if (factor === 0) view.zoomToLocation([0, 0], wholeOf(view), transition);
    else view.zoomToLocation(view.get("cameraTarget"), view.get("cameraDistance") * factor, transition);
  };
  const pressed = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    const zooms: Record<string, number> = { "+": 0.7, "=": 0.7, "-": 1 / 0.7, "0": 0 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (direction) {
      const isShown = (point: number) => alone === undefined || coloring.groups[point] === alone;
      const from = chosen ?? Array.from(map.x.keys()).find(isShown);
      if (from === undefined) return;
      props.onChoose(
        chosen === undefined ? from : (nearestInDirection(map.x, map.y, from, direction, isShown) ?? from),
      );
    } else if (event.key === "Escape") props.onChoose(undefined);
    else if (zooms[event.key] !== undefined) zoom(zooms[event.key]!);
    else return;
    event.preventDefault();
  };

  return (
    <div class="plot">
      {trouble !== "" && <Failure message={trouble} />}
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an application takes keys */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Map of ${map.x.length} points, ${map.projection}. Arrow keys go from point to point, plus and minus zoom.`}
        onKeyDown={pressed}
      />
      <div class="zoom">
        <button type="button" aria-label="Closer" onClick={() => zoom(0.7)}>
          +
        </button>
        <button type="button" aria-label="Wider" onClick={() => zoom(1 / 0.7)}>
          −
        </button>
        <button type="button" onClick={() => zoom(0)}>
          All
        </button>
      </div>
    </div>
  );
}

/** Distance of the camera at which the map is whole: its height fills the canvas, so a narrow canvas needs more. */
function wholeAt(width: number, height: number): number {
  return margin * Math.max(1, height / width);
}

function wholeOf(plot: Plot): number {
  return wholeAt(Number(plot.get("width")), Number(plot.get("height")));
}

function pointsOf({ groups }: Coloring, group: number): number[] {
  const points: number[] = [];
  for (let i = 0; i < groups.length; i++) if (groups[i] === group) points.push(i);
  return points;
}

/** How the points look: the more there are, the smaller and the more translucent. */
function look({ map, coloring, palette }: ScatterProps) {
  const points = map.x.length;
  return {
    backgroundColor: palette.paper!,
    colorBy: "valueA" as const,
    pointColor: [...coloring.colors],
    pointColorActive: palette.ink!,
    pointColorHover: palette.ink!,
    pointSize: points > 20_000 ? 2.5 : points > 5_000 ? 3.5 : points > 1_000 ? 5 : 7,
    pointSizeSelected: 5,
    pointOutlineWidth: 2,
    opacity: points > 20_000 ? 0.6 : 0.85,
    opacityInactiveMax: 1,
    opacityInactiveScale: 1,
    lassoColor: palette.series0!,
    deselectOnEscape: false,
  };
}
