// Completion for bash 3.2 and later, which macOS has: case statements over the words before the cursor.
import type { Value } from "../command-tree.js";
import { namesOf, type Place, takesFiles } from "./model.js";

/** The script. */
export function bashScript(places: readonly Place[]): string {
  const known = places.flatMap(({ path }) => (path === "" ? [] : [`"${path}"`]));
  const offered = places.map(({ path, commands, flags, argument }) => {
    const names = flags.flatMap((flag) => flag.names).join(" ");
    const words = [...commands.map(({ word }) => word), ...namesOf(argument)].join(" ");
    const files = takesFiles(argument) ? " files=1" : "";
    return `    "${path}") flags="${names}" words="${words}"${files};;`;
  });
  return `# Completion of vantage for bash: source <(vantage completion bash)
_vantage() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" next="" i
  local flags="" words="" files="" wants="" reply=""
  # bash makes a word of its own of "=".
  if [ "$cur" = "=" ]; then cur=""; elif [ "$prev" = "=" ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in
    ${known.join("|")}) path="$next";;
    esac
  done
  case "$path $prev" in
${valueCases(places).join("\n")}
  esac
  if [ -z "$wants" ]; then
    case "$path" in
${offered.join("\n")}
    esac
    case "$cur" in -*) words="$flags" files="";; esac
  fi
  COMPREPLY=()
  while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen -W "$words" -- "$cur")
  if [ -n "$files" ]; then
    # Without names readline completes files by itself.
    if [ \${#COMPREPLY[@]} -gt 0 ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen -f -- "$cur")
    fi
  else
    compopt +o default +o bashdefault 2>/dev/null
  fi
}
complete -o bashdefault -o default -F _vantage vantage
`;
}

/** One case for all flags of the same values. */
function valueCases(places: readonly Place[]): string[] {
  const patterns = new Map<string, string[]>();
  for (const { path, flags } of places) {
    for (const { names, value, isOptional } of flags) {
      if (value === undefined) continue;
      const outcome = outcomeOf(value, isOptional);
      if (outcome === undefined) continue;
      const own = names.map((name) => `"${path} ${name}"`);
      patterns.set(outcome, [...(patterns.get(outcome) ?? []), ...own]);
    }
  }
  return Array.from(patterns, ([outcome, own]) => `  ${own.join("|")}) ${outcome};;`);
}

function outcomeOf(value: Value, isOptional: boolean): string | undefined {
  // What may stand without its value is followed by anything.
  if (isOptional && value.kind === "text") return undefined;
  return `wants=1 words="${namesOf(value).join(" ")}" files="${takesFiles(value) ? 1 : ""}"`;
}
