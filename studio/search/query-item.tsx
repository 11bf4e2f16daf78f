// The query as it was understood: the item in all its views, the picture, or the words.
import type { ItemReply } from "../../src/server/api.js";
import { type Address, follow, writeAddress } from "../address.js";
import { shown } from "../item.js";
import { Labels, Picture } from "../parts.js";
import { pictureAddress } from "./picture-file.js";

export function QueryItem({ address, item, view }: { address: Address; item?: ItemReply; view?: string }) {
  if (address.by === "picture") {
    return (
      <section class="query-item" aria-label="Query">
        <Picture address={pictureAddress(address.picture)} words="your picture" />
        <div>
          <h2>Your picture</h2>
          <p class="soft">Seen as {view ?? "a picture"}. It is not part of the link.</p>
        </div>
      </section>
    );
  }
  if (!item) return null;
  const own = item.views.find((each) => each.view === view) ?? item.views[0];
  const { title, link, labels } = shown(item.id, own?.metadata);
  const toMap = { page: "map", by: "id", id: item.id } as const;
  return (
    <section class="query-item" aria-label="Query">
      <ul class="views">
        {item.views.map(({ view: name, metadata }) => {
          const { thumbnail, words } = shown(item.id, metadata);
          const saysMore = thumbnail !== undefined || words !== title;
          const change = { view: name };
          return (
            <li key={name}>
              <a
                href={writeAddress({ ...address, ...change })}
                aria-current={name === view ? "true" : undefined}
                onClick={(event) => follow(event, change)}
              >
                {saysMore && <Picture address={thumbnail} words={words} />}
                <span class="soft">{name}</span>
              </a>
            </li>
          );
        })}
      </ul>
      <div>
        <h2>{title}</h2>
        <p class="row">
          <Labels labels={labels} />
          <a href={writeAddress({ ...address, ...toMap })} onClick={(event) => follow(event, toMap)}>
            Show on the map
          </a>
          {link !== undefined && (
            <a href={link} rel="noreferrer" target="_blank">
              Source
            </a>
          )}
        </p>
      </div>
    </section>
  );
}
