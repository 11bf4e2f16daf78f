// Map: the index in two dimensions; a point is an item, and its neighbors in every view stand beside it.
import { useMemo, useState } from "preact/hooks";
import type { IndexInfo, MapReply } from "../../src/server/api.js";
import { type Address, follow, go, writeAddress } from "../address.js";
import { getItem, getMap, search } from "../client.js";
import { agrees, shown } from "../item.js";
import { useLoad } from "../load.js";
import { Choose, count, Empty, Failure, Labels, Picture, Score } from "../parts.js";
import { chosenIndexes } from "../search/plan.js";
import { usePalette } from "../theme.js";
import { coloring } from "./coloring.js";
import { Scatter } from "./scatter.js";

const neighbors = 8;
/** Ids that the list beside the map shows at most. */
const listed = 50;

export function MapPage({ address, indexes }: { address: Address; indexes: readonly IndexInfo[] }) {
  const index = chosenIndexes(address, indexes)[0];
  const map = useLoad(index?.hasMap ? index.name : undefined, (signal) => getMap(index!.name, signal));
  const withMap = indexes.filter(({ hasMap }) => hasMap);
  if (!index) {
    return (
      <Empty title="No index is served">
        <p>Make one from a run, then serve it:</p>
        <pre>{"vantage index RUN --data DATA --out INDEX\nvantage serve INDEX"}</pre>
      </Empty>
    );
  }
  return (
    <>
      <div class="bar">
        <h1>Map</h1>
        {indexes.length > 1 && (
          <label class="option">
            Index
            <select
              value={index.name}
              onChange={(event) => go({ indexes: [event.currentTarget.value], id: "", view: "" })}
            >
              {indexes.map(({ name, hasMap }) => (
                <option key={name} value={name} disabled={!hasMap}>
                  {name}
                  {hasMap ? "" : " (no map)"}
                </option>
              ))}
            </select>
          </label>
        )}
        <Choose
          name="color"
          label="Color by"
          isNamed
          value={address.color}
          options={[
            ["label", "Label"],
            ["view", "View"],
          ]}
          onChoose={(color) => go({ color }, { replace: true })}
        />
        {map.value && (
          <span class="soft">
            {count(map.value.ids.length)} points, {map.value.projection}
          </span>
        )}
      </div>
      {!index.hasMap && (
        <Empty title={`${index.name} has no map`}>
          <p>
            The map is made with the index; indexes of an added database have none.
            {withMap.length > 0 && " Choose another index above."}
          </p>
        </Empty>
      )}
      {map.error !== undefined && <Failure message={map.error} again={map.again} />}
      {map.isLoading && !map.value && <p class="waiting">Loading the map…</p>}
      {map.value && map.value.ids.length === 0 && <Empty title="The map has no points" />}
      {map.value && map.value.ids.length > 0 && <MapView address={address} index={index} map={map.value} />}
    </>
  );
}

function MapView({ address, index, map }: { address: Address; index: IndexInfo; map: MapReply }) {
  const palette = usePalette();
  const by = map.labels.length === 0 ? "view" : address.color;
  const colors = useMemo(() => coloring(map, by, palette), [map, by, palette]);
  const [alone, setAlone] = useState<number>();
  const [over, setOver] = useState<{ point: number; x: number; y: number }>();
  const chosen = useMemo(() => {
    if (address.id === "") return undefined;
    const view = map.views.indexOf(address.view);
    const exact = map.ids.findIndex((id, i) => id === address.id && map.view[i] === view);
    const any = exact >= 0 ? exact : map.ids.indexOf(address.id);
    return any >= 0 ? any : undefined;
  }, [map, address.id, address.view]);
  const choose = (point: number | undefined) => {
    const none = { by: "words", id: "", view: "" } as const;
    go(
      point === undefined
        ? none
        : { by: "id", id: map.ids[point]!, view: map.views[map.view[point]!]!, words: "", picture: "" },
      { replace: address.id !== "" },
    );
  };
  const key = `${by} ${colors.legend.length}`;
  const [aloneOf, setAloneOf] = useState(key);
  if (aloneOf !== key) {
    setAloneOf(key);
    setAlone(undefined);
  }
  return (
    <div class="map-view">
      <div class="map-place">
        <Scatter
          map={map}
          coloring={colors}
          palette={palette}
          alone={alone}
          chosen={chosen}
          onChoose={choose}
          onPoint={(point, at) => setOver(point === undefined || !at ? undefined : { point, x: at[0], y: at[1] })}
        />
        {over && <Tip index={index} map={map} {...over} />}
      </div>
      <aside>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset of buttons says no more */}
        <div class="legend" role="group" aria-label={`Legend: ${by}`}>
          {colors.legend.map(({ name, color, points, group }) => (
            <button
              type="button"
              key={name}
              aria-pressed={alone === group}
              class={alone !== undefined && alone !== group ? "off" : ""}
              onClick={() => setAlone(alone === group ? undefined : group)}
            >
              <i style={{ background: color }} />
              <span>{name}</span>
              <span class="number soft">{count(points)}</span>
            </button>
          ))}
        </div>
        {address.id !== "" ? <Chosen address={address} index={index} /> : <Finder map={map} onChoose={choose} />}
      </aside>
    </div>
  );
}

/** What is pointed at. */
function Tip({ index, map, point, x, y }: { index: IndexInfo; map: MapReply; point: number; x: number; y: number }) {
  const id = map.ids[point]!;
  const view = map.views[map.view[point]!]!;
  const item = useLoad(`${index.name}\n${id}`, (signal) => getItem(id, index.name, signal));
  const own = item.value?.id === id ? item.value.views.find((each) => each.view === view) : undefined;
  const { title, thumbnail } = shown(id, own?.metadata);
  const label = map.labels[map.label[point]!];
  return (
    <div class="tip" role="status" style={{ left: `${Math.max(96, x)}px`, top: `${y}px` }}>
      {thumbnail !== undefined && <Picture address={thumbnail} words={title} />}
      <span>
        <b>{title}</b>
        <span class="soft">
          {view}
          {label !== undefined && ` · ${label}`}
        </span>
      </span>
    </div>
  );
}

/** The item of the chosen point, and what is near it in every view. */
function Chosen({ address, index }: { address: Address; index: IndexInfo }) {
  const { id } = address;
  const found = useLoad(JSON.stringify([index.name, id, address.view]), async (signal) => {
    const item = await getItem(id, index.name, signal);
    const view = (item.views.find((each) => each.view === address.view) ?? item.views[0])!.view;
    const near = await Promise.all(
      index.views.map(async ({ name }) => {
        const body = { index: index.name, id, view, target: name, k: neighbors, mode: "exact" } as const;
        return { name, reply: await search(body, signal) };
      }),
    );
    return { item, view, near };
  });
  if (found.error !== undefined) return <Failure message={found.error} again={found.again} />;
  if (!found.value) return <p class="waiting">Loading…</p>;
  const { item, view, near } = found.value;
  const own = shown(item.id, item.views.find((each) => each.view === view)?.metadata);
  const toSearch = { page: "search", by: "id", id: item.id, view } as const;
  return (
    <section class={`chosen${found.isLoading ? " old" : ""}`} aria-label="Chosen item" aria-live="polite">
      <div class="query-item">
        <Picture address={own.thumbnail} words={own.words} />
        <div>
          <h2>{own.title}</h2>
          <p class="row">
            <span class="soft">{view}</span>
            <Labels labels={own.labels} />
          </p>
          <p class="row">
            <a href={writeAddress({ ...address, ...toSearch })} onClick={(event) => follow(event, toSearch)}>
              All neighbors
            </a>
            {own.link !== undefined && (
              <a href={own.link} rel="noreferrer" target="_blank">
                Source
              </a>
            )}
          </p>
        </div>
      </div>
      {near.map(({ name, reply }) => (
        <section key={name} aria-label={`Neighbors in ${name}`}>
          <h3>{name}</h3>
          <ol class="near">
            {reply.hits.map((hit) => {
              const { title, thumbnail, labels } = shown(hit.id, hit.metadata);
              const change = { by: "id", id: hit.id, view: hit.view, words: "", picture: "" } as const;
              return (
                <li key={hit.id}>
                  <a
                    href={writeAddress({ ...address, ...change })}
                    onClick={(event) => follow(event, change)}
                    title={title}
                  >
                    <Picture address={thumbnail} words={title} />
                    <span class="hidden">{title}</span>
                    <span class="figures">
                      <Score hit={hit} bits={reply.bits} />
                      <Mark agreement={agrees(own.labels, labels)} />
                    </span>
                  </a>
                </li>
              );
            })}
          </ol>
        </section>
      ))}
    </section>
  );
}

function Mark({ agreement }: { agreement?: boolean }) {
  if (agreement === undefined) return null;
  return (
    <span class={agreement ? "mark same" : "mark other"} title={agreement ? "same label" : "other label"}>
      <span class="hidden">{agreement ? "same label" : "other label"}</span>
    </span>
  );
}

/** The points as a list that is searched by typing: for keys, for screen readers, and for who knows the name. */
function Finder({ map, onChoose }: { map: MapReply; onChoose: (point: number) => void }) {
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found: number[] = [];
  for (let i = 0; i < map.ids.length && found.length < listed; i++) {
    if (map.ids[i]!.toLowerCase().includes(wanted)) found.push(i);
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
              <span>{map.ids[point]}</span>
              <span class="soft">{map.views[map.view[point]!]}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
