import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../../api/usage-error.js";
import { compareCatalogs } from "../../core/catalog/compare.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import { comparisonMarkdown, comparisonText } from "../catalog/comparison-text.js";
import { loadCatalog } from "../catalog/load-catalog.js";
import type { CommandModule } from "../command.js";
import { printable } from "../terminal/printable.js";

const HELP = `
Each side is a postgres:// URL, a reference to one (env:NAME, file:PATH), a catalog saved with --save, or the id of a
tenant of the registry.
The first is what should be, the second is what is there. A repair makes the second match the first.

Examples:
  schema-gate diff acme zenith                               two tenants of ./schema-gate.yaml
  schema-gate diff env:GOLDEN_URL env:TENANT_URL
  schema-gate diff postgres://app@db1/acme --save acme.json
  schema-gate diff acme.json postgres://app@db2/beta --format markdown
  schema-gate diff $URL $URL --schema acme --schema beta     two schemas of one shared database

Exit code 1 when they differ. The order of columns counts only with --column-order.`;

/** Two catalogs, object by object. */
export const diff: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<declared>", "what should be")
      .argument("[actual]", "what is")
      .addOption(new Option("--format <format>", "what to write").choices(["text", "json", "markdown"]).default("text"))
      .option("-c, --config <file>", "the config whose registry lists tenants", "schema-gate.yaml")
      .option("--json", "the same as --format json")
      .option("--column-order", "count a different column order as a difference")
      .option("--schema <name>", "the tenant's schema in a shared database; twice when the two differ", collect, [])
      .option("--save <file>", "save the catalog of the first side, for a later comparison")
      .addHelpText("after", HELP);
  },

  async run(io, [first = "", second], options) {
    const schemas = options.schema as readonly string[];
    const config = String(options.config);
    const declared = await loadCatalog(io, first, schemas[0] ?? null, config);
    if (typeof options.save === "string")
      await writeFile(resolve(io.cwd, options.save), `${JSON.stringify(declared)}\n`, { mode: 0o600 });
    if (second === undefined) {
      if (options.save === undefined) throw new UsageError("diff needs two sides", "schema-gate diff --help");
      io.stdout.write(`${fingerprint(declared)}\n`);
      return 0;
    }
    const actual = await loadCatalog(io, second, schemas[1] ?? schemas[0] ?? null, config);
    const comparison = compareCatalogs(actual, declared, { columnOrder: options.columnOrder === true });
    for (const what of new Set([...declared.unseen, ...actual.unseen]))
      io.stderr.write(`Not seen: ${printable(what)}\n`);
    const format = options.json === true ? "json" : options.format;
    if (format === "json") {
      const fingerprints = { declared: fingerprint(declared), actual: fingerprint(actual) };
      io.stdout.write(`${JSON.stringify({ ...comparison, fingerprints }, null, 2)}\n`);
    } else io.stdout.write(format === "markdown" ? comparisonMarkdown(comparison) : comparisonText(io, comparison));
    return comparison.equal ? 0 : 1;
  },
};

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
