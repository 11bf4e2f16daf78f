// What is pointed at on the map.
import type { IndexInfo } from "../../src/server/api.js";
import { getItem } from "../client.js";
import { shown } from "../item.js";
import { useLoad } from "../load.js";
import { Picture } from "../parts.js";
import type { MapData } from "./data.js";

export function Tip({
  index,
  map,
  point,
  x,
  y,
}: {
  index: IndexInfo;
  map: MapData;
  point: number;
  x: number;
  y: number;
}) {
  const id = map.id(point);
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
