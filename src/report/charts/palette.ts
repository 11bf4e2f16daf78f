// Colors of charts by role, light and dark; categories are distinguished with normal and with color-blind sight.

export type Scheme = "light" | "dark";

/** Colors of one scheme. A chart names a role, as in "$ink" or "$series2"; `paint` puts the color in its place. */
export interface Palette {
  readonly [role: string]: string;
}

/** Colors for lines, in order of use. */
export const seriesColors = 8;
/** Colors for classes; beyond them the point's symbol changes. */
export const classColors = 10;
/** Steps of the scale for shares, from none to all. */
export const heatSteps = 9;

/** Lines start from Okabe and Ito's hues, classes from Paul Tol's "muted" scheme, moved apart for red-, green- and blue-blind sight. */
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
    series: ["#0072b2", "#e0521a", "#12966b", "#6d2a6a", "#8e8118", "#3a9be0", "#7d8b99", "#1b2430"],
    classes: [
      "#332288",
      "#4fb8e6",
      "#58ab97",
      "#0f5a28",
      "#94761e",
      "#c9b52e",
      "#c0605f",
      "#6d1440",
      "#9450b8",
      "#7d8794",
    ],
    heat: ["#f5f7fa", "#e3ecf6", "#cbddef", "#a9c9e5", "#7fafd6", "#4080b8", "#2a6aa6", "#195592", "#0b3b6f"],
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
    series: ["#58aef0", "#e8702f", "#4ed08a", "#c99ad0", "#f2c230", "#a9e6fa", "#8f9a86", "#f1efe0"],
    classes: [
      "#8a72ea",
      "#a9d8f5",
      "#5fcaa5",
      "#4a9440",
      "#d8b840",
      "#efe89a",
      "#d2626f",
      "#b352a0",
      "#c3a6f2",
      "#8fa6a8",
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
  const numbered = Object.entries(scales).flatMap(([name, colors]) =>
    colors.map((color, i): [string, string] => [`${name}${i}`, color]),
  );
  return { ...roles, ...Object.fromEntries(numbered) };
}

/**
 * A copy of a chart's option with the roles replaced by colors, in fields whose name ends in "color" only: text that
 * comes from data is left alone. The page's script does the same in the browser.
 */
export function paint<T>(option: T, colors: Palette): T {
  const visit = (value: unknown, isColor: boolean): unknown => {
    if (typeof value === "string") return isColor && value.startsWith("$") ? colors[value.slice(1)] : value;
    if (Array.isArray(value)) return value.map((each) => visit(each, isColor));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each, /color$/i.test(key))]));
  };
  return visit(option, false) as T;
}
