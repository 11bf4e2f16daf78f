// Map: the index in two dimensions; a point is an item, and its neighbors in every view stand beside it.
import type { IndexInfo } from "../../src/server/api.js";
import { type Address, go } from "../address.js";
import { useLoad } from "../load.js";
import { Choose, count, Empty, Failure } from "../parts.js";
import { chosenIndexes } from "../search/plan.js";
import { loadMap } from "./data.js";
import { MapView } from "./view.js";

export function MapPage({ address, indexes }: { address: Address; indexes: readonly IndexInfo[] }) {
  const index = chosenIndexes(address, indexes)[0];
  const map = useLoad(index?.hasMap ? index.name : undefined, (signal) => loadMap(index!.name, signal));
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
            {count(map.value.count)} points, {map.value.projection}
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
      {map.value && map.value.count === 0 && <Empty title="The map has no points" />}
      {map.value && map.value.count > 0 && <MapView address={address} index={index} map={map.value} />}
    </>
  );
}
