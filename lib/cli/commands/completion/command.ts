import { Argument, type Command } from "commander";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { bashCompletion } from "./bash.js";
import { fishCompletion } from "./fish.js";
import { surface } from "./surface.js";
import { zshCompletion } from "./zsh.js";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
type Shell = keyof typeof SHELLS;

const HELP = `
Examples:
  source <(schema-gate completion bash)                    this shell; put the line into ~/.bashrc to keep it
  schema-gate completion zsh > "\${fpath[1]}/_schema-gate"   zsh
  schema-gate completion fish > ~/.config/fish/completions/schema-gate.fish`;

export const completion: CommandModule = {
  describe(command: Command): void {
    command
      .addArgument(new Argument("<shell>", "the shell to complete in").choices(Object.keys(SHELLS)))
      .addHelpText("after", HELP);
  },

  async run(io: Io, args): Promise<ExitCode> {
    // Commander has checked it against the choices.
    const shell = args[0] as Shell;
    io.stdout.write(SHELLS[shell](await surface()));
    return 0;
  },
};
