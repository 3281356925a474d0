import { once } from "node:events";
import type { Command } from "commander";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { packageVersion } from "../../version.js";

const HELP = `
Offers commands as tools on standard input and output (Model Context Protocol): lint, rules, contract, status, report and
audit, which read files. Tools that connect to databases or run code of the repository are off unless you allow them here. None of them
approves, runs or rolls back.

Examples:
  schema-gate mcp
  schema-gate mcp --connect --config schema-gate.yaml      also inspect, diff and doctor
  { "mcpServers": { "schema-gate": { "command": "npx", "args": ["schema-gate", "mcp"] } } }   in an agent's config`;

export const mcp: CommandModule = {
  describe(command: Command): void {
    command
      .option("--connect", "also tools that connect to the databases of the config: inspect, diff, doctor")
      .option(
        "--execute",
        "also what runs code of the repository: check, prove, and rules of the config's own modules in lint",
      )
      .option(
        "-c, --config <file>",
        "the config; a change of it ends both until the server is started again",
        "schema-gate.yaml",
      )
      .addHelpText("after", HELP);
  },

  async run(io: Io, _args, options): Promise<ExitCode> {
    // Loaded here: the SDK is larger than most commands, which never need it.
    const { serveStdio, StdioServerTransport } = await import("@modelcontextprotocol/server/stdio");
    const { mcpServer } = await import("./server.js");
    const allowed = {
      connect: options.connect === true,
      execute: options.execute === true,
      config: String(options.config),
    };
    const transport = new StdioServerTransport(io.stdin, io.stdout);
    const handle = serveStdio(() => mcpServer(io, packageVersion(), allowed), { transport });
    await once(io.stdin, "end");
    await handle.close();
    return 0;
  },
};
