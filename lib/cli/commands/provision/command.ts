import type { Command } from "commander";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { plural } from "../../../core/plural.js";
import type { CommandModule } from "../../command.js";
import type { Io } from "../../io.js";
import type { ProvisionOutput } from "../../json/provision.js";
import { printable } from "../../terminal/printable.js";
import { duration } from "../../terminal/style.js";
import { provision as make, RefusedError } from "./provision.js";

const HELP = `
Examples:
  schema-gate provision acme           the database or schema that the registry names for acme
  schema-gate provision acme --json    for the program that signs customers up

The registry must list the tenant; its database, or its schema in a shared database, must not exist yet. The tenant gets the migrations
that the fleet has, by the ledgers of up to five tenants, and a ledger as the framework would write it. Its schema is compared with the
declared one before the database gets its name. If anything fails, nothing is left behind. Refused while a rollout changes tenants, and
when the tenants do not have the same migrations.

Exit codes: 0 made · 1 refused, or its schema is not the declared one · 2 wrong usage or config, or the name is taken · 3 could not finish`;

/** A new tenant, with the schema that the fleet has. */
export const provision: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<tenant>", "its id in the registry")
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--json", "print as JSON on standard output")
      .addHelpText("after", HELP);
  },

  async run(io, [tenant = ""], options) {
    const started = systemClock.monotonic();
    try {
      const made = await make(io, tenant, String(options.config));
      const output = { ...made, ms: Math.round(systemClock.monotonic() - started) };
      if (options.json === true) io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
      else print(io, output);
      return output.outcome === "provisioned" ? 0 : 1;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      io.stderr.write(`schema-gate: ${printable(error.message)}\n  next: ${printable(error.next)}\n`);
      return 1;
    }
  },
};

function print(io: Io, made: ProvisionOutput): void {
  const { tenant, host, database, schema, migrations, pending, like, differences } = made;
  for (const text of made.leftOut) io.stderr.write(`Left out, as on every clone: ${printable(text)}\n`);
  const place = schema === null ? `database ${database}` : `schema ${schema} of database ${database}`;
  if (made.outcome === "differs") {
    io.stderr.write(`${printable(tenant)} was not made: its schema would not be the declared one.\n`);
    for (const difference of differences) io.stderr.write(`  ${printable(difference)}\n`);
    io.stderr.write("  next: schema-gate inspect   (does the fleet have the declared schema?)\n");
    return;
  }
  const newest = migrations.at(-1);
  const has = `${plural(migrations.length, "migration")}${newest === undefined ? "" : ` up to ${newest}`}`;
  io.stdout.write(
    `${printable(`${tenant}: ${place} on ${host}, ${has}`)}; its schema is the declared one (${duration(made.ms)})\n`,
  );
  if (made.template === "in use")
    io.stderr.write("Somebody is connected to the template database, so it was made without it.\n");
  if (made.template === "not kept") io.stderr.write("A template of it could not be kept for the next ones.\n");
  if (pending.length > 0)
    io.stdout.write(
      `  ${printable(`Like ${like.join(", ")}, it lacks ${pending.join(", ")}`)}. Next: schema-gate check\n`,
    );
}
