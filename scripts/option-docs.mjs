// Writes what each option of a method is for into its TypeScript interface, from the schema that validates it:
//   node scripts/option-docs.mjs            rewrites src/methods/*/options.ts where they differ; build first
//   node scripts/option-docs.mjs --check    exit status 1 where one differs
import { readFileSync, writeFileSync } from "node:fs";
import { methods } from "../dist/methods/index.js";

const width = 116;
for (const { name, options } of methods) {
  const path = new URL(`../src/methods/${name}/options.ts`, import.meta.url);
  const before = readFileSync(path, "utf8");
  const title = `${name[0].toUpperCase()}${name.slice(1)}Options`;
  const pattern = new RegExp(`(export interface ${title} extends z\\.output<typeof ${name}Options>) \\{[^}]*\\}`);
  if (!pattern.test(before)) throw new Error(`${path.pathname} has no interface ${title}`);
  const fields = Object.entries(options.shape).map(([key, schema]) => field(name, key, schema));
  const after = before.replace(pattern, (_, head) => `${head} {\n${fields.join("\n")}\n}`);
  if (after === before) continue;
  if (process.argv.includes("--check")) {
    process.stderr.write(
      `${path.pathname}: interface ${title} does not say what the schema does: run scripts/option-docs.mjs\n`,
    );
    process.exitCode = 1;
  } else writeFileSync(path, after);
}

/** A property with its description and default as a comment. */
function field(method, key, schema) {
  const { success, data } = schema.safeParse(undefined);
  const fallback = success && data !== undefined ? ` Default: ${JSON.stringify(data)}.` : "";
  // A Greek letter stays as it is: β is a symbol.
  const text = `${schema.description.replace(/^[a-z]/, (letter) => letter.toUpperCase())}.${fallback}`;
  const mark = success && data === undefined ? "?" : "";
  return `${comment(text)}\n  readonly ${key}${mark}: z.output<typeof ${method}Options>["${key}"];`;
}

function comment(text) {
  if (text.length + 9 <= width) return `  /** ${text} */`;
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1).length + word.length + 6 > width) lines.push("");
    lines[lines.length - 1] += ` ${word}`;
  }
  return ["  /**", ...lines.map((line) => `   *${line}`), "   */"].join("\n");
}
