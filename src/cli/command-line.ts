// The command line as a run folder remembers it: made again from what was understood, not from what was typed.
import type { Command, Option } from "commander";
import { isKept } from "../runs/command.js";
import { MethodFlag, methodFlags } from "./method-flags.js";

/** The words from "vantage" on: names, arguments, and the flags that were given and are kept in a run folder. */
export function commandLine(command: Command): string[] {
  const own = Array.from(methodFlags(command), ([name, value]) => ["--set", `${name}=${value}`]).flat();
  const words = [...command.args, ...givenFlags(command), ...own];
  for (let each = command; ; each = each.parent) {
    if (each.parent === null) return [each.name(), ...before(each), ...words, ...after(each)];
    words.unshift(each.name());
  }
}

/** Flags of the program that stand before the command, as --method-file has to. */
function before(root: Command): string[] {
  return givenFlags(root, (option) => option.required);
}

/** Those that may stand anywhere, such as --json. */
function after(root: Command): string[] {
  return givenFlags(root, (option) => !option.required);
}

function givenFlags(command: Command, isWanted: (option: Option) => boolean = () => true): string[] {
  return command.options.filter(isWanted).flatMap((option) => {
    // Those of methods are kept as --set.
    if (option instanceof MethodFlag) return [];
    const flag = option.long!;
    if (!isKept(flag) || command.getOptionValueSource(option.attributeName()) !== "cli") return [];
    const value: unknown = command.getOptionValue(option.attributeName());
    return typeof value === "boolean" ? [flag] : [value].flat().flatMap((each) => [flag, String(each)]);
  });
}
