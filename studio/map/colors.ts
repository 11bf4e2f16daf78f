// Colors of the map's groups: those of the report's classes first, then others as far from all before them as could be found.
import { classColors, type Palette } from "../../src/report/charts/palette.js";

/** Shapes that points have: circle, square, diamond, triangle. */
export const shapes = 4;

/** Chosen one after the other for the largest least distance in OKLab, as seen with and without green-blindness. */
export const further = {
  light: [
    ...["#0743f9", "#4c567a", "#d63ff5", "#fa808a", "#3a2c01", "#ad215f", "#7700c0"],
    ...["#5aa925", "#4172e3", "#8b3e09", "#182e4b", "#ab7cc7", "#0e7d8a", "#f290dc"],
  ],
  dark: [
    ...["#3524ea", "#a50c1f", "#7e1baa", "#2a73b0", "#f046f0", "#62fecb", "#8e6063"],
    ...["#2bbe38", "#cdf118", "#f9afa0", "#2b592b", "#813ae6", "#ac0780", "#51f75c"],
  ],
} as const;

export function mapColors(palette: Palette, isDark: boolean): string[] {
  const first = Array.from({ length: classColors }, (_, i) => palette[`classes${i}`]!);
  return [...first, ...further[isDark ? "dark" : "light"]];
}
