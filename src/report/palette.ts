// Colours of charts by role, light and dark; categories are told apart with normal and with colour-blind sight.

export type Scheme = "light" | "dark";

/** Colours of one scheme. A chart names a role, as in "$ink" or "$series2"; `paint` puts the colour in its place. */
export interface Palette {
  readonly [role: string]: string;
}

/** Colours for lines, in order of use. */
export const seriesColours = 8;
/** Colours for classes; beyond them the point's symbol changes. */
export const classColours = 10;
/** Steps of the scale for shares, from none to all. */
export const heatSteps = 9;

/** Lines: Okabe and Ito's hues, brought to equal weight on the ground. Classes: after Paul Tol's "muted" scheme. */
export const palettes: Readonly<Record<Scheme, Palette>> = {
  light: palette({
    roles: {
      paper: "#ffffff",
      ink: "#1b2430",
      soft: "#5a6675",
      line: "#e4e8ee",
      axis: "#aab3bf",
      bad: "#d1400f",
      calm: "#c3cbd6",
    },
    series: ["#0072b2", "#d55e00", "#00866a", "#a5508f", "#a87400", "#2f95d0", "#6b7480", "#1b2430"],
    classes: [
      "#332288",
      "#55b4dc",
      "#33a08f",
      "#117733",
      "#8a8a26",
      "#cfb24a",
      "#cc6677",
      "#882255",
      "#aa4499",
      "#7d8794",
    ],
    heat: ["#f5f7fa", "#e3ecf6", "#cbddef", "#a9c9e5", "#7fafd6", "#5391c4", "#3173ae", "#195592", "#0b3b6f"],
    heatInk: ["#8b95a3", "#1b2430", "#1b2430", "#1b2430", "#1b2430", "#ffffff", "#ffffff", "#ffffff", "#ffffff"],
  }),
  dark: palette({
    roles: {
      paper: "#181c23",
      ink: "#e7eaef",
      soft: "#9ca7b5",
      line: "#2b313b",
      axis: "#566070",
      bad: "#ff7d4d",
      calm: "#4a5463",
    },
    series: ["#58aef0", "#ff8b52", "#37c79d", "#da97cb", "#e2b23f", "#8fd0f7", "#a4aebb", "#e7eaef"],
    classes: [
      "#9184ee",
      "#88ccee",
      "#44bba6",
      "#4faa63",
      "#b8b84e",
      "#e8d68c",
      "#e6818f",
      "#cc5b93",
      "#d588ca",
      "#a4aebb",
    ],
    heat: ["#1e242d", "#1d3144", "#1e4059", "#21506f", "#276488", "#357ca5", "#4f99c3", "#7cbadb", "#b1daf0"],
    heatInk: ["#6f7a89", "#e7eaef", "#e7eaef", "#e7eaef", "#e7eaef", "#ffffff", "#0f1318", "#0f1318", "#0f1318"],
  }),
};

interface Source {
  readonly roles: Palette;
  readonly series: readonly string[];
  readonly classes: readonly string[];
  readonly heat: readonly string[];
  readonly heatInk: readonly string[];
}

function palette({ roles, ...scales }: Source): Palette {
  const numbered = Object.entries(scales).flatMap(([name, colours]) =>
    colours.map((colour, i): [string, string] => [`${name}${i}`, colour]),
  );
  return { ...roles, ...Object.fromEntries(numbered) };
}

/**
 * A copy of a chart's option with the roles replaced by colours, in fields whose name ends in "color" only: text that
 * comes from data is left alone. The page's script does the same in the browser.
 */
export function paint<T>(option: T, colours: Palette): T {
  const visit = (value: unknown, isColour: boolean): unknown => {
    if (typeof value === "string") return isColour && value.startsWith("$") ? colours[value.slice(1)] : value;
    if (Array.isArray(value)) return value.map((each) => visit(each, isColour));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each, /color$/i.test(key))]));
  };
  return visit(option, false) as T;
}
