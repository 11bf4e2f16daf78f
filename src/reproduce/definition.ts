// What a table definition says: methods × data sets × settings × seeds, and the figures that were published, as YAML.

import { z } from "zod";
import { UserError } from "../errors.js";
import { recordOf } from "../records.js";
import { readYaml } from "../yaml.js";

const text = z.string().min(1);
const whole = z.int().nonnegative();

/** How a run is started: what the flags of `vantage train` of the same names say. */
const settingsFields = {
  method: text.optional(),
  /** A file, or a name of the catalog or of a dataset card. */
  data: text.optional(),
  views: text.optional(),
  labels: text.optional(),
  task: text.optional(),
  preset: text.optional(),
  queries: text.optional(),
  epochs: whole.optional(),
  batch: whole.optional(),
  bits: whole.optional(),
  /** Any option of the method, as with --set. */
  set: recordOf(z.unknown()).optional(),
  /** In what these runs differ from the published ones; printed below the table. */
  note: text.optional(),
};
const settings = z.strictObject(settingsFields);

const measure = z.strictObject({
  /** Path in a result's metrics: `acc`, `map.image->text`. */
  name: text,
  title: text,
});

const column = z.strictObject({
  title: z.string().default(""),
  /** Columns of one group stand in a table of their own, under this heading. */
  group: z.string().default(""),
  /** Settings for the rows of one method only. */
  methods: recordOf(settings).prefault({}),
  ...settingsFields,
});

const row = z.strictObject({
  title: text,
  /** By measure: a published figure for each column, as printed in the paper; null where there is none. */
  published: recordOf(z.array(z.number().nullable())).prefault({}),
  ...settingsFields,
});

const definitionSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected lower-case letters, digits and hyphens"),
    title: text,
    /** Paper and table. */
    source: text,
    note: text.optional(),
    unit: z.enum(["fraction", "percent"]).default("fraction"),
    /** Decimals of the paper's figures. */
    digits: z.int().min(0).max(10).default(3),
    measures: z.array(measure).min(1),
    seeds: z.array(whole).min(1).default([0, 1, 2]),
    /** For all runs; columns, then rows go before it. */
    settings: settings.default({}),
    columns: z.array(column).min(1).prefault([{}]),
    rows: z.array(row).min(1),
  })
  .check(({ value, issues }) => {
    const complain = (path: PropertyKey[], message: string) =>
      issues.push({ code: "custom", path, message, input: value });
    const titles = value.columns.map(({ group, title }) => `${group}: ${title}`);
    const twice = (texts: readonly string[]) => texts.findIndex((each, i) => texts.indexOf(each) !== i);
    const column = twice(titles);
    if (column >= 0) complain(["columns", column, "title"], "is repeated in its group");
    const row = twice(value.rows.map(({ title }) => title));
    if (row >= 0) complain(["rows", row, "title"], `"${value.rows[row]!.title}" is repeated`);
    const seed = twice(value.seeds.map(String));
    if (seed >= 0) complain(["seeds", seed], `seed ${value.seeds[seed]} is repeated`);
    const names = value.measures.map(({ name }) => name);
    const measure = twice(names);
    if (measure >= 0) complain(["measures", measure, "name"], `"${names[measure]}" is repeated`);
    for (const [r, { published }] of value.rows.entries()) {
      for (const [name, figures] of Object.entries(published)) {
        const path = ["rows", r, "published", name];
        if (!names.includes(name)) complain(path, `is none of the measures (${names.join(", ")})`);
        else if (figures.length !== titles.length) {
          complain(path, `has ${figures.length} figures for ${titles.length} columns`);
        }
      }
    }
  });

export type Definition = z.output<typeof definitionSchema>;
export type Settings = z.output<typeof settings>;
export type Measure = Definition["measures"][number];

/**
 * Reads a table definition.
 * @throws UserError that names the key where the file cannot be read, is no YAML or says something it cannot say.
 */
export function readDefinition(path: string): Definition {
  const result = definitionSchema.safeParse(readYaml(path, { merge: true }) ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const [key, message] =
    issue.code === "unrecognized_keys"
      ? [[...issue.path, issue.keys[0]!], "there is no such key"]
      : [issue.path, issue.message];
  throw new UserError(
    `${path} is no table definition: ${key.join(".") || "the file"}: ${message} (docs/reproduce.md says what one holds)`,
  );
}
