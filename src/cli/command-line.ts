// The command line as a run folder remembers it: made again from what was understood, not from what was typed.
import type { Command } from "commander";
import { isKept } from "../runs/command.js";

/** The words from "vantage" on: names, arguments, and the flags that were given and are kept in a run folder. */
export function commandLine(command: Command): string[] {
  const names: string[] = [];
  for (let each: Command | null = command; each; each = each.parent) names.unshift(each.name());
  const given = command.options.flatMap((option) => {
    const flag = option.long!;
    if (!isKept(flag) || command.getOptionValueSource(option.attributeName()) !== "cli") return [];
    const value: unknown = command.getOptionValue(option.attributeName());
    return typeof value === "boolean" ? [flag] : [value].flat().flatMap((each) => [flag, String(each)]);
  });
  return [...names, ...command.args, ...given];
}
