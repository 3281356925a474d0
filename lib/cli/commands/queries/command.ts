import { join, relative, resolve, sep } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { readWorkloadSources, WorkloadSourceError } from "../../../adapters/local/workload-sources.js";
import { UsageError } from "../../../api/usage-error.js";
import { workloadConfigSchema } from "../../../core/config/workload-config.js";
import { blocks, compareFindings, type Finding, type Severity } from "../../../core/finding.js";
import type { Migration } from "../../../core/migration/release.js";
import { judgeQueries } from "../../../core/queries/judge.js";
import { queryFindings } from "../../../core/queries/query-findings.js";
import { versionRows } from "../../../core/queries/version-rows.js";
import { renderGithub } from "../../../core/render/github.js";
import { renderJunit } from "../../../core/render/junit.js";
import { renderMarkdown } from "../../../core/render/markdown.js";
import { renderSarif } from "../../../core/render/sarif.js";
import { renderText } from "../../../core/render/text.js";
import { rowText, waveAdvice } from "../../../core/versions/matrix.js";
import type { Workload } from "../../../core/workload/workload.js";
import { DatabaseError } from "../../../ports/database.js";
import { GROWTH_LIMIT } from "../../../steps/proof/prove-folder.js";
import { examineRelease } from "../../../steps/queries/examine-release.js";
import { type CommandModule, type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import { onInterrupt } from "../../run/signals.js";
import { findingStyle } from "../../terminal/finding-style.js";
import { printable } from "../../terminal/printable.js";
import { styleFor } from "../../terminal/style.js";
import { packageVersion } from "../../version.js";
import { openRelease, SETTINGS } from "./open-release.js";

const FORMATS = ["text", "json", "github", "sarif", "junit", "markdown"];

const HELP = `
Examples:
  schema-gate queries --release migrations/ --workload workload.json          the newest migration, on a server of its own
  schema-gate queries --release migrations/ --at v1.8 v1.9 --last 2           the queries of two tags, over the newest two
  schema-gate queries --release migrations/ --workload workload.json --url postgres://app@staging/shop
                                      on a clone of that database: runs what its ledger lacks, with its rows and statistics
  schema-gate queries --release migrations/ --code src/ --format github       annotations on the pull request

Exit 1: a query breaks, or a row is refused. Plans are estimates; without --url they are for empty tables.`;

/** The defaults of a run whose config says nothing. */
const DEFAULTS = workloadConfigSchema.parse({});

function severity(flags: string, what: string): Option {
  return new Option(`${flags} <severity>`, what).choices(["error", "warning", "note"]).default("warning");
}

export const queries: CommandModule = {
  describe(command: Command): void {
    command
      .requiredOption("--release <folder>", "folder with the migrations")
      .option("--workload <file...>", "what `schema-gate workload save` wrote")
      .option("--sql <path...>", "SQL files, or folders of them")
      .option("--code <folder...>", "folders with the application's code")
      .option("--at <version...>", "tags, branches or commits of this repository")
      .option("--url <url>", "database to clone on its own server; without one an embedded server is started")
      .addOption(
        new Option(
          "--last <count>",
          "so many of the newest migrations are the release (default: 1, or what the ledger lacks)",
        ).argParser(wholeNumber),
      )
      .addOption(new Option("--seed <rows>", "fill empty tables with this many rows").argParser(wholeNumber).default(0))
      .option("--role <name>", "the application's role, where a source does not name one")
      .option("--required", "treat queries that were not examined as errors")
      .addOption(severity("--retyped", "other result columns; error where sessions keep prepared statements"))
      .addOption(severity("--slower", "a plan that is estimated to cost more"))
      .addOption(
        new Option("--cost-factor <times>", "how much more a plan may cost")
          .argParser(factor)
          .default(DEFAULTS.costFactor),
      )
      .addOption(
        new Option("--large-table <rows>", "report a lost index scan on tables of at least this many rows")
          .argParser(wholeNumber)
          .default(DEFAULTS.largeTable),
      )
      .addOption(new Option("--format <format>", "what to write").choices(FORMATS).default("text"))
      .option("--json", "the same as --format json")
      .addHelpText("after", HELP);
  },

  async run(io: Io, _args, options): Promise<ExitCode> {
    const workload = await read(io, options);
    const stop = new AbortController();
    const forget = onInterrupt(io, () => stop.abort(), "dropping the clones");
    try {
      const report = await examine(io, workload, options, stop.signal);
      const format = options.json === true ? "json" : String(options.format);
      io.stdout.write(rendered(io, report, format));
      return report.passed ? 0 : 1;
    } catch (error) {
      if (stop.signal.aborted) throw new UnfinishedError("stopped before the end; nothing was left behind");
      if (error instanceof DatabaseError)
        throw new UnfinishedError(`the queries could not be examined: ${error.message} [${error.code}]`);
      throw error;
    } finally {
      forget();
    }
  },
};

async function read(io: Io, options: Readonly<Record<string, unknown>>): Promise<Workload> {
  const of = (name: string) => (options[name] as readonly string[] | undefined) ?? [];
  const sources = { saved: of("workload"), sql: of("sql"), code: of("code"), versions: of("at"), logs: [] };
  if (Object.values(sources).every((list) => list.length === 0))
    throw new UsageError(
      "No workload was named.",
      "schema-gate queries --release FOLDER --workload FILE   or --sql, --code, --at",
    );
  try {
    return await readWorkloadSources({ directory: io.cwd, databases: null, ...sources });
  } catch (error) {
    if (error instanceof WorkloadSourceError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

async function examine(io: Io, workload: Workload, options: Readonly<Record<string, unknown>>, signal: AbortSignal) {
  const release = await openRelease(resolve(io.cwd, String(options.release)), {
    url: options.url === undefined ? null : String(options.url),
    last: options.last === undefined ? null : Number(options.last),
    seed: Number(options.seed),
    signal,
  });
  try {
    const role = options.role === undefined ? null : String(options.role);
    const { migrations, makeClone } = release;
    const common = { cluster: "release", schema: null, difference: null, thorough: false, growthLimit: GROWTH_LIMIT };
    const examined = await examineRelease(
      { ...common, migrations, makeClone, settings: SETTINGS, clock: systemClock, signal },
      workload.queries,
      { schema: null, role, plans: true },
    );
    const judged = judgeQueries(examined, {
      costFactor: Number(options.costFactor),
      largeTable: Number(options.largeTable),
    });
    const policy = {
      retyped: options.retyped as Severity,
      slower: options.slower as Severity,
      required: options.required === true,
      accept: [],
      now: systemClock.now(),
    };
    const folder = relative(io.cwd, resolve(io.cwd, String(options.release)));
    const findings = queryFindings(judged, examined, workload, policy)
      .map((finding) => placedIn(folder, finding, migrations))
      .toSorted(compareFindings);
    const matrix = versionRows(judged, workload.versions);
    return {
      passed: !blocks(findings),
      server: release.server,
      release: migrations.map(({ version }) => version),
      examined: examined.queries.length,
      matrix,
      advice: waveAdvice(matrix),
      findings,
      remarks: workload.remarks,
      ms: examined.ms,
    };
  } finally {
    await release.close();
  }
}

/** Places in a migration are relative to the release's folder; the others to where the command runs. */
function placedIn(folder: string, finding: Finding, migrations: readonly Migration[]): Finding {
  const { source } = finding;
  if (!source || !migrations.some(({ up }) => up.statements.some((statement) => statement.source === source)))
    return finding;
  return { ...finding, source: { ...source, file: join(folder, source.file).split(sep).join("/") } };
}

function rendered(io: Io, report: Awaited<ReturnType<typeof examine>>, format: string): string {
  const { findings, advice, remarks } = report;
  const version = packageVersion();
  if (format === "json") return `${JSON.stringify(report, null, 2)}\n`;
  if (format === "github") return renderGithub(findings);
  if (format === "sarif") return renderSarif(findings, { version });
  if (format === "junit") return renderJunit(findings, { name: "schema-gate queries", checked: ["queries"] });
  if (format === "markdown") return renderMarkdown(findings, { title: "Schema Gate: queries", version });
  const lines = [...report.matrix.map(rowText), advice.text, ...remarks].map(printable);
  const body = findings.length > 0 ? `${renderText(findings, () => undefined, findingStyle(styleFor(io)))}\n` : "";
  return `${body}${lines.join("\n")}\n`;
}

function factor(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 1) throw new InvalidArgumentError("A number of at least 1 was expected.");
  return value;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("A whole number was expected.");
  return Number(text);
}
