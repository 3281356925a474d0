import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import { blocks } from "../../../core/finding.js";
import type { Migration } from "../../../core/migration/release.js";
import { plural } from "../../../core/plural.js";
import { CONVENTIONS } from "../../../core/release/conventions/conventions.js";
import { type ReadReleaseOptions, readRelease } from "../../../core/release/read-release.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { contractJson } from "./contract-json.js";
import { contractText } from "./contract-text.js";
import type { ShownRelease } from "./shown-release.js";

const HELP = `
Examples:
  schema-gate contract migrations/                     what the code expects, the SQL it makes, what was understood
  schema-gate contract migrations/ --since 20240101    of the migrations after that version alone
  schema-gate contract crates/migration --json         the same for a program
  schema-gate contract migrations/0007_orders.sql      of one migration

The folder around a file is read too, since its earlier migrations say what the names in the file mean.

Exit code 1 when something was not understood and nobody accepted it.`;

interface Settings extends ReadReleaseOptions {
  /** Folders of the application's code; null: search for them. */
  readonly folders: readonly string[] | null;
}

export const contract: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<path...>", "folders with SQL or Rust migrations, or single files of such a folder")
      .addOption(new Option("--format <format>", "what to write").choices(["text", "json"]).default("text"))
      .option("--json", "the same as --format json")
      .addOption(
        new Option("--convention <name>", "how the files are named").choices(CONVENTIONS.map((each) => each.id)),
      )
      .option("--application <folder...>", "folders of the application's Rust code; default: detected")
      .option("--since <version>", "only the migrations after this version")
      .option("--config <file>", "the config, if there is one; its accepted pieces count", "schema-gate.yaml")
      .addHelpText("after", HELP);
  },

  async run(io: Io, args, options): Promise<ExitCode> {
    const settings = settingsOf(io, options);
    const named = Array.isArray(options.application) ? options.application.map(String) : null;
    const application = named?.map((folder) => resolve(io.cwd, folder)) ?? null;
    const shown: ShownRelease[] = [];
    for (const path of args)
      shown.push(await readPath(io, path, { ...settings, folders: application ?? settings.folders }, options.since));
    if (options.json === true || options.format === "json") {
      const documents = shown.map(contractJson);
      io.stdout.write(`${JSON.stringify(documents.length === 1 ? documents[0] : documents, null, 2)}\n`);
    } else io.stdout.write(shown.map((each) => contractText(io, each)).join("\n"));
    return shown.some(({ release }) => blocks(release.findings)) ? 1 : 0;
  },
};

/** A file is read with the folder around it, because other files may belong to its migration. */
async function readPath(io: Io, path: string, settings: Settings, since: unknown): Promise<ShownRelease> {
  const whole = resolve(io.cwd, path);
  const file = existsSync(whole) && statSync(whole).isFile() ? basename(whole) : null;
  const files = await readReleaseFolder(file === null ? whole : dirname(whole), settings.folders).catch(
    (error: NodeJS.ErrnoException) => {
      throw new UsageError(
        `${path} could not be read: ${error.code ?? error.message}.`,
        "schema-gate contract PATH   (a folder of migrations)",
      );
    },
  );
  const release = await readRelease(files, settings);
  if (file !== null) {
    const migrations = release.migrations.filter((each) => standsIn(each, file));
    tellEarlier(io, path, migrations[0], release.migrations);
    return { path, release, migrations };
  }
  if (typeof since !== "string") return { path, release, migrations: release.migrations };
  const at = release.migrations.findIndex((migration) => migration.version === since);
  if (at < 0) throw new UsageError(`${path} has no migration of version ${since}.`, `schema-gate contract ${path}`);
  return { path, release, migrations: release.migrations.slice(at + 1) };
}

function tellEarlier(io: Io, path: string, first: Migration | undefined, all: readonly Migration[]): void {
  const earlier = first === undefined ? 0 : all.indexOf(first);
  if (earlier > 0)
    io.stderr.write(`${path}: read after the ${plural(earlier, "migration")} before it in the folder.\n`);
}

function standsIn({ up, down }: Migration, file: string): boolean {
  const sources = [up, ...(down ? [down] : [])].flatMap((script) => [
    script.file,
    ...script.statements.map((statement) => statement.source.file),
  ]);
  return sources.includes(file);
}

function settingsOf(io: Io, options: Readonly<Record<string, unknown>>): Settings {
  const named = {
    folders: null,
    ...(typeof options.convention === "string" ? { convention: options.convention } : {}),
  };
  const file = String(options.config);
  if (!existsSync(resolve(io.cwd, file))) return named;
  const { config } = readConfig(io.cwd, file);
  const list = config.accept.map((accepted) => ({ ...accepted, expires: Date.parse(accepted.expires) }));
  const configured = config.convention === "auto" ? {} : { convention: config.convention };
  const folders = config.application?.map((folder) => resolve(io.cwd, dirname(file), folder)) ?? null;
  return {
    ...configured,
    ...named,
    notMigrations: config.notMigrations,
    forwardMigrations: config.forwardMigrations,
    folders,
    application: folders?.length !== 0,
    acceptances: { now: Date.now(), list },
  };
}
