// Completion for zsh, with what each word means beside it.
import { namesOf, type Place, short, takesFiles } from "./model.js";

/** The script: to be sourced, or a file _vantage in a folder of $fpath. */
export function zshScript(places: readonly Place[]): string {
  const known = places.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  const values = places.flatMap(({ path, flags }) =>
    flags.flatMap(({ names, value, isOptional }) => {
      if (value === undefined || (isOptional && value.kind === "text")) return [];
      const patterns = names.map((name) => quoted(`${path} ${name}`)).join("|");
      const files = takesFiles(value) ? " files=1" : "";
      return [`    ${patterns}) wants=1 offers=(${namesOf(value).map(quoted).join(" ")})${files};;`];
    }),
  );
  const offered = places.map(({ path, commands, flags, argument }) => {
    const words = [...commands.map(({ word, text }) => item(word, text)), ...namesOf(argument).map(quoted)];
    const own = flags.flatMap(({ names, description }) => names.map((name) => item(name, short(description))));
    const files = takesFiles(argument) ? " files=1" : "";
    return `      ${quoted(path)}) offers=(${words.join(" ")})${files}\n        flags=(${own.join(" ")});;`;
  });
  return `#compdef vantage
# Completion of vantage for zsh: source <(vantage completion zsh), or a file _vantage in a folder of $fpath
_vantage() {
  local at="" next="" before="$words[CURRENT-1]" current="$words[CURRENT]" wants="" files=""
  local -a given flags offers
  given=("\${(@)words[2,CURRENT-1]}")
  for next in $given; do
    case "\${at:+$at }$next" in
    ${known.join("|")}) at="\${at:+$at }$next";;
    esac
  done
  if [[ "$current" == --*=* ]]; then
    before="\${current%%=*}"
    compset -P '*='
  fi
  case "$at $before" in
${values.join("\n")}
  esac
  if [[ -z "$wants" ]]; then
    case "$at" in
${offered.join("\n")}
    esac
    if [[ "$current" == -* ]]; then
      _describe -o option flags
      return
    fi
  fi
  (( $#offers )) && _describe word offers
  [[ -n "$files" ]] && _files
}
if [[ "$funcstack[1]" == _vantage ]]; then _vantage "$@"; else compdef _vantage vantage; fi
`;
}

/** A word and its meaning as _describe takes them. */
function item(word: string, text: string): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${text}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
