import { Command } from "commander";
import { COMMANDS } from "../../commands.js";

export interface OptionSurface {
  /** `--format`, `-o`. */
  readonly names: readonly string[];
  readonly summary: string;
  /** What may follow: nothing, any text, or a closed list. */
  readonly value: "none" | "any" | readonly string[];
}

export interface CommandSurface {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSurface[];
  /** For each argument in order: a run, a closed list, or any text or file. */
  readonly values: readonly ("run" | "any" | readonly string[])[];
}

/** What every command accepts, by its own description. Loads all of them; only `completion` needs that. */
export async function surface(): Promise<readonly CommandSurface[]> {
  return Promise.all(
    COMMANDS.map(async (entry) => {
      const command = new Command(entry.name);
      (await entry.load()).describe(command);
      return {
        name: entry.name,
        summary: entry.summary,
        options: command.options.map((option) => ({
          names: [option.long, option.short].filter((name) => name != null),
          summary: option.description,
          value: option.argChoices ?? (option.required || option.optional ? "any" : "none"),
        })),
        values: command.registeredArguments.map(
          (argument) => argument.argChoices ?? (argument.name() === "run" ? "run" : "any"),
        ),
      };
    }),
  );
}
