// The site's settings: everything is built from the staged folder, and searched in the browser without a service.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { groups, sitePath } from "../navigation.mjs";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const link = (path) => `/${sitePath(path).replace(/(index)?\.md$/, "")}`;
const sidebar = groups.map(({ text, pages }) => ({
  text,
  collapsed: false,
  items: Object.entries(pages)
    .filter(([path]) => existsSync(join(root, path)))
    .map(([path, title]) => ({ text: title, link: link(path) })),
}));

/** The anchor that GitHub gives a heading, so that links work in both places. */
const slugify = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

export default {
  title: "Vantage",
  description: "Deep multi-view learning for TypeScript",
  lang: "en",
  srcDir: process.env.DOCS_SITE_SOURCE,
  outDir: process.env.DOCS_SITE_OUT,
  base: process.env.DOCS_SITE_BASE,
  metaChunk: true,
  markdown: { anchor: { slugify } },
  themeConfig: {
    outline: [2, 3],
    search: { provider: "local" },
    sidebar,
    nav: sidebar.map(({ text, items }) => ({ text, link: items[0].link })),
    docFooter: { prev: "Before", next: "Next" },
  },
};
