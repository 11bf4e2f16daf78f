// Search: a query in one view, what is near it in every view, for several indexes side by side.
import { useEffect, useRef } from "preact/hooks";
import type { IndexInfo, ItemReply } from "../../src/server/api.js";
import type { Address } from "../address.js";
import { ApiError, getItem } from "../client.js";
import { shown } from "../item.js";
import { useLoad } from "../load.js";
import { count, Empty, Failure } from "../parts.js";
import { moveFocus } from "./arrows.js";
import { SearchForm } from "./form.js";
import { allViews, chosenIndexes, hasQuery, requestFor, targetViews, viewOf } from "./plan.js";
import { QueryItem } from "./query-item.js";
import { Panel } from "./results.js";
import { Starts } from "./starts.js";

const neighborsOf = (id: string, view: string) => ({ by: "id", id, view, words: "", picture: "" }) as const;

export function SearchPage({ address, indexes }: { address: Address; indexes: readonly IndexInfo[] }) {
  const chosen = chosenIndexes(address, indexes);
  const first = chosen[0];
  const isItem = address.by === "id" && address.id !== "" && first !== undefined;
  const items = useLoad(isItem ? JSON.stringify([address.id, chosen.map(({ name }) => name)]) : undefined, (signal) =>
    itemIn(address.id, chosen, signal),
  );
  const found = isItem && items.value?.id === address.id ? items.value.byIndex : undefined;
  const inFirst = first && found?.get(first.name);
  const results = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = results.current;
    if (!place) return;
    const pressed = (event: KeyboardEvent) => moveFocus(event, place);
    place.addEventListener("keydown", pressed);
    return () => place.removeEventListener("keydown", pressed);
  });

  if (!first) {
    return (
      <Empty title="No index is served">
        <p>Make one of a run, or of vectors in a file, then serve it:</p>
        <pre>{"vantage index RUN --data DATA --out INDEX\nvantage index FILE --out INDEX\nvantage serve INDEX"}</pre>
      </Empty>
    );
  }
  const storedIn = ({ name }: IndexInfo) =>
    found?.has(name) ? (found.get(name)?.views ?? []).map(({ view }) => view) : undefined;
  const view = viewOf(address, first, storedIn(first));
  const labelsIn = (index: IndexInfo) => {
    const own = viewOf(address, index, storedIn(index));
    const item = found?.get(index.name);
    return item ? shown(item.id, item.views.find((each) => each.view === own)?.metadata).labels : [];
  };
  const isReady = hasQuery(address) && (!isItem || found !== undefined);
  return (
    <>
      <h1 class="hidden">Search</h1>
      <SearchForm address={address} indexes={indexes} stored={inFirst && storedIn(first)} />
      {isItem && items.error !== undefined && <Failure message={items.error} again={items.again} />}
      {isReady && <QueryItem address={address} item={inFirst} view={view} />}
      {!hasQuery(address) && address.by === "picture" && (
        <Empty title="The picture is not part of the link">
          <p>Choose it again, drop it on this page, or paste it.</p>
        </Empty>
      )}
      {!hasQuery(address) && address.by !== "picture" && <Start address={address} index={first} />}
      {isReady && (
        <div ref={results} class="results">
          {targetViews(address, chosen).map((target, place) => (
            <section key={target} class="target" aria-label={`Results in ${target}`}>
              <h2>{target === allViews ? "Results" : target}</h2>
              <div class={`columns of-${Math.min(chosen.length, 4)}`}>
                {chosen.map((index) => (
                  <Panel
                    key={index.name}
                    address={address}
                    index={index}
                    request={requestFor(address, index, target, storedIn(index))}
                    labels={labelsIn(index)}
                    isNamed={chosen.length > 1}
                    hasNotes={place === 0}
                    onChoose={neighborsOf}
                  />
                ))}
              </div>
            </section>
          ))}
        </div>
      )}
    </>
  );
}

/** The query's item in each index that holds it. */
async function itemIn(id: string, indexes: readonly IndexInfo[], signal: AbortSignal) {
  const byIndex = new Map<string, ItemReply | undefined>();
  const missing: ApiError[] = [];
  const ask = async ({ name }: IndexInfo) => {
    try {
      byIndex.set(name, await getItem(id, name, signal));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      byIndex.set(name, undefined);
      missing.push(error);
    }
  };
  await Promise.all(indexes.map(ask));
  if (missing.length === indexes.length) throw missing[0]!;
  return { id, byIndex };
}

/** Before the first query: what is here, and where to begin. */
function Start({ address, index }: { address: Address; index: IndexInfo }) {
  const takes = new Set(index.views.flatMap((view) => view.takes));
  const ways = [
    ...(takes.has("words") ? ["type words"] : []),
    ...(takes.has("image") ? ["drop a picture"] : []),
    "give the id of an item",
  ];
  return (
    <section class="start" aria-label="Start">
      <h2>
        {count(index.items)} items in {index.views.length} {index.views.length === 1 ? "view" : "views"}
      </h2>
      <p class="soft">
        {index.method} · {index.dataset},{" "}
        {index.bits > 0 ? `codes of ${index.bits} bits` : `compared by their ${index.dimensions} values`}. To search,{" "}
        {ways.join(", ").replace(/, (?=[^,]*$)/, " or ")}.{index.hasMap && " Or begin with one of these:"}
      </p>
      {index.hasMap && <Starts address={address} index={index} choose={neighborsOf} />}
    </section>
  );
}
