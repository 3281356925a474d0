import type { Command } from "commander";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import { parseDuration } from "../../../core/config/duration.js";
import { plural } from "../../../core/plural.js";
import { type KeptCopy, listKept, purgeKept } from "../../../steps/kept/kept.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";
import { eachTenantOf } from "./each-tenant.js";

const HELP = `
Examples:
  schema-gate kept list                                  data that migrations destroyed and that can still be restored
  schema-gate kept list --tenant acme
  schema-gate kept purge --older-than 30d --yes          drop copies for good; a rollback can no longer use them`;

export const kept: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<action>", "list or purge")
      .option("--config <file>", "the config", "schema-gate.yaml")
      .option("--tenant <id>", "this tenant alone")
      .option("--older-than <duration>", "purge: only copies older than this, such as 30d")
      .option("--yes", "purge: really drop")
      .option("--json", "print JSON")
      .addHelpText("after", HELP);
  },

  async run(io: Io, [action = ""], options): Promise<ExitCode> {
    if (action !== "list" && action !== "purge") {
      throw new UsageError(`kept ${action} is not known.`, "schema-gate kept list   or   schema-gate kept purge");
    }
    const config = readConfig(io.cwd, String(options.config));
    const tenant = options.tenant === undefined ? null : String(options.tenant);
    const oldEnough = matcher(options.olderThan);
    const purge = action === "purge" && options.yes === true;
    const results = await eachTenantOf(
      io,
      config,
      { tenant, purpose: purge ? "write" : "read" },
      (session, { schema }) => (purge ? purgeKept(session, schema, oldEnough) : listKept(session, schema)),
    );
    const tenants = results.map((each) => ({ tenant: each.tenant, copies: each.result.filter(oldEnough) }));
    if (options.json === true) io.stdout.write(`${JSON.stringify({ action, tenants }, null, 2)}\n`);
    else io.stdout.write(`${render(tenants, purge)}\n`);
    if (action === "purge" && !purge) {
      throw new UsageError("Nothing was dropped: what is dropped cannot be restored.", again(options));
    }
    return 0;
  },
};

/** The same purge, confirmed. */
function again({ config, tenant, olderThan }: Readonly<Record<string, unknown>>): string {
  const given = [
    config === "schema-gate.yaml" ? null : ["--config", config],
    tenant === undefined ? null : ["--tenant", tenant],
    olderThan === undefined ? null : ["--older-than", olderThan],
  ];
  return ["schema-gate kept purge", ...given.flatMap((pair) => pair ?? []), "--yes"].join(" ");
}

function matcher(olderThan: unknown): (copy: KeptCopy) => boolean {
  if (olderThan === undefined) return () => true;
  const age = parseDuration(String(olderThan));
  if (age === null) throw new UsageError(`--older-than ${String(olderThan)} is not a duration such as 12h or 30d.`);
  const limit = systemClock.now() - age;
  return ({ keptAt }) => Date.parse(keptAt) < limit;
}

function render(tenants: readonly { tenant: string; copies: readonly KeptCopy[] }[], purged: boolean): string {
  const lines = tenants.flatMap(({ tenant, copies }) =>
    copies.map((copy) => {
      const size = `${plural(copy.rows, "row")}, ${Math.ceil(copy.bytes / 1024)} kB`;
      return `${printable(tenant)}  ${copy.keptAt.slice(0, 16)}  ${printable(copy.source)}  ${size}  ${printable(copy.file)}`;
    }),
  );
  const sum = plural(lines.length, "copy", "copies");
  return [...lines, purged ? `${sum} dropped` : `${sum} kept aside`].join("\n");
}
