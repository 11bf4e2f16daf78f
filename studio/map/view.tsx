// The map with what stands beside it: legend, chosen item, selection, or the list of points.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { IndexInfo } from "../../src/server/api.js";
import { type Address, go } from "../address.js";
import { useIsDark, usePalette } from "../theme.js";
import { Chosen } from "./chosen.js";
import { coloring } from "./coloring.js";
import { type MapData, pointOf } from "./data.js";
import { Finder } from "./finder.js";
import { Legend } from "./legend.js";
import { Scatter } from "./scatter.js";
import { Selection } from "./selection.js";
import { Tip } from "./tip.js";

/** The pointer rests on a point for so many milliseconds before it is asked what it is. */
const pause = 60;

export function MapView({ address, index, map }: { address: Address; index: IndexInfo; map: MapData }) {
  const palette = usePalette();
  const isDark = useIsDark();
  const by = map.labels.length === 0 ? "view" : address.color;
  const colors = useMemo(() => coloring(map, by, palette, isDark), [map, by, palette, isDark]);
  const [alone, setAlone] = useState<number>();
  const [over, setOver] = useState<{ point: number; x: number; y: number }>();
  const [told, setTold] = useState<typeof over>();
  const [selected, setSelected] = useState<Uint32Array>();
  const [isLasso, setIsLasso] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTold(over), over ? pause : 0);
    return () => clearTimeout(timer);
  }, [over]);
  const chosen = useMemo(
    () => (address.id === "" ? undefined : pointOf(map, address.id, address.view)),
    [map, address.id, address.view],
  );
  const choose = (point: number | undefined) => {
    const none = { by: "words", id: "", view: "" } as const;
    if (point === undefined && address.id === "") return;
    go(
      point === undefined
        ? none
        : { by: "id", id: map.id(point), view: map.views[map.view[point]!]!, words: "", picture: "" },
      { replace: address.id !== "" },
    );
  };
  const key = `${by} ${colors.legend.length}`;
  const [stateOf, setStateOf] = useState({ key, map });
  if (stateOf.key !== key || stateOf.map !== map) {
    setStateOf({ key, map });
    setAlone(undefined);
    if (stateOf.map !== map) setSelected(undefined);
  }
  const select = (points: Uint32Array | undefined) => {
    setSelected(points);
    if (points) setIsLasso(false);
  };
  return (
    <div class="map-view">
      <div class="map-place">
        <Scatter
          index={index.name}
          map={map}
          coloring={colors}
          alone={alone}
          chosen={chosen}
          over={over?.point}
          selected={selected}
          isLasso={isLasso}
          onChoose={choose}
          onPoint={(point, at) => {
            if (point !== over?.point) setOver(point === undefined || !at ? undefined : { point, x: at[0], y: at[1] });
          }}
          onSelect={select}
          onLasso={setIsLasso}
        />
        {told && <Tip index={index} map={map} {...told} />}
      </div>
      <aside>
        <Legend
          by={by}
          coloring={colors}
          alone={alone}
          onAlone={setAlone}
          onSelectAll={() => setSelected(pointsOf(colors.groups, alone!))}
        />
        {address.id !== "" && <Chosen address={address} index={index} />}
        {selected && (
          <Selection
            index={index}
            map={map}
            coloring={colors}
            points={selected}
            onChoose={choose}
            onClear={() => setSelected(undefined)}
          />
        )}
        {address.id === "" && !selected && <Finder map={map} onChoose={choose} />}
      </aside>
    </div>
  );
}

function pointsOf(groups: ArrayLike<number>, group: number): Uint32Array {
  const points: number[] = [];
  for (let i = 0; i < groups.length; i++) if (groups[i] === group) points.push(i);
  return Uint32Array.from(points);
}
