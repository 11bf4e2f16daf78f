// The map's points with the names and pictures above them: pan, zoom, point at, choose, outline; by mouse, touch or keys.
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, Picture } from "../parts.js";
import { moved, type Spot, toCanvas, toMap, whole, zoomed } from "./camera.js";
import type { Coloring } from "./coloring.js";
import type { MapData } from "./data.js";
import { type GroupName, placeNames } from "./names.js";
import { nearestInDirection } from "./nearest.js";
import { Painter } from "./painter.js";
import { loadPictures, type PlacedPicture, pictureSide, pointsWithRoom } from "./pictures.js";
import { usePointers } from "./pointers.js";
import { Points } from "./points.js";

export interface ScatterProps {
  index: string;
  map: MapData;
  coloring: Coloring;
  /** The group that is shown alone; undefined: all. */
  alone?: number;
  chosen?: number;
  over?: number;
  /** Points that were outlined. */
  selected?: Uint32Array;
  /** Whether dragging outlines points instead of moving the map. */
  isLasso: boolean;
  onChoose: (point: number | undefined) => void;
  /** A point that is pointed at, and where it is on the canvas. */
  onPoint: (point: number | undefined, at?: Spot) => void;
  onSelect: (points: Uint32Array | undefined) => void;
  onLasso: (isLasso: boolean) => void;
}

const directions: Readonly<Record<string, Spot>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
/** Pixels around the pointer in which a point is found. */
const reach = 11;

export function Scatter(props: ScatterProps) {
  const { map, coloring, alone, chosen, over, selected, isLasso } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLDivElement>(null);
  const drawing = useRef<{ points: Points; painter: Painter } | undefined>(undefined);
  const now = useRef(props);
  now.current = props;
  const [trouble, setTrouble] = useState("");
  const [names, setNames] = useState<readonly GroupName[]>([]);
  const [pictures, setPictures] = useState<readonly PlacedPicture[]>([]);
  const isShown = (point: number) =>
    now.current.alone === undefined || now.current.coloring.groups[point] === now.current.alone;

  /** Moves what stands above the canvas with it. */
  const place = () => {
    const painter = drawing.current?.painter;
    if (!painter || !above.current) return;
    for (const element of above.current.children) {
      const { x, y } = (element as HTMLElement).dataset;
      if (x === undefined || y === undefined) continue;
      const [left, top] = toCanvas(painter.camera, painter.size, Number(x), Number(y));
      (element as HTMLElement).style.transform = `translate(${left.toFixed(1)}px, ${top.toFixed(1)}px)`;
    }
  };

  useEffect(() => {
    const element = canvas.current!;
    let loading = new AbortController();
    const settle = (drawn: number) => {
      const { map, coloring, index, alone } = now.current;
      const { camera, size } = painter;
      element.dataset.drawn = String(drawn);
      const only = alone === undefined ? coloring.names : coloring.names.map((name, i) => (i === alone ? name : ""));
      setNames(placeNames(coloring.groups, only, map, camera, size));
      loading.abort();
      loading = new AbortController();
      loadPictures(index, map, pointsWithRoom(map, camera, size, isShown), loading.signal, setPictures).catch(() => {
        // The map stays what it is without pictures; a server that is away is reported by whatever is asked of it next.
      });
    };
    let points: Points;
    try {
      points = new Points(element, map.x, map.y);
    } catch (error) {
      setTrouble(`${(error as Error).message}. The list beside the map works without it.`);
      return;
    }
    const painter = new Painter(points, place, settle);
    drawing.current = { points, painter };
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      if (width === 0 || height === 0) return;
      const isWhole = painter.size.width === 0 || painter.isWhole;
      painter.size = { width, height };
      painter.look(isWhole ? whole(painter.size) : painter.camera);
    });
    observer.observe(element.parentElement!);
    const lost = () => setTrouble("the browser has taken the map's memory: load the page again");
    element.addEventListener("webglcontextlost", lost);
    return () => {
      element.removeEventListener("webglcontextlost", lost);
      observer.disconnect();
      loading.abort();
      painter.stop();
      points.close();
      drawing.current = undefined;
    };
  }, [map]);

  useEffect(() => {
    drawing.current?.points.group(coloring.groups);
  }, [map, coloring.groups]);
  useEffect(() => {
    drawing.current?.points.look({ ...coloring, ...lookOf(map.count), alone });
    drawing.current?.painter.again();
  }, [map, coloring, alone]);
  useEffect(() => {
    drawing.current?.points.mark(selected);
    drawing.current?.painter.again();
  }, [map, selected]);
  useEffect(place, [names, pictures, chosen, over]);

  const look = (change: (painter: Painter) => Painter["camera"]) => {
    const painter = drawing.current?.painter;
    if (painter) painter.look(change(painter));
  };
  const zoom = (factor: number) =>
    look(({ camera, size }) =>
      factor === 0 ? whole(size) : zoomed(camera, size, factor, [size.width / 2, size.height / 2]),
    );
  const near = (at: Spot) => {
    const painter = drawing.current?.painter;
    if (!painter) return undefined;
    return map.cells.nearest(toMap(painter.camera, painter.size, at), reach / painter.camera.scale, isShown);
  };
  const outline = usePointers(canvas, {
    isLasso: () => now.current.isLasso,
    onPan: (dx, dy) => look(({ camera }) => moved(camera, dx, dy)),
    onZoom: (factor, at) => look(({ camera, size }) => zoomed(camera, size, factor, at)),
    onOver(at) {
      const point = at && near(at);
      const painter = drawing.current?.painter;
      if (point === undefined || !painter) now.current.onPoint(undefined);
      else now.current.onPoint(point, toCanvas(painter.camera, painter.size, map.x[point]!, map.y[point]!));
    },
    onClick: (at) => now.current.onChoose(near(at)),
    onOutline(spots) {
      const painter = drawing.current?.painter;
      if (!painter) return;
      const found = map.cells.inside(
        spots.map((spot) => toMap(painter.camera, painter.size, spot)),
        isShown,
      );
      now.current.onSelect(found.length > 0 ? found : undefined);
    },
  });
  const pressed = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    const zooms: Record<string, number> = { "+": 1 / 0.7, "=": 1 / 0.7, "-": 0.7, "0": 0 };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (direction) {
      const from = chosen ?? firstShown(map.count, isShown);
      if (from === undefined) return;
      props.onChoose(
        chosen === undefined ? from : (nearestInDirection(map.x, map.y, from, direction, isShown) ?? from),
      );
    } else if (event.key === "Escape") {
      props.onSelect(undefined);
      props.onLasso(false);
      props.onChoose(undefined);
    } else if (event.key === "l") props.onLasso(!isLasso);
    else if (zooms[event.key] !== undefined) zoom(zooms[event.key]!);
    else return;
    event.preventDefault();
  };
  const ring = (kind: string, point: number | undefined) =>
    point !== undefined && <span class={`ring ${kind}`} data-x={map.x[point]} data-y={map.y[point]} />;

  return (
    <div class={`plot${isLasso ? " lasso" : ""}`}>
      {trouble !== "" && <Failure message={trouble} />}
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an application takes keys */}
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Map of ${map.count} points, ${map.projection}. Arrow keys go from point to point, plus and minus zoom.`}
        onKeyDown={pressed}
      />
      <div class={`above${pictures.length > 0 ? " with-pictures" : ""}`} ref={above} aria-hidden="true">
        {pictures.map(({ point, address, place: [x, y] }) => (
          <span
            key={`p${point}`}
            class="on-map"
            data-x={x}
            data-y={y}
            style={{ width: `${pictureSide}px`, borderColor: coloring.colors[coloring.groups[point]!] }}
          >
            <Picture address={address} words="" />
          </span>
        ))}
        {ring("chosen", chosen)}
        {ring("over", over)}
        {names.map(({ group, text, place: [x, y] }) => (
          <span key={`n${group}`} class="group-name" data-x={x} data-y={y}>
            <span>{text}</span>
          </span>
        ))}
      </div>
      {outline.length > 1 && (
        <svg class="outline" aria-hidden="true">
          <polygon points={outline.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
        </svg>
      )}
      <div class="zoom">
        <button type="button" aria-pressed={isLasso} onClick={() => props.onLasso(!isLasso)} title="Outline points (L)">
          Lasso
        </button>
        <button type="button" aria-label="Closer" onClick={() => zoom(1 / 0.7)}>
          +
        </button>
        <button type="button" aria-label="Wider" onClick={() => zoom(0.7)}>
          −
        </button>
        <button type="button" onClick={() => zoom(0)}>
          All
        </button>
      </div>
    </div>
  );
}

function firstShown(count: number, isShown: (point: number) => boolean): number | undefined {
  for (let point = 0; point < count; point++) if (isShown(point)) return point;
  return undefined;
}

/** The more points there are, the smaller and the more translucent they are. */
function lookOf(points: number): { size: number; opacity: number } {
  const size = points > 200_000 ? 2 : points > 20_000 ? 3 : points > 5_000 ? 4.5 : points > 1_000 ? 6 : 8;
  return { size, opacity: points > 200_000 ? 0.35 : points > 20_000 ? 0.6 : 0.85 };
}
