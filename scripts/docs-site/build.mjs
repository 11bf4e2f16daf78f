// Builds the documentation's site into site/ (--out FOLDER writes elsewhere, --base /path/ for a site below a host's root). Needs no network.
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { stageSite } from "./stage.mjs";

const here = fileURLToPath(new URL("./", import.meta.url));
const root = resolve(here, "../..");
const { values } = parseArgs({
  options: { out: { type: "string", default: join(root, "site") }, base: { type: "string", default: "/" } },
});
const source = join(here, ".vitepress/cache/source");
stageSite(root, source);
Object.assign(process.env, {
  DOCS_SITE_SOURCE: source,
  DOCS_SITE_OUT: resolve(values.out),
  DOCS_SITE_BASE: values.base,
});
const { build } = await import("vitepress");
// A link to a page that is not there stops the build.
await build(here);
rmSync(source, { recursive: true });
process.stdout.write(`${resolve(values.out)}\n`);
