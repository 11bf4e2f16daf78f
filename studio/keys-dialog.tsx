// What the keys do.
import type { RefObject } from "preact";

const keys = [
  ["/", "to the search box"],
  ["1 2 3", "search, map, runs"],
  ["← ↑ → ↓", "from result to result; on the map from point to point"],
  ["Enter", "the neighbors of a result or point"],
  ["+ − 0", "on the map: closer, wider, all of it"],
  ["Esc", "on the map: no point"],
  ["?", "this list"],
] as const;

export function KeysDialog({ place }: { place: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={place} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
