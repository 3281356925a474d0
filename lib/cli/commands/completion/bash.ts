import type { CommandSurface, OptionSurface } from "./surface.js";

/** Shell code that lists the runs of this folder. Their names contain no white space. */
export const LIST_RUNS = "command ls .schema-gate/runs 2>/dev/null";

/** A completion for bash 4 and later. */
export function bashCompletion(commands: readonly CommandSurface[]): string {
  return `# bash completion for schema-gate: source <(schema-gate completion bash)
_schema_gate() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  local place=-1 at words="" options=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((one) => one.name).join(" ")} help --help --version" -- "$word"))
    return
  fi
  for ((at = 2; at <= COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in -*) [ "$at" -eq "$COMP_CWORD" ] && break ;; *) place=$((place + 1)) ;; esac
  done
  case "$command" in
${commands.map(branch).join("\n")}
  esac
  if [ "\${word:0:1}" = "-" ]; then
    COMPREPLY=($(compgen -W "$options --help" -- "$word"))
  elif [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _schema_gate schema-gate
`;
}

function branch(command: CommandSurface): string {
  const lists = command.options.filter((option) => typeof option.value !== "string");
  const lines = [
    `    ${command.name})`,
    `      options="${command.options.flatMap((option) => option.names).join(" ")}"`,
    ...(lists.length > 0 ? [`      case "$before" in`, ...lists.map(afterOption), "      esac"] : []),
    ...places(command),
    "      ;;",
  ];
  return lines.join("\n");
}

function afterOption(option: OptionSurface): string {
  const words = typeof option.value === "string" ? "" : option.value.join(" ");
  return `        ${option.names.join("|")}) COMPREPLY=($(compgen -W "${words}" -- "$word")); return ;;`;
}

function places(command: CommandSurface): readonly string[] {
  const known = command.values.flatMap((value, index) => {
    if (value === "any") return [];
    const words = value === "run" ? `$(${LIST_RUNS})` : value.join(" ");
    return [`        ${index}) words="${words}" ;;`];
  });
  return known.length > 0 ? ['      case "$place" in', ...known, "      esac"] : [];
}
