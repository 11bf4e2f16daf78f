// What a dataset card says: files, variables, views, labels and splits of one data set, as YAML.
import { isAbsolute, normalize, sep } from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { recordOf } from "../../records.js";
import { readYaml } from "../../yaml.js";

/** A file in the card's own folder, or in one below it: an untrusted card reads nothing else. */
const fileName = z.string().refine(isBelow, "expected a file in the card's folder or below it");

function isBelow(file: string): boolean {
  const parts = normalize(file).split(sep);
  return !isAbsolute(file) && !parts.includes("..") && file !== "";
}

/** `file:variable`, or the variable alone where the part names its file. */
const reference = z
  .string()
  .min(1)
  .refine((text) => isBelow(splitReference(text, ".").file!), "expected a file in the card's folder or below it");
const count = z.int().nonnegative();

/** Rows of all parts or of one: all, or from … to-1, counted from 0 or, where negative, from the end. */
const range = z.strictObject({ part: z.string().optional(), from: z.int().optional(), to: z.int().optional() });
const selection = z.union([z.string(), range]);

const part = z.strictObject({
  file: fileName.optional(),
  views: recordOf(reference),
  /** One for all views, or where samples are not paired one for each. */
  labels: z.union([reference, recordOf(reference)]).optional(),
});

const cardSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
    title: z.string(),
    source: z.string().optional(),
    /** `parts`, or `mixed-modal` for DM2C's files (layout/mixed-modal-file.ts), which say themselves what they hold. */
    layout: z.enum(["parts", "mixed-modal"]).default("parts"),
    /** Files of a layout that has no parts. */
    files: z.array(fileName).default([]),
    /** Samples come part after part. */
    parts: recordOf(part).prefault({}),
    /** Whether row i of every view is the same sample. */
    paired: z.boolean().default(true),
    /** Names of the classes in the order of their numbers or columns. */
    classes: z.array(z.string()).optional(),
    splits: recordOf(z.union([selection, z.array(selection)])).prefault({}),
    /** Splits drawn label by label, as DJSRH does (`perLabelSplit`). */
    draw: z
      .strictObject({ query: z.tuple([count, count]), train: z.tuple([count, count]), trainTotal: count })
      .optional(),
    /** What the published files hold; a file that holds something else gets a note and is not refused. */
    expect: z
      .strictObject({
        samples: count.optional(),
        columns: recordOf(count).optional(),
        classes: count.optional(),
      })
      .default({}),
  })
  .check(({ value, issues }) => {
    const complain = (message: string) => issues.push({ code: "custom", message, input: value });
    const parts = Object.values(value.parts);
    if ((value.layout === "parts") !== parts.length > 0) complain("a card has parts, or a layout of its own");
    const views = viewNames(value.parts);
    for (const { views: own, labels } of parts) {
      if (Object.keys(own).sort().join() !== views.slice().sort().join()) complain("every part has the same views");
      if (value.paired && typeof labels === "object")
        complain("labels of each view are for samples that are not paired");
      if (!value.paired && typeof labels === "string")
        complain("samples that are not paired have labels for each view");
    }
    if (new Set(parts.map(({ labels }) => labels === undefined)).size > 1)
      complain("either every part has labels or none");
    for (const each of Object.values(value.splits).flat()) {
      const named = typeof each === "string" ? each : each.part;
      if (named !== undefined && !Object.hasOwn(value.parts, named))
        complain(`splits name the part "${named}", which is not there`);
    }
    if (value.draw && Object.keys(value.splits).length > 0) complain("splits are given or drawn, not both");
  });

export type Card = z.infer<typeof cardSchema>;
export type CardPart = Card["parts"][string];
export type RowSelection = z.infer<typeof selection>;

/** Names of the views, in the order of the first part. */
export function viewNames(parts: Card["parts"]): string[] {
  const [first] = Object.values(parts);
  return Object.keys(first?.views ?? {});
}

/** A reference taken apart; `file` is the part's own where the reference names none. */
export function splitReference(text: string, own: string | undefined): { file: string | undefined; variable: string } {
  const colon = text.indexOf(":");
  if (colon < 0) return { file: own, variable: text };
  return { file: text.slice(0, colon), variable: text.slice(colon + 1) };
}

/** The files that a card names, each once. */
export function cardFiles({ files, parts }: Card): string[] {
  const named = Object.values(parts).flatMap(({ file, views, labels }) => {
    const references = [
      ...Object.values(views),
      ...(typeof labels === "object" ? Object.values(labels) : [labels ?? []]),
    ];
    return references.flat().map((text) => splitReference(text, file).file ?? []);
  });
  return [...new Set([...files, ...named.flat()])];
}

/**
 * Reads a card.
 * @throws UserError where the file cannot be read, is not YAML or says something that a card cannot say.
 */
export function readCard(path: string): Card {
  const result = cardSchema.safeParse(readYaml(path));
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue!.path.length > 0 ? `${issue!.path.join(".")}: ` : "";
    throw new UserError(
      `${path} is no dataset card: ${where}${issue!.message}; docs/dataset-cards.md says what a card holds`,
    );
  }
  const card = result.data;
  for (const { file, views, labels } of Object.values(card.parts)) {
    for (const text of [
      ...Object.values(views),
      ...(typeof labels === "string" ? [labels] : Object.values(labels ?? {})),
    ]) {
      if (splitReference(text, file).file === undefined) {
        throw new UserError(
          `${path} is no dataset card: "${text}" names no file; write FILE:${text}, or give the part a file`,
        );
      }
    }
  }
  return card;
}
