// Arrow keys go from result to result by where they stand, across rows, views and indexes.

const directions: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Handles a key pressed inside `place`, whose cards are links of class "card". */
export function moveFocus(event: KeyboardEvent, place: HTMLElement): void {
  const direction = directions[event.key];
  const from = document.activeElement;
  if (!direction || !from?.matches(".card") || event.altKey || event.ctrlKey || event.metaKey) return;
  const here = from.getBoundingClientRect();
  const [dx, dy] = direction;
  let best: HTMLElement | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const card of place.querySelectorAll<HTMLElement>(".card")) {
    const there = card.getBoundingClientRect();
    const x = there.left + there.width / 2 - here.left - here.width / 2;
    const y = there.top + there.height / 2 - here.top - here.height / 2;
    const along = x * dx + y * dy;
    const across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along < 8 || across > 3 * along + here.width) continue;
    const far = along + 4 * across;
    if (far < least) [best, least] = [card, far];
  }
  if (!best) return;
  event.preventDefault();
  best.focus();
  best.scrollIntoView({ block: "nearest" });
}
