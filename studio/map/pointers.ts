// Mouse, pen and fingers on the map: one moves it or outlines points, two zoom, the wheel zooms, a click chooses.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Spot } from "./camera.js";

interface Handlers {
  isLasso: () => boolean;
  onPan: (dx: number, dy: number) => void;
  onZoom: (factor: number, at: Spot) => void;
  /** Where the pointer is while no button is down; undefined once it has left. */
  onOver: (at: Spot | undefined) => void;
  onClick: (at: Spot) => void;
  onOutline: (outline: readonly Spot[]) => void;
}

/** Pixels that a click may move, and between corners of an outline. */
const [still, step] = [4, 5];

/** @returns the outline while it is drawn. */
export function usePointers(place: RefObject<HTMLElement | null>, given: Handlers): readonly Spot[] {
  const handlers = useRef(given);
  handlers.current = given;
  const [outline, setOutline] = useState<readonly Spot[]>([]);
  useEffect(() => {
    const element = place.current!;
    const down = new Map<number, Spot>();
    let drawn: Spot[] | undefined;
    let travelled = 0;
    const spotOf = (event: MouseEvent): Spot => {
      const { left, top } = element.getBoundingClientRect();
      return [event.clientX - left, event.clientY - top];
    };
    const pressed = (event: PointerEvent) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      const spot = spotOf(event);
      down.set(event.pointerId, spot);
      travelled = down.size > 1 ? Number.POSITIVE_INFINITY : 0;
      drawn = down.size === 1 && (handlers.current.isLasso() || event.shiftKey) ? [spot] : undefined;
      setOutline([]);
    };
    const movedTo = (event: PointerEvent) => {
      const spot = spotOf(event);
      const before = down.get(event.pointerId);
      if (!before) {
        if (event.pointerType !== "touch") handlers.current.onOver(spot);
        return;
      }
      const [dx, dy] = [spot[0] - before[0], spot[1] - before[1]];
      travelled += Math.abs(dx) + Math.abs(dy);
      const [other] = [...down].filter(([id]) => id !== event.pointerId).map(([, each]) => each);
      if (drawn) {
        const last = drawn.at(-1)!;
        if (Math.hypot(spot[0] - last[0], spot[1] - last[1]) >= step) {
          drawn = [...drawn, spot];
          setOutline(drawn);
        }
      } else if (other) {
        const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
        const is = Math.hypot(spot[0] - other[0], spot[1] - other[1]);
        if (was > 0) handlers.current.onZoom(is / was, [(spot[0] + other[0]) / 2, (spot[1] + other[1]) / 2]);
        handlers.current.onPan(dx / 2, dy / 2);
      } else if (travelled > still) {
        handlers.current.onOver(undefined);
        handlers.current.onPan(dx, dy);
      }
      down.set(event.pointerId, spot);
    };
    const released = (event: PointerEvent) => {
      if (!down.delete(event.pointerId)) return;
      if (event.type === "pointerup" && drawn && drawn.length > 2) handlers.current.onOutline(drawn);
      else if (event.type === "pointerup" && travelled <= still) handlers.current.onClick(spotOf(event));
      drawn = undefined;
      setOutline([]);
    };
    const left = () => {
      if (down.size === 0) handlers.current.onOver(undefined);
    };
    const turned = (event: WheelEvent) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      handlers.current.onZoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * lines)) / 450), spotOf(event));
      handlers.current.onOver(undefined);
    };
    const listeners = [
      ["pointerdown", pressed],
      ["pointermove", movedTo],
      ["pointerup", released],
      ["pointercancel", released],
      ["pointerleave", left],
      ["wheel", turned],
    ] as const;
    for (const [type, listener] of listeners) {
      element.addEventListener(type, listener as EventListener, { passive: false });
    }
    return () => {
      for (const [type, listener] of listeners) element.removeEventListener(type, listener as EventListener);
    };
  }, []);
  return outline;
}
