import { Command, CommanderError } from "commander";
import { UsageError } from "../api/usage-error.js";
import { type ExitCode, UnfinishedError } from "./command.js";
import { COMMANDS } from "./commands.js";
import type { Io } from "./io.js";
import { printable } from "./terminal/printable.js";
import { packageVersion } from "./version.js";

const FOOTER = `
Start here:
  schema-gate demo                       247 tenants on an embedded PostgreSQL, from nothing to rolled out
  schema-gate init                       write a commented schema-gate.yaml for your own databases
  schema-gate check                      every gate, nothing changed
  schema-gate run                        the gates, the approval, the rollout

Exit codes: 0 passed · 1 a gate said no · 2 wrong usage or config · 3 could not finish · 4 waiting
`;

/** Runs one command line. Never throws and never exits; the entry point turns the code into the process's. */
export async function main(io: Io, argv: readonly string[]): Promise<ExitCode> {
  const program = rootCommand(io);
  let code: ExitCode = 0;
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary).description(entry.summary);
    if (argv[0] !== entry.name && !(argv[0] === "help" && argv[1] === entry.name)) continue;
    const module = await entry.load();
    module.describe(command);
    command.action(async () => {
      code = await module.run(io, command.processedArgs.flat().filter(isText), command.opts());
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return explain(io, error);
  }
}

function rootCommand(io: Io): Command {
  return new Command("schema-gate")
    .description("Safety gates for PostgreSQL schema migrations over hundreds of tenant databases.")
    .version(packageVersion(), "-V, --version")
    .addHelpText("after", FOOTER)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .configureHelp({ helpWidth: Math.max(40, Math.min(io.columns, 110)) });
}

function explain(io: Io, error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known = error instanceof UsageError || error instanceof UnfinishedError;
  const message = error instanceof Error ? error.message : String(error);
  io.stderr.write(`schema-gate: ${printable(message)}\n`);
  if (known && error.next) io.stderr.write(`  next: ${printable(error.next)}\n`);
  if (io.env.SCHEMA_GATE_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
  return error instanceof UsageError ? 2 : 3;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
