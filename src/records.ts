// Schemas of objects that are keyed by names from data.
import { z } from "zod";

/**
 * An object whose keys are any names. z.record leaves out a key "__proto__"; here it is a name as any other.
 * @param value schema of every value.
 */
export function recordOf<T extends z.ZodType>(value: T) {
  const object = z.custom<object>(isRecord, "expected a mapping");
  return object.transform((given, context): Record<string, z.output<T>> => {
    const entries = Object.entries(given).map(([name, each]): [string, z.output<T>] => {
      const result = value.safeParse(each);
      if (result.success) return [name, result.data];
      for (const { path, message } of result.error.issues) {
        context.issues.push({ code: "custom", message, path: [name, ...path], input: each });
      }
      return [name, each as z.output<T>];
    });
    return Object.fromEntries(entries);
  });
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value that an object holds for a name from data; undefined where it is not its own, as "constructor" is not. */
export function ownValue<T>(record: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
