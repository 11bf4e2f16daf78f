// The chosen point of the map: its item, and what is near it in every view.
import type { IndexInfo } from "../../src/server/api.js";
import { type Address, follow, writeAddress } from "../address.js";
import { getItem, search } from "../client.js";
import { agrees, shown } from "../item.js";
import { useLoad } from "../load.js";
import { Failure, Labels, Picture, Score } from "../parts.js";

const neighbors = 8;

/** The item of the chosen point, and what is near it in every view. */
export function Chosen({ address, index }: { address: Address; index: IndexInfo }) {
  const { id } = address;
  const found = useLoad(JSON.stringify([index.name, id, address.view]), async (signal) => {
    const item = await getItem(id, index.name, signal);
    const view = (item.views.find((each) => each.view === address.view) ?? item.views[0])!.view;
    const near = await Promise.all(
      index.views.map(async ({ name }) => {
        const body = { index: index.name, id, view, target: name, k: neighbors + 1, mode: "exact" } as const;
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
            {others(reply.hits, item.id, view).map((hit) => {
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

/** The neighbors without the item itself, which is nearest to itself. */
function others<Hit extends { id: string; view: string }>(hits: readonly Hit[], id: string, view: string): Hit[] {
  return hits.filter((hit) => hit.id !== id || hit.view !== view).slice(0, neighbors);
}
