// The points that were outlined: how many, of which groups, which items; searched by words, and their ids copied.
import { useMemo, useState } from "preact/hooks";
import type { IndexInfo } from "../../src/server/api.js";
import { getItem, search } from "../client.js";
import { Copy } from "../copy.js";
import { shown } from "../item.js";
import { useLoad } from "../load.js";
import { count, Failure, Picture } from "../parts.js";
import type { Coloring } from "./coloring.js";
import type { MapData } from "./data.js";

/** Items listed at first and more with each step, groups named, and hits of a search that are looked through. */
const [step, groupsNamed, searched] = [24, 4, 1000];

interface SelectionProps {
  index: IndexInfo;
  map: MapData;
  coloring: Coloring;
  points: Uint32Array;
  onChoose: (point: number) => void;
  onClear: () => void;
}

export function Selection({ index, map, coloring, points, onChoose, onClear }: SelectionProps) {
  const [shownRows, setShownRows] = useState(step);
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState("");
  /** Of each item the first of its points. */
  const items = useMemo(() => {
    const first = new Map<string, number>();
    for (const point of points) if (!first.has(map.id(point))) first.set(map.id(point), point);
    return first;
  }, [points]);
  const view = index.views.find(({ takes }) => takes.includes("words"))?.name;
  const found = useLoad(asked === "" ? undefined : JSON.stringify([index.name, asked]), async (signal) => {
    const body = { index: index.name, view, words: asked, distinct: true, k: searched, mode: "exact" } as const;
    return { asked, reply: await search(body, signal) };
  });
  const reply = asked !== "" && found.value?.asked === asked ? found.value.reply : undefined;
  const inside = reply?.hits.filter(({ id }) => items.has(id)).map(({ id }) => id);
  const ids = inside ?? [...items.keys()];
  const rows = ids.slice(0, shownRows);
  const details = useLoad(JSON.stringify([index.name, rows]), (signal) =>
    Promise.all(
      rows.map(async (id) => {
        const { views } = await getItem(id, index.name, signal);
        const best = views.find(({ metadata }) => metadata?.thumbnail !== undefined) ?? views[0];
        return [id, shown(id, best?.metadata)] as const;
      }),
    ).then((each) => new Map(each)),
  );
  return (
    <section class="selection" aria-label="Selected points">
      <h2>
        {count(points.length)} points, {count(items.size)} items
      </h2>
      <p class="soft">{groupsOf(points, coloring)}</p>
      <p class="row">
        <Copy name="Copy ids" text={() => [...items.keys()].join("\n")} />
        <button type="button" class="link" onClick={onClear}>
          Clear
        </button>
      </p>
      {view !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            setAsked(words.trim());
            setShownRows(step);
          }}
        >
          <input
            type="search"
            aria-label="Words to find in the selection"
            placeholder="Find in the selection"
            value={words}
            maxLength={10_000}
            onInput={(event) => {
              setWords(event.currentTarget.value);
              if (event.currentTarget.value === "") setAsked("");
            }}
          />
        </form>
      )}
      {found.error !== undefined && <Failure message={found.error} again={found.again} />}
      {reply && (
        <p class="soft" role="status">
          {count(ids.length)} of the {count(reply.hits.length)} nearest items are selected, the nearest first.
        </p>
      )}
      {reply?.notes?.map((note) => (
        <p key={note} class="soft" role="note">
          {note[0]!.toUpperCase()}
          {note.slice(1)}.
        </p>
      ))}
      <ul class="rows">
        {rows.map((id) => {
          const about = details.value?.get(id);
          return (
            <li key={id}>
              <button type="button" onClick={() => onChoose(items.get(id)!)}>
                <Picture address={about?.thumbnail} words="" />
                <span>{about?.title ?? "…"}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {rows.length < ids.length && (
        <button type="button" class="more" onClick={() => setShownRows(shownRows + step)}>
          More items
        </button>
      )}
    </section>
  );
}

/** "120 food, 30 drink and 3 other groups". */
function groupsOf(points: Uint32Array, { groups, names }: Coloring): string {
  const sizes = new Map<number, number>();
  for (const point of points) sizes.set(groups[point]!, (sizes.get(groups[point]!) ?? 0) + 1);
  const named = [...sizes].filter(([group]) => names[group] !== "").sort(([, a], [, b]) => b - a);
  const texts = named.slice(0, groupsNamed).map(([group, size]) => `${count(size)} ${names[group]}`);
  const others = sizes.size - texts.length;
  return others === 0
    ? texts.join(", ")
    : `${texts.join(", ")} and ${others} other ${others === 1 ? "group" : "groups"}`;
}
