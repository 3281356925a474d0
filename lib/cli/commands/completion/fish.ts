import { LIST_RUNS } from "./bash.js";
import type { CommandSurface, OptionSurface } from "./surface.js";

/** A completion for fish 3 and later. */
export function fishCompletion(commands: readonly CommandSurface[]): string {
  return `# fish completion for schema-gate: schema-gate completion fish | source
${commands.map((one) => `complete -c schema-gate -f -n __fish_use_subcommand -a ${one.name} -d ${quoted(one.summary)}`).join("\n")}
${commands.flatMap((one) => [...one.options.map((option) => optionLine(one, option)), ...valueLines(one)]).join("\n")}
`;
}

function optionLine(command: CommandSurface, option: OptionSurface): string {
  const names = option.names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  const value =
    option.value === "none" ? "" : option.value === "any" ? " -r" : ` -x -a ${quoted(option.value.join(" "))}`;
  return `complete -c schema-gate -n ${inside(command)} ${names.join(" ")}${value} -d ${quoted(option.summary)}`;
}

function valueLines(command: CommandSurface): readonly string[] {
  return command.values.flatMap((value) => {
    if (value === "any") return [];
    const words = value === "run" ? `(${LIST_RUNS})` : value.join(" ");
    return [`complete -c schema-gate -f -n ${inside(command)} -a ${quoted(words)}`];
  });
}

function inside(command: CommandSurface): string {
  return quoted(`__fish_seen_subcommand_from ${command.name}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
