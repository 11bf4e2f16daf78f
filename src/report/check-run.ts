// The types of what a run folder holds, as far as the report shows it: the folder may come from anybody.
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../errors.js";
import { recordOf } from "../records.js";
import { parseMetrics } from "../runs/metrics-log.js";
import type { SavedRun } from "../runs/run-folder.js";

/** JSON has null for a number that was not finite. */
const number = z.union([z.number(), z.null().transform(() => Number.NaN)]);
const numbers = z.array(number);
const names = z.array(z.string());

const metrics = z.unknown().transform((value, context) => {
  try {
    return parseMetrics(value, "measures");
  } catch (error) {
    context.issues.push({ code: "custom", message: (error as Error).message, input: value });
    return z.NEVER;
  }
});

const environment = z.looseObject({
  started: z.string(),
  vantage: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
  platform: z.string(),
  cpu: z.string(),
  cores: number,
  memoryBytes: number,
  files: z.array(z.looseObject({ path: z.string(), bytes: number, sha256: z.string() })),
});

const view = z.looseObject({
  name: z.string(),
  columns: number,
  storage: z.string(),
  density: number,
  min: number,
  max: number,
  mean: number,
  constant: number,
  missing: number,
});

const measures = recordOf(number);

const baselines = z.looseObject({
  joined: measures.optional(),
  bestView: recordOf(z.union([number, z.string()]))
    .refine(({ name }) => typeof name === "string", "expected a name")
    .optional(),
  views: recordOf(measures).optional(),
  cca: metrics.optional(),
  notes: names.optional(),
});

const result = z.looseObject({
  epochs: number,
  seconds: number,
  secondsPerEpoch: number,
  dataset: z.looseObject({
    name: z.string(),
    samples: number,
    views: z.array(view),
    labels: z
      .looseObject({ kind: z.string(), classes: z.array(z.looseObject({ name: z.string(), samples: number })) })
      .optional(),
    splits: recordOf(number),
    notes: names,
  }),
  baselines: baselines.optional(),
  clusters: z.looseObject({ sizes: numbers, silhouette: number.optional() }).optional(),
  viewMetrics: recordOf(metrics).optional(),
  confusion: z
    .object({ rows: names, columns: names, counts: z.array(z.array(z.number())) })
    .refine(
      ({ rows, columns, counts }) =>
        counts.length === rows.length && counts.every((row) => row.length === columns.length),
      "expected a row of counts for each class",
    )
    .optional(),
  retrieval: z
    .array(
      z.looseObject({
        direction: z.string(),
        byRadius: z.looseObject({ precision: numbers, recall: numbers }).optional(),
        precisionAt: z.looseObject({ k: numbers, precision: numbers }).optional(),
      }),
    )
    .optional(),
});

/**
 * The run with its result and environment checked.
 * @throws UserError where something in them is not of its type.
 */
export function checkRun(run: SavedRun): SavedRun {
  return {
    ...run,
    environment: checked(environment, run.environment, join(run.folder, "environment.json")) as SavedRun["environment"],
    result:
      run.result &&
      ({ ...run.result, ...checked(result, run.result, join(run.folder, "result.json")) } as SavedRun["result"]),
  };
}

function checked<T extends z.ZodType>(schema: T, value: unknown, path: string): z.output<T> {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  throw new UserError(`${path}: ${issue!.path.join(".") || "the file"}: ${issue!.message}`);
}
