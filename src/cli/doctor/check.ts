// What vantage doctor finds out: checks with a state, a line for people and figures for programs.

/** "fails" where the main job does not work without it, "missing" where a feature does not. */
export type State = "ok" | "missing" | "fails";

/** One line of the doctor's report. */
export interface Check {
  readonly name: string;
  readonly state: State;
  /** What was found, and what to do where it is not in order. */
  readonly text: string;
  /** The same as figures and names, for --json. */
  readonly found?: Readonly<Record<string, unknown>>;
}

/** Bytes as people say them. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
