import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { Argument, type Command } from "commander";
import { UsageError } from "../../../api/usage-error.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { runFolder } from "../../run-folder.js";
import { anchorRun } from "./anchor.js";
import { proveInRun } from "./prove.js";
import { showTrail } from "./show.js";
import { verifyFolder } from "./verify.js";

const HELP = `
Examples:
  schema-gate audit verify 20240115-093000-a1b2          is the record of the run whole?
  schema-gate audit verify ./copy --key audit-key.pub.pem  offline, on a copy, with the key you trust
  schema-gate audit anchor 20240115-093000-a1b2 --git-tag  keep where its trail ends, out of the folder's reach
  schema-gate audit prove 20240115-093000-a1b2 042-prod  one tenant's records, with their proofs
  schema-gate audit show 20240115-093000-a1b2 --action approval.
  schema-gate audit send                                 send webhooks the events they lack, of every run
  schema-gate audit show 20240115-093000-a1b2 --tenant 042-prod --since 2024-01-15T09:00Z

The format is described in docs/audit.md; examples/verify-audit.mjs checks it without this program.`;

export const audit: CommandModule = {
  describe(command: Command): void {
    command
      .addArgument(new Argument("<what>", "what to do").choices(["verify", "prove", "show", "anchor", "send"]))
      .argument("[run]", "id of a run, or the path of its folder; default: the newest run, for send every run")
      .argument("[tenant]", "prove: the tenant")
      .option("--key <file>", "verify: the public key (PEM) that must have sealed the run")
      .option("--anchor <file>", "verify: a line that `audit anchor` gave, kept elsewhere; - for standard input")
      .option("--git-tag", "anchor: as an annotated tag of the repository in this folder")
      .option(
        "--command <line>",
        "anchor: hand it to a shell command on standard input, and as the file $SCHEMA_GATE_ANCHOR",
      )
      .option("--tenant <id>", "show: what happened to one tenant")
      .option("--gate <name>", "show: one gate, step or phase")
      .option("--action <start>", "show: actions that start so, such as approval.")
      .option("--since <time>", "show: from this time on (RFC 3339)")
      .option("--until <time>", "show: up to this time (RFC 3339)")
      .option("--json", "for machines")
      .addHelpText("after", HELP);
  },

  async run(io: Io, args, options): Promise<ExitCode> {
    const [what, run, tenant] = args;
    if (what === "send") {
      const { sendTrails } = await import("./send.js");
      return sendTrails(io, run, options.json === true);
    }
    const folder = runFolder(io, run);
    const json = options.json === true;
    if (what === "verify")
      return verifyFolder(io, folder, {
        key: text(options.key),
        anchor: text(options.anchor),
        run: run !== undefined && isId(io, run) ? run : null,
        json,
      });
    if (what === "anchor")
      return anchorRun(io, folder, {
        gitTag: options.gitTag === true,
        command: text(options.command),
      });
    if (what === "show")
      return showTrail(io, folder, {
        tenant: text(options.tenant),
        gate: text(options.gate),
        action: text(options.action),
        since: time(options.since, "--since"),
        until: time(options.until, "--until"),
        json,
      });
    if (tenant === undefined)
      throw new UsageError("audit prove needs a tenant.", `schema-gate audit prove ${run ?? basename(folder)} TENANT`);
    return proveInRun(io, folder, tenant, json);
  },
};

/** An id names a run of this workspace; any other word is a folder's path, whatever its name. */
function isId(io: Io, run: string): boolean {
  return basename(run) === run && existsSync(join(io.cwd, ".schema-gate", "runs", run));
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Milliseconds since the epoch. A time without a zone is UTC, as everywhere in the record. */
function time(value: unknown, option: string): number | null {
  if (typeof value !== "string") return null;
  const zoned = /(Z|[+-]\d\d:\d\d)$/i.test(value) || /^\d{4}-\d\d-\d\d$/.test(value) ? value : `${value}Z`;
  const parsed = Date.parse(zoned);
  if (Number.isNaN(parsed)) throw new UsageError(`${option} ${value} is not a time.`, `${option} 2024-01-15T09:30:00Z`);
  return parsed;
}
