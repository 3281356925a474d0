import type { Command } from "commander";
import { groupBy } from "../../../core/group-by.js";
import { plural } from "../../../core/plural.js";
import { shellWord } from "../../../core/render/shell-word.js";
import { shortList } from "../../../core/short-list.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import type { AdoptOutput } from "../../json/adopt.js";
import { describeSelection, selectionOf } from "../../run/selection-options.js";
import { printable } from "../../terminal/printable.js";
import { adoptFleet } from "./adopt.js";

const HELP = `
Examples:
  schema-gate adopt                           which tenants have the schema that the whole folder leads to
  schema-gate adopt --to 20240101             the same for the folder up to this migration
  schema-gate adopt --to 20240101 --yes       record that in their ledgers

For tenants that had their migrations by hand, or by a tool that kept no ledger. The migrations run on an empty database, and each tenant's
schema is compared with what they lead to, object by object. A tenant that differs gets no ledger, unless the config allows the difference
(drift.allow). The ledger is the framework's own, written as a rollout writes it. Migrations that write rows are named: no schema shows
whether they ran. Nothing else in the tenant is changed, and without --yes nothing at all.

Exit codes: 0 every tenant has a ledger, or could have one · 1 a tenant differs or is refused · 2 wrong usage or config · 3 unknown`;

/** A history that tenants have without a ledger. */
export const adopt: CommandModule = {
  describe(command: Command): void {
    describeSelection(command)
      .option("--to <version>", "the last migration that they have; default: the newest of the folder")
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("-y, --yes", "record it; without this, adopt only compares")
      .option("--json", "print as JSON on standard output")
      .addHelpText("after", HELP);
  },

  async run(io, _, options) {
    const to = options.to === undefined ? null : String(options.to);
    const file = String(options.config);
    const output = await adoptFleet(io, { file, to, selection: selectionOf(options), yes: options.yes === true });
    if (options.json === true) io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
    else print(io, output, again(options));
    return codeOf(output);
  },
};

function codeOf({ tenants }: AdoptOutput): ExitCode {
  const outcomes = new Set(tenants.map(({ outcome }) => outcome));
  if (outcomes.has("unknown")) return 3;
  return outcomes.has("differs") || outcomes.has("refused") ? 1 : 0;
}

/** The same command, which records. */
function again({ to, config, tenant, group, exclude }: Readonly<Record<string, unknown>>): string {
  const given = (name: string, values: unknown) =>
    [values ?? []].flat().length === 0 ? [] : [name, ...[values].flat().map((value) => shellWord(String(value)))];
  return [
    "schema-gate adopt",
    ...given("--to", to),
    ...given("--config", config === "schema-gate.yaml" ? [] : config),
    ...given("--tenant", tenant),
    ...given("--group", group),
    ...given("--exclude", exclude),
    "--yes",
  ].join(" ");
}

/** Tenants that a line names. */
const MOST_NAMES = 5;

function print(io: Io, output: AdoptOutput, yes: string): void {
  const { migrations, unseen, tenants, trail, dry } = output;
  const newest = migrations.at(-1);
  const history = `${plural(migrations.length, "migration")}${newest === undefined ? "" : ` up to ${newest}`}`;
  const say = (text: string) => io.stdout.write(`${printable(text)}\n`);
  for (const [text, members] of groupBy(tenants, (tenant) => said(tenant, history))) {
    const names = members.map(({ tenant }) => tenant);
    say(`${shortList(names, MOST_NAMES)}: ${text}`);
  }
  if (unseen.length > 0 && tenants.some(({ outcome }) => outcome === "same" || outcome === "adopted"))
    io.stderr.write(
      printable(`No schema shows whether these ran, since they write rows: ${unseen.join(", ")}. Make sure of them.\n`),
    );
  if (trail !== null) say(`Audit trail: ${trail}`);
  if (tenants.some(({ outcome }) => outcome === "adopted"))
    say("Next: schema-gate status --fleet, then schema-gate check");
  const ready = tenants.filter(({ outcome }) => outcome === "same").length;
  if (dry && ready > 0) say(`Nothing was recorded. For ${plural(ready, "tenant")}, do it with: ${yes}`);
}

function said({ outcome, differences, reason }: AdoptOutput["tenants"][number], history: string): string {
  switch (outcome) {
    case "same":
      return `the schema is that of ${history}`;
    case "adopted":
      return `recorded ${history}`;
    case "recorded":
      return `the ledger has ${history} already`;
    case "differs":
      return [`not recorded, the schema is not that of ${history}:`, ...differences].join("\n  ");
    case "refused":
      return `not recorded: ${reason}`;
    case "unknown":
      return `not recorded, unknown: ${reason}`;
  }
}
