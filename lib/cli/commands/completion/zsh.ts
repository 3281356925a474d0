import { LIST_RUNS } from "./bash.js";
import type { CommandSurface, OptionSurface } from "./surface.js";

/** A completion for zsh. */
export function zshCompletion(commands: readonly CommandSurface[]): string {
  return `#compdef schema-gate
# zsh completion for schema-gate: source <(schema-gate completion zsh)
_schema_gate_runs() {
  local -a runs
  runs=(\${(f)"$(${LIST_RUNS})"})
  compadd -a runs
}
_schema_gate() {
  local -a commands
  commands=(
${commands.map((one) => `    ${quoted(`${one.name}:${one.summary}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(branch).join("\n")}
  esac
}
if [ "$funcstack[1]" = "_schema_gate" ]; then
  _schema_gate "$@"
else
  compdef _schema_gate schema-gate
fi
`;
}

function branch(command: CommandSurface): string {
  const specs = [
    ...command.options.flatMap(optionSpecs),
    ...command.values.map((value, index) =>
      quoted(`${index + 1}:${index === 0 ? command.name : "more"}:${action(value)}`),
    ),
    ...(command.values.length === 0 ? [] : [quoted("*::file:_files")]),
  ];
  return `    ${command.name}) _arguments ${specs.join(" ")} ;;`;
}

function optionSpecs(option: OptionSurface): readonly string[] {
  const summary = option.summary.replace(/[[\]:]/g, "\\$&");
  const value = option.value === "none" ? "" : `:value:${action(option.value === "any" ? "any" : option.value)}`;
  return option.names.map((name) => quoted(`${name}[${summary}]${value}`));
}

function action(value: CommandSurface["values"][number]): string {
  if (value === "run") return "_schema_gate_runs";
  return value === "any" ? "_files" : `(${value.join(" ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
