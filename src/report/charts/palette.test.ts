// Tests of the colors: every role in both schemes, enough contrast, and only colors replaced.
import assert from "node:assert/strict";
import { test } from "node:test";
import { classColors, heatSteps, paint, palettes, seriesColors } from "./palette.js";

/** Contrast of two colors as WCAG 2 defines it, 1 … 21. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

test("both schemes have the same roles, all of them colors", () => {
  assert.deepEqual(Object.keys(palettes.light).sort(), Object.keys(palettes.dark).sort());
  for (const color of [palettes.light, palettes.dark].flatMap((each) => Object.values(each))) {
    assert.match(color, /^#[\da-f]{6}$/);
  }
});

for (const scheme of ["light", "dark"] as const) {
  test(`text, lines and cells can be read: ${scheme}`, () => {
    const colors = palettes[scheme];
    assert(contrast(colors.ink!, colors.paper!) > 7);
    assert(contrast(colors.soft!, colors.paper!) > 4.5);
    for (let i = 0; i < seriesColors; i++) assert(contrast(colors[`series${i}`]!, colors.paper!) > 3, `series${i}`);
    for (let i = 0; i < classColors; i++) assert(contrast(colors[`classes${i}`]!, colors.paper!) > 2, `classes${i}`);
    for (let i = 1; i < heatSteps; i++) assert(contrast(colors[`heatInk${i}`]!, colors[`heat${i}`]!) > 4, `heat${i}`);
  });
}

test("roles are replaced where a color stands and nowhere else", () => {
  const option = {
    name: "$ink",
    data: [["$ink", 1], null],
    itemStyle: { color: "$ink", borderColor: "$paper", opacity: 1 },
    inRange: { color: ["$heat0", "#123456"] },
  };
  assert.deepEqual(paint(option, { ink: "#111111", paper: "#eeeeee", heat0: "#222222" }), {
    name: "$ink",
    data: [["$ink", 1], null],
    itemStyle: { color: "#111111", borderColor: "#eeeeee", opacity: 1 },
    inRange: { color: ["#222222", "#123456"] },
  });
});
