import { once } from "node:events";
import type { Command } from "commander";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { packageVersion } from "../../version.js";

const HELP = `
Offers the read-only commands as tools on standard input and output (Model Context Protocol). Approving, running and
rolling back are not among them.

Examples:
  schema-gate mcp
  { "mcpServers": { "schema-gate": { "command": "npx", "args": ["schema-gate", "mcp"] } } }   in an agent's config`;

export const mcp: CommandModule = {
  describe(command: Command): void {
    command.addHelpText("after", HELP);
  },

  async run(io: Io): Promise<ExitCode> {
    // Loaded here: the SDK weighs more than most commands, which never need it.
    const { serveStdio, StdioServerTransport } = await import("@modelcontextprotocol/server/stdio");
    const { mcpServer } = await import("./server.js");
    const transport = new StdioServerTransport(io.stdin, io.stdout);
    const handle = serveStdio(() => mcpServer(io, packageVersion()), { transport });
    await once(io.stdin, "end");
    await handle.close();
    return 0;
  },
};
