import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { schemaDifference } from "../../../adapters/pg-delta/schema-difference.js";
import { openProofDatabases } from "../../../api/open-proof-databases.js";
import { openServer, type ProveServer } from "../../../api/open-server.js";
import { readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import type { Migration, Release } from "../../../core/migration/release.js";
import { ledgerFor } from "../../../core/release/ledgers/ledgers.js";
import { type ReadReleaseOptions, readRelease } from "../../../core/release/read-release.js";
import { GROWTH_LIMIT, isProved, type ProvedMigration, proveFolder } from "../../../steps/proof/prove-folder.js";
import { type CommandModule, type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import { onInterrupt } from "../../run/signals.js";
import { printable } from "../../terminal/printable.js";
import { Progress } from "../../terminal/progress.js";
import { styleFor } from "../../terminal/style.js";
import { renderTable, summaryOf } from "./table.js";

const HELP = `
Examples:
  schema-gate prove migrations/                   every migration up, down and up again, on a server of its own
  schema-gate prove migrations/ --seed 20         with generated rows, so that data loss shows
  schema-gate prove migrations/ --url postgres://postgres@localhost:5432/postgres
  schema-gate prove migrations/ --last 3 --json   the newest three, for CI

exact: schema and rows as before. order: the same, but with another column order. differs, error, none: not proved.`;

/** Long enough for any migration of an empty schema, short enough for one that never ends. */
const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

export const prove: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<path>", "folder with migrations")
      .option("--url <url>", "server to make scratch databases on; without one an embedded server is started")
      .option("--convention <name>", "naming convention of the files (default: detected)")
      .option("--config <file>", "the config, if there is one; what it says about the files counts", "schema-gate.yaml")
      .addOption(new Option("--seed <rows>", "fill empty tables with this many rows").argParser(wholeNumber).default(0))
      .addOption(new Option("--last <count>", "prove only the newest migrations").argParser(wholeNumber))
      .option("--thorough", "also kill and resume after every statement")
      .option("--json", "print JSON")
      .addHelpText("after", HELP);
  },

  async run(io: Io, [path = ""], options): Promise<ExitCode> {
    const release = await read(io, path, options);
    const stop = new AbortController();
    const forget = onInterrupt(io, () => stop.abort(), "dropping what the proof made");
    const results: ProvedMigration[] = [];
    let finished = false;
    try {
      const server = await openServer(options.url === undefined ? null : String(options.url));
      try {
        await proveAll(io, release, server, results, {
          seed: Number(options.seed),
          last: options.last === undefined ? null : Number(options.last),
          thorough: options.thorough === true,
          signal: stop.signal,
        });
        finished = true;
      } finally {
        // What was proved before something stopped it is still reported.
        print(io, { results, release, server, finished }, options.json === true);
        await server.stop();
      }
      return results.every(isProved) && unreadBy(release).length === 0 ? 0 : 1;
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      const left = release.migrations.length - results.length;
      throw new UnfinishedError(
        `stopped before the end, ${left} of ${release.migrations.length} migrations are not proved; nothing was left behind`,
      );
    } finally {
      forget();
    }
  },
};

interface ProveOptions {
  readonly seed: number;
  readonly last: number | null;
  readonly thorough: boolean;
  readonly signal: AbortSignal;
}

async function proveAll(
  io: Io,
  release: Release,
  server: ProveServer,
  results: ProvedMigration[],
  options: ProveOptions,
): Promise<void> {
  const { migrations } = release;
  const progress = new Progress(io, () => systemClock.monotonic());
  options.signal.throwIfAborted();
  const databases = await openProofDatabases(server.endpoint, options.signal);
  const only = options.last === null ? null : new Set(newest(migrations, options.last));
  progress.start("Prove", only?.size ?? migrations.length);
  try {
    await proveFolder({
      migrations,
      databases,
      difference: schemaDifference,
      ledger: ledgerFor(release.convention, null),
      settings: SETTINGS,
      clock: systemClock,
      growthLimit: GROWTH_LIMIT,
      seed: options.seed,
      thorough: options.thorough,
      ...(only ? { only } : {}),
      signal: options.signal,
      proved: (result) => {
        results.push(result);
        progress.advance();
      },
    });
    progress.end(summaryOf(results));
  } finally {
    await databases.chain.drop();
  }
}

function newest(migrations: readonly Migration[], count: number): readonly string[] {
  return count === 0 ? [] : migrations.slice(-count).map(({ version }) => version);
}

async function read(io: Io, path: string, options: Readonly<Record<string, unknown>>): Promise<Release> {
  const folder = resolve(io.cwd, path);
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new UsageError(`${path} is not a folder.`, "schema-gate prove FOLDER");
  const release = await readRelease(await readReleaseFolder(folder), settingsOf(io, options));
  if (release.migrations.length === 0) {
    throw new UsageError(`${path} has no migrations.`, "schema-gate prove FOLDER --convention NAME");
  }
  return release;
}

/** What the options and the config say about the files; options take precedence. */
function settingsOf(io: Io, options: Readonly<Record<string, unknown>>): ReadReleaseOptions {
  const named = typeof options.convention === "string" ? { convention: options.convention } : {};
  const file = String(options.config);
  if (!existsSync(resolve(io.cwd, file))) return named;
  const { config } = readConfig(io.cwd, file);
  const { convention, notMigrations, forwardMigrations } = config;
  return { notMigrations, forwardMigrations, ...(convention === "auto" ? {} : { convention }), ...named };
}

interface Report {
  readonly results: readonly ProvedMigration[];
  readonly release: Release;
  readonly server: ProveServer;
  /** False if something stopped the proof before its last migration. */
  readonly finished: boolean;
}

function print(io: Io, { results, release, server, finished }: Report, json: boolean): void {
  const unread = unreadBy(release);
  const output = {
    proved: finished && results.every(isProved) && unread.length === 0,
    server: server.name,
    convention: release.convention,
    migrations: results,
    unread,
  };
  const text = [renderTable(results, styleFor(io)), ...unread.map((reason) => `Not proved: ${printable(reason)}`)];
  io.stdout.write(json ? `${JSON.stringify(output, null, 2)}\n` : `${text.join("\n")}\n`);
}

/** Files that take no part in the proof although they may be meant to. What a statement does is found out by running it. */
function unreadBy(release: Release): readonly string[] {
  return release.findings
    .filter(({ unknown, code }) => unknown === true && code !== "release.opaque")
    .map(({ message }) => message);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("A whole number was expected.");
  return Number(text);
}
