// The groups of the map: which look is which, and one of them alone.
import { count } from "../parts.js";
import type { Coloring } from "./coloring.js";

export const shapeNames = ["circle", "square", "diamond", "triangle"] as const;

export function Legend(props: {
  by: string;
  coloring: Coloring;
  alone?: number;
  onAlone: (group: number | undefined) => void;
  /** Selects all points of the group that is shown alone. */
  onSelectAll: () => void;
}) {
  const { by, coloring, alone } = props;
  return (
    <div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset of buttons says no more */}
      <div class="legend" role="group" aria-label={`Legend: ${by}`}>
        {coloring.legend.map(({ name, color, shape, points, group }) => (
          <button
            type="button"
            key={name}
            aria-pressed={alone === group}
            class={alone !== undefined && alone !== group ? "off" : ""}
            onClick={() => props.onAlone(alone === group ? undefined : group)}
          >
            <i class={shapeNames[shape]} style={{ background: color }} />
            <span>{name}</span>
            <span class="number soft">{count(points)}</span>
          </button>
        ))}
      </div>
      {alone !== undefined && (
        <p class="row legend-actions">
          <button type="button" class="link" onClick={() => props.onAlone(undefined)}>
            Show all
          </button>
          <button type="button" class="link" onClick={props.onSelectAll}>
            Select these points
          </button>
        </p>
      )}
    </div>
  );
}
