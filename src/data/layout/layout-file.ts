// A reading written down: YAML that says which variables of a file are what, kept beside the file or given with --layout.
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { recordOf } from "../../records.js";
import { visible } from "../../visible.js";
import { readYaml, writeYaml } from "../../yaml.js";
import type { AccountEntry } from "./account.js";
import { columnsNamed } from "./column-groups.js";
import type { LayoutOptions } from "./draft.js";

const name = z.string().min(1);

const schema = z.strictObject({
  /** Of each view: a variable, the start of columns' names, a pattern, or the columns. */
  views: recordOf(z.union([name, z.array(name).min(1)])).optional(),
  labels: name.optional(),
  ids: name.optional(),
  splits: name.optional(),
  ignore: z.array(name).optional(),
  samples: z.enum(["rows", "columns"]).optional(),
  /** How a text file is to be understood. */
  text: z
    .strictObject({
      delimiter: name.optional(),
      decimal: name.optional(),
      thousands: name.optional(),
      header: z.enum(["yes", "no"]).optional(),
      encoding: name.optional(),
      missing: z.array(z.string()).readonly().optional(),
    })
    .optional(),
});

/** What a layout file says. */
export interface LayoutFile extends LayoutOptions {
  readonly text?: NonNullable<z.output<typeof schema>["text"]>;
}

/** Where the reading of a file is kept beside it. */
export const layoutPath = (dataPath: string): string => `${dataPath}.layout.yaml`;

/** The layout file beside a data file; undefined where there is none. */
export const layoutBeside = (dataPath: string): string | undefined =>
  existsSync(layoutPath(dataPath)) ? layoutPath(dataPath) : undefined;

/** @throws UserError where the file cannot be read, is not YAML or says something that a layout file cannot say. */
export function readLayoutFile(path: string): LayoutFile {
  const result = schema.safeParse(readYaml(path) ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue!.path.length > 0 ? `${issue!.path.join(".")}: ` : "";
    throw new UserError(`${path} is no layout file: ${where}${issue!.message}; docs/reading.md says what it holds`);
  }
  const { views, ...rest } = result.data;
  if (!views) return rest;
  const selection = Object.entries(views).map(([view, variable]) =>
    typeof variable === "string"
      ? { name: view, variable }
      : { name: view, variable: variable.join("+"), columns: variable },
  );
  return { ...rest, views: selection };
}

/** The account of a file as a layout file that reads it in the same way. */
export function writeLayout(dataPath: string, account: readonly AccountEntry[], text?: LayoutFile["text"]): string {
  const views = new Map<string, string | readonly string[]>();
  const columns = account.flatMap((entry) => entry.columns ?? []);
  for (const { role, detail, reference, columns: own } of account) {
    if (role !== "view" || reference === undefined || views.has(detail)) continue;
    views.set(detail, own ? shortest(detail, own, columns) : reference);
  }
  // what came from names of rows or from several lists is found again by itself
  const one = (key: "labels" | "ids" | "splits") => {
    const entry = account.find(({ role }) => role === (key === "splits" ? "split" : key));
    if (!entry) return { [key]: "none" };
    return entry.reference === undefined ? {} : { [key]: entry.reference };
  };
  const ignore = [...new Set(account.filter(({ role }) => role === "ignored").map(({ variable }) => variable))];
  const body = {
    views: Object.fromEntries(views),
    ...one("labels"),
    ...one("ids"),
    ...one("splits"),
    ...(ignore.length > 0 && { ignore }),
    ...(text && Object.keys(text).length > 0 && { text }),
  };
  const file = visible(basename(dataPath));
  return `# How ${file} is read. Give it with --layout, or keep it beside the file as ${layoutPath(file)}.\n${writeYaml(body)}`;
}

/** A view's columns by the start of their names, where that means these and no others. */
function shortest(view: string, own: readonly string[], all: readonly string[]): string | readonly string[] {
  if (own.length === 1) return own[0]!;
  const named = columnsNamed(all, view);
  return named.length === own.length && named.every((column, i) => column === own[i]) ? view : own;
}
