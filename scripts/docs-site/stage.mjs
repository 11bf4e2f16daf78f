// Copies what the site is made of into a folder: pages and pictures as they are in the repository, with links that the site can follow.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { groups, sitePath } from "./navigation.mjs";

/** Pages and pictures of the checkout at `root`, ready for VitePress, in `folder` (emptied first). */
export function stageSite(root, folder) {
  rmSync(folder, { recursive: true, force: true });
  const pages = [
    ...groups.flatMap(({ pages }) => Object.keys(pages)).filter((path) => !path.startsWith("docs/")),
    ...markdownBelow(root, "docs"),
    ...markdownBelow(root, "examples"),
  ];
  for (const path of pages) {
    const to = join(folder, sitePath(path));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, siteText(readFileSync(join(root, path), "utf8"), path, { root, folder }));
  }
  for (const pictures of ["docs/pictures", "examples/gallery/pictures"]) {
    if (existsSync(join(root, pictures))) cpSync(join(root, pictures), join(folder, pictures), { recursive: true });
  }
}

function markdownBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name.split(sep).join("/")}`);
}

/** Links to README.md lead to the folder's index; files that are no pages are copied to where their links then find them. */
function siteText(text, path, { root, folder }) {
  let isCode = false;
  const lines = text.split("\n").map((line) => {
    if (/^ *```/.test(line)) isCode = !isCode;
    if (isCode) return line;
    return line.replaceAll(/(!?)\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)/g, (whole, mark, label, target) => {
      const [file, anchor] = target.split("#");
      if (mark === "!" || file === "" || /^[a-z]+:/.test(file)) return whole;
      const hash = anchor === undefined ? "" : `#${anchor}`;
      if (file.endsWith(".md")) return `[${label}](${sitePath(file)}${hash})`;
      const source = posix.normalize(posix.join(posix.dirname(path), file));
      if (!statSync(join(root, source)).isFile())
        throw new Error(`${path}: ${target} is no file that the site can show`);
      // As text, so that a browser shows it.
      const copy = `${source}.txt`;
      mkdirSync(dirname(join(folder, "public", copy)), { recursive: true });
      cpSync(join(root, source), join(folder, "public", copy));
      return `<a href="${"../".repeat(path.split("/").length - 1) || "./"}${copy}" target="_self">${label}</a>`;
    });
  });
  return lines.join("\n");
}
