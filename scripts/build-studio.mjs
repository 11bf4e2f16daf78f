// Builds the page of `vantage serve` into dist/studio: scripts in chunks, one style sheet, nothing from the network.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build, transform } from "esbuild";

const out = "dist/studio";
const { palettes } = await importTypeScript("src/report/charts/palette.ts");
const grounds = {
  light: { ground: "#f5f6f8", tint: "#eef4fa", edge: "#858f9e", accent: palettes.light.series0, onAccent: "#ffffff" },
  dark: { ground: "#101319", tint: "#1d2a38", edge: "#6b7686", accent: palettes.dark.series0, onAccent: "#0f1318" },
};

/** The palette's roles as custom properties, for the style sheet. */
function variables(scheme) {
  const { paper, ink, soft, line, axis, bad, calm } = palettes[scheme];
  const roles = { paper, ink, soft, line, axis, bad, calm, good: palettes[scheme].series2, ...grounds[scheme] };
  const lines = Object.entries(roles).map(([name, value]) => `--${name}:${value}`);
  return `color-scheme:${scheme};${lines.join(";")}`;
}

async function importTypeScript(path) {
  const { code } = await transform(readFileSync(path, "utf8"), { loader: "ts" });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: [{ in: "studio/main.tsx", out: "studio" }],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  chunkNames: "[name]-[hash]",
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "linked",
  logLevel: "warning",
});
const dark = `:root:not([data-scheme=light]){${variables("dark")}}`;
const style = [
  `:root{${variables("light")}}`,
  `@media (prefers-color-scheme:dark){${dark}}`,
  `:root[data-scheme=dark]{${variables("dark")}}`,
  readFileSync("studio/style.css", "utf8"),
].join("\n");
const { code } = await transform(style, { loader: "css", minify: true });
writeFileSync(`${out}/studio.css`, code);
writeFileSync(`${out}/index.html`, readFileSync("studio/index.html"));
