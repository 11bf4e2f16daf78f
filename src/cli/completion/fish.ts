// Completion for fish: one line for each command, flag and argument.
import type { Flag, Value } from "../command-tree.js";
import { namesOf, type Place, short, takesFiles } from "./model.js";

/** The script: to be sourced, or ~/.config/fish/completions/vantage.fish. */
export function fishScript(places: readonly Place[]): string {
  const known = places.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  return `# Completion of vantage for fish: vantage completion fish | source
function __vantage_at
    set -l known ${known.join(" ")}
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        contains -- $next $known; and set at $next
    end
    test "$argv[1]" = "$at"
end
complete -c vantage -f
${places.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, flags, argument }: Place): string[] {
  const start = `complete -c vantage -n ${quoted(`__vantage_at ${quoted(path)}`)}`;
  return [
    ...commands.map(({ word, text }) => `${start} -a ${word} -d ${quoted(text)}`),
    ...(argument === undefined ? [] : [argumentOf(argument)].filter(Boolean).map((part) => `${start} ${part}`)),
    ...flags.map((flag) => `${start} ${flagOf(flag)}`),
  ];
}

/** What a value may be: files are offered beside names. */
function argumentOf(value: Value): string {
  const names = namesOf(value).join(" ");
  return [takesFiles(value) ? "-F" : "", names && `-a ${quoted(names)}`].filter(Boolean).join(" ");
}

function flagOf({ names, description, value, isOptional }: Flag): string {
  const own = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const needs = value === undefined ? [] : [isOptional ? "" : takesFiles(value) ? "-r" : "-x", argumentOf(value)];
  return [...own, ...needs, `-d ${quoted(short(description))}`].filter(Boolean).join(" ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
