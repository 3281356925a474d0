import { stat } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { readWorkloadSources, WorkloadSourceError } from "../../../adapters/local/workload-sources.js";
import { schemaDifference } from "../../../adapters/pg-delta/schema-difference.js";
import { openProofDatabases } from "../../../api/open-proof-databases.js";
import { openServer, type ProveServer } from "../../../api/open-server.js";
import { UsageError } from "../../../api/usage-error.js";
import type { Release } from "../../../core/migration/release.js";
import type { ReleaseFile } from "../../../core/migration/source-file.js";
import { plural } from "../../../core/plural.js";
import { ledgerFor } from "../../../core/release/ledgers/ledgers.js";
import { readRelease } from "../../../core/release/read-release.js";
import type { WorkloadQuery } from "../../../core/workload/workload.js";
import { GROWTH_LIMIT } from "../../../steps/proof/prove-folder.js";
import { type RewrittenMigration, rewriteFolder } from "../../../steps/rewrite/rewrite-folder.js";
import { type CommandModule, type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import { onInterrupt } from "../../run/signals.js";
import { Progress } from "../../terminal/progress.js";
import { styleFor } from "../../terminal/style.js";
import { rewriteJson } from "./rewrite-json.js";
import { rewriteText } from "./rewrite-text.js";
import { filesOf, type PlanFiles, targetsOf, writeSteps } from "./written-files.js";

const HELP = `
Examples:
  schema-gate rewrite migrations/                     the newest migration, as steps that hold no lock for long
  schema-gate rewrite migrations/0007_orders.sql      this one
  schema-gate rewrite migrations/ --last 3 --json     the newest three, for CI
  schema-gate rewrite migrations/ --write             replace the migration with the steps
  schema-gate rewrite migrations/ --workload workload.json
                                      also with what the application writes between the steps

The earlier migrations create the schema, on a server of its own or at --url. It prints a plan only if it proved it: the original ran on one
clone, the steps on another, and schema and rows were the same. Steps that must wait for a later release go to FOLDER-contract/.

Exit code 0: rewritten, or nothing to rewrite. 1: a migration was refused, with its reason.`;

/** Long enough for a plan over generated rows, short enough for a statement that never ends. */
const TIME = 10 * 60_000;
const SETTINGS = { lockTimeout: 5_000, statementTimeout: TIME, concurrentTimeout: TIME };

export const rewrite: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<path>", "a migration, or a folder of them")
      .option("--write", "replace the migration with the steps")
      .option("--url <url>", "server to make scratch databases on; without one an embedded server is started")
      .option("--convention <name>", "naming convention of the files (default: detected)")
      .addOption(new Option("--last <count>", "of a folder: the newest migrations").argParser(wholeNumber).default(1))
      .addOption(
        new Option("--seed <rows>", "fill empty tables with this many rows").argParser(wholeNumber).default(100),
      )
      .option(
        "--workload <file...>",
        "run the application's writes between the steps, too (see `schema-gate workload save`)",
      )
      .option("--json", "print JSON")
      .addHelpText("after", HELP);
  },

  async run(io: Io, [path = ""], options): Promise<ExitCode> {
    const place = await read(io, path, options);
    const workload = await readWorkload(io, (options.workload as readonly string[] | undefined) ?? []);
    const stop = new AbortController();
    const forget = onInterrupt(io, () => stop.abort(), "dropping what the proof made");
    try {
      const server = await openServer(options.url === undefined ? null : String(options.url));
      try {
        const results = await rewriteAll(io, { ...place, workload }, server, Number(options.seed), stop.signal);
        return await say(io, place, server, results, options);
      } finally {
        await server.stop();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      throw new UnfinishedError("stopped before the end; nothing was written and nothing was left behind");
    } finally {
      forget();
    }
  },
};

interface Place {
  readonly folder: string;
  readonly files: readonly ReleaseFile[];
  readonly release: Release;
  readonly targets: ReadonlySet<string>;
}

async function read(io: Io, path: string, options: Readonly<Record<string, unknown>>): Promise<Place> {
  const absolute = resolve(io.cwd, path);
  const found = await stat(absolute).catch(() => null);
  if (!found) throw new UsageError(`${path} is not there.`, "schema-gate rewrite PATH");
  const folder = found.isDirectory() ? absolute : folderOf(absolute);
  const files = await readReleaseFolder(folder);
  const named = typeof options.convention === "string" ? { convention: options.convention } : {};
  const release = await readRelease(files, named);
  const { migrations } = release;
  const file = relative(folder, absolute).split("\\").join("/");
  const chosen = found.isDirectory()
    ? migrations.slice(-Math.max(1, Number(options.last)))
    : migrations.filter(({ up }) => up.file === file);
  if (chosen.length === 0)
    throw new UsageError(
      `${path} is not a migration of ${release.convention}.`,
      "schema-gate rewrite PATH --convention NAME",
    );
  return { folder, files, release, targets: new Set(chosen.map(({ version }) => version)) };
}

async function readWorkload(io: Io, saved: readonly string[]): Promise<readonly WorkloadQuery[]> {
  try {
    const sources = { saved, sql: [], code: [], versions: [], logs: [], databases: null };
    return (await readWorkloadSources({ directory: io.cwd, ...sources })).queries;
  } catch (error) {
    if (error instanceof WorkloadSourceError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

/** For a migration with its own folder (`0007_orders/up.sql`), the folder around that. */
function folderOf(file: string): string {
  const own = dirname(file);
  return /^(?:up|migration)\.sql$/.test(basename(file)) && /\d/.test(basename(own)) ? dirname(own) : own;
}

async function rewriteAll(
  io: Io,
  { release, targets, workload }: Place & { readonly workload: readonly WorkloadQuery[] },
  server: ProveServer,
  seed: number,
  signal: AbortSignal,
): Promise<readonly RewrittenMigration[]> {
  const progress = new Progress(io, () => systemClock.monotonic());
  const databases = await openProofDatabases(server.endpoint, signal);
  progress.start("Rewrite", targets.size);
  try {
    const results = await rewriteFolder({
      migrations: release.migrations,
      convention: release.convention,
      targets,
      workload,
      databases,
      difference: schemaDifference,
      ledger: ledgerFor(release.convention, null),
      settings: SETTINGS,
      clock: systemClock,
      growthLimit: GROWTH_LIMIT,
      seed,
      signal,
      done: () => progress.advance(),
    });
    progress.end(summaryOf(results));
    return results;
  } finally {
    await databases.chain.drop();
  }
}

async function say(
  io: Io,
  place: Place,
  server: ProveServer,
  results: readonly RewrittenMigration[],
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const { release, files: folder } = place;
  const files: PlanFiles[] = [];
  for (const result of results)
    files.push(
      result.outcome === "rewritten"
        ? await filesOf(release, result.migration, result, folder)
        : { steps: [], unwritten: null },
    );
  const isWhole =
    results.every(({ outcome }) => outcome !== "refused") && files.every(({ unwritten }) => unwritten === null);
  const written = options.write === true && isWhole ? await write(io, place, results, files) : null;
  if (options.json === true) {
    const migrations = results.map((result, at) => rewriteJson(result, files[at] ?? { steps: [], unwritten: null }));
    const output = { server: server.name, convention: release.convention, written: written !== null, migrations };
    io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
  } else {
    const style = styleFor(io);
    const texts = results.map((result, at) => rewriteText(result, files[at] ?? { steps: [], unwritten: null }, style));
    io.stdout.write(`${texts.join("\n")}\n${closing(results, written, options.write === true)}\n`);
  }
  return isWhole ? 0 : 1;
}

async function write(
  io: Io,
  { folder }: Place,
  results: readonly RewrittenMigration[],
  files: readonly PlanFiles[],
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [at, { migration, outcome }] of results.entries())
    if (outcome === "rewritten")
      paths.push(...(await writeSteps(migration, files[at]?.steps ?? [], targetsOf(folder))));
  return paths.map((path) => relative(io.cwd, path));
}

function closing(results: readonly RewrittenMigration[], written: readonly string[] | null, asked: boolean): string {
  const summary = `${summaryOf(results)}.`;
  if (written !== null) return [summary, ...written.map((path) => `  wrote ${path}`)].join("\n");
  if (asked) return `${summary} Nothing was written.`;
  return results.some(({ outcome }) => outcome === "rewritten")
    ? `${summary} --write puts the steps in their place.`
    : summary;
}

function summaryOf(results: readonly RewrittenMigration[]): string {
  const count = (outcome: RewrittenMigration["outcome"]) => results.filter((each) => each.outcome === outcome).length;
  return `${plural(results.length, "migration")}: ${count("rewritten")} rewritten and proved, ${count("unchanged")} with nothing to rewrite, ${count("refused")} refused`;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("A whole number was expected.");
  return Number(text);
}
