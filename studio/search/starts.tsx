// Some items to begin with, spread evenly over the index.
import type { IndexInfo } from "../../src/server/api.js";
import { type Address, follow, writeAddress } from "../address.js";
import { getItem, getSomeOfMap } from "../client.js";
import { shown } from "../item.js";
import { useLoad } from "../load.js";
import { Labels, Picture } from "../parts.js";

const wanted = 18;

interface StartsProps {
  address: Address;
  index: IndexInfo;
  choose: (id: string, view: string) => Partial<Address>;
}

export function Starts({ address, index, choose }: StartsProps) {
  const items = useLoad(`starts ${index.name}`, async (signal) => {
    const ids = [...new Set((await getSomeOfMap(index.name, 20 * wanted, signal)).ids)];
    const some = Array.from({ length: wanted }, (_, i) => ids[Math.floor(((i + 0.5) * ids.length) / wanted)]!);
    return Promise.all([...new Set(some)].map((id) => getItem(id, index.name, signal)));
  });
  if (!items.value) return null;
  return (
    <ul class="hits">
      {items.value.map(({ id, views }) => {
        const best = views.find(({ metadata }) => metadata?.thumbnail !== undefined) ?? views[0];
        if (!best) return null;
        const { title, words, thumbnail, labels } = shown(id, best.metadata);
        const change = choose(id, best.view);
        return (
          <li key={id}>
            <a class="card" href={writeAddress({ ...address, ...change })} onClick={(event) => follow(event, change)}>
              <Picture address={thumbnail} words={words} />
              {thumbnail !== undefined && <span class="title">{title}</span>}
              <Labels labels={labels} />
            </a>
          </li>
        );
      })}
    </ul>
  );
}
