// The points of the map as a list that is searched by typing: for keys, for screen readers, and for who knows the name.
import { useState } from "preact/hooks";
import { readable } from "../item.js";
import type { MapData } from "./data.js";

/** Ids that are shown at most. */
const listed = 50;

export function Finder({ map, onChoose }: { map: MapData; onChoose: (point: number) => void }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found: number[] = [];
  for (let i = 0; i < map.count && found.length < listed; i++) {
    if (map.id(i).toLowerCase().includes(wanted)) found.push(i);
  }
  return (
    <section class="finder" aria-label="Find a point">
      <p class="soft">Choose a point on the map, or find it by its id.</p>
      <input
        type="search"
        aria-label="Id of an item"
        placeholder="Find by id"
        value={text}
        spellcheck={false}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {found.length === 0 && <p class="soft">No id has “{text}” in it.</p>}
      <ul>
        {found.map((point) => (
          <li key={point}>
            <button type="button" onClick={() => onChoose(point)}>
              <span>{readable(map.id(point))}</span>
              <span class="soft">{map.views[map.view[point]!]}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
