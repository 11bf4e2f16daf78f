// What the documentation names exists: pages and headings that it links, flags, options, presets, scripts, files, variables.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Command } from "commander";
import { program } from "./cli/main.js";
import { presetNames } from "./cli/presets.js";
import { pages, readPage, root } from "./docs-pages.testing.js";
import { methods } from "./methods/index.js";

const all = [...pages(), readPage("CHANGELOG.md")];

/** Everything in code type, of a page: inline and fenced. */
const codeOf = ({ path, code, examples }: (typeof all)[number]) => [
  ...code.map(({ line, text }) => ({ place: `${path}:${line}`, text })),
  ...examples.map(({ place, text }) => ({ place, text })),
];
const written = all.filter(({ path }) => !path.startsWith("docs/api/")).flatMap(codeOf);

function* sources(folder: string, ending: RegExp): Generator<string> {
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })) {
    if (ending.test(name) && !name.includes("node_modules")) yield readFileSync(join(root, folder, name), "utf8");
  }
}

test("every relative link leads to a file, and its anchor to a heading", () => {
  const byPath = new Map(all.map((page) => [page.path, page]));
  const dead: string[] = [];
  let links = 0;
  for (const page of all) {
    for (const { line, path, anchor } of page.links) {
      links++;
      const place = `${page.path}:${line}`;
      if (path.startsWith("..") || !existsSync(join(root, path))) dead.push(`${place}: there is no ${path}`);
      else if (anchor !== undefined && byPath.get(path)?.anchors.has(anchor) !== true) {
        dead.push(`${place}: ${path} has no heading #${anchor}`);
      }
    }
  }
  assert.deepEqual(dead, []);
  assert.ok(links > 100, `${links} links`);
});

/** Flags by command: "serve", "train gmae", "datasets info". */
function flags(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const flagsOf = ({ options }: Command) =>
    options.flatMap(({ long, short }) => [long, short]).filter((flag) => flag != null);
  // Those of the program, such as --json, are taken behind every command.
  const everywhere = flagsOf(program());
  const visit = (command: Command, name: string) => {
    found.set(name, new Set([...flagsOf(command), ...everywhere, "--help"]));
    for (const each of command.commands) visit(each, `${name} ${each.name()}`.trim());
  };
  visit(program(), "");
  return found;
}

test("every command and flag that is mentioned exists", () => {
  const known = flags();
  const ofCommands = new Set([...known.values()].flatMap((each) => [...each]));
  const ofScripts = [...sources("bench", /\.(mjs|py)$/), readFileSync(join(root, "package.json"), "utf8")].join("\n");
  const mistakes: string[] = [];
  let checked = 0;
  for (const { place, text } of written) {
    const rest = text.replaceAll(/\bvantage ([a-z][a-z-]*)([^\n;|&]*)/g, (_, verb: string, args: string) => {
      const second = /^ ([a-z0-9][a-z0-9-]*)/.exec(args)?.[1];
      const name = known.has(`${verb} ${second}`) ? `${verb} ${second}` : verb;
      const own = known.get(name);
      if (own === undefined) return ` ${args} `;
      // `vantage train --help` or `vantage train METHOD …`: of any method.
      const any = verb === "train" && name === verb ? ofCommands : own;
      for (const [flag] of args.replaceAll(/"[^"]*"/g, "").matchAll(/(?<=\s)--?[a-z][a-z-]*/g)) {
        checked++;
        if (!any.has(flag)) mistakes.push(`${place}: vantage ${name} has no ${flag}`);
      }
      return " ";
    });
    if (/\b(curl|psql|npm|apt-get)\b/.test(text)) continue;
    for (const [flag] of rest.matchAll(/(?<=^|\s)--[a-z][a-z-]*/g)) {
      checked++;
      const inScript = ofScripts.includes(`"${flag}"`) || new RegExp(`\\b"?${flag.slice(2)}"?: \\{`).test(ofScripts);
      if (!ofCommands.has(flag) && !inScript) mistakes.push(`${place}: nothing has ${flag}`);
    }
  }
  assert.deepEqual(mistakes, []);
  assert.ok(checked > 60, `${checked} flags`);
});

test("every option that --set names exists, and every preset", () => {
  const options = new Set(methods.flatMap(({ options }) => Object.keys(options.shape)));
  const presets = new Set(methods.flatMap(presetNames));
  const mistakes: string[] = [];
  let checked = 0;
  for (const { place, text } of written) {
    for (const [, name] of text.matchAll(/--set (\w+)=/g)) {
      checked++;
      if (!options.has(name!)) mistakes.push(`${place}: no method has the option ${name}`);
    }
    for (const [, name] of text.matchAll(/--preset ([\w-]+)/g)) {
      checked++;
      if (!presets.has(name!)) mistakes.push(`${place}: no method has the preset ${name}`);
    }
  }
  assert.deepEqual(mistakes, []);
  assert.ok(checked > 20, `${checked} settings`);
});

test("every script, file of the repository and environment variable that is mentioned exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
  const code = [...sources("src", /\.ts$/), ...sources("bench", /\.(mjs|py)$/)].join("\n");
  const mistakes: string[] = [];
  let checked = 0;
  for (const { place, text } of written) {
    for (const [, name] of text.matchAll(/\bnpm run ([\w:]+)/g)) {
      checked++;
      if (!(name! in scripts)) mistakes.push(`${place}: there is no script ${name}`);
    }
    for (const [path] of text.matchAll(/(?<![\w./])(src|bench|scripts|docs|studio)\/[\w./-]+\w/g)) {
      checked++;
      if (!existsSync(join(root, path))) mistakes.push(`${place}: there is no ${path}`);
    }
    for (const [name] of text.matchAll(/\b(VANTAGE|BENCH)_[A-Z_]+\b/g)) {
      checked++;
      if (!code.includes(name)) mistakes.push(`${place}: nothing reads ${name}`);
    }
  }
  assert.deepEqual(mistakes, []);
  assert.ok(checked > 20, `${checked} names`);
});
