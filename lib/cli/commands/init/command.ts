import { existsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../../api/usage-error.js";
import { plural } from "../../../core/plural.js";
import { type CommandModule, type ExitCode, UnfinishedError } from "../../command.js";
import type { Io } from "../../io.js";
import { type ConfigAnswers, configText } from "./config-text.js";
import { type FoundMigrations, findMigrations, readFolder } from "./find-migrations.js";
import { Questions } from "./questions.js";

const HELP = `
Looks for the migrations folder and its framework, for a list of tenants and for DATABASE_URL. Asks on a terminal; otherwise takes what
it finds. Connects to nothing and never overwrites a file.

Examples:
  schema-gate init
  schema-gate init --migrations db/migrations --yes
  schema-gate doctor                                  then check that everything is there`;

const REGISTRIES = ["tenants.csv", "tenants.yaml", "tenants.yml", "tenants.json"];
const CONFIG = "schema-gate.yaml";

export const init: CommandModule = {
  describe(command: Command): void {
    command
      .option("--migrations <folder>", "the folder of the migrations")
      .option("-y, --yes", "ask nothing; take what it finds")
      .addHelpText("after", HELP);
  },

  async run(io: Io, _args, options): Promise<ExitCode> {
    const path = join(io.cwd, CONFIG);
    if (existsSync(path)) throw new UsageError(`${path} is there already.`, "schema-gate doctor   (checks it)");
    const migrations = await migrationsOf(io, typeof options.migrations === "string" ? options.migrations : null);
    const asking = io.interactive && options.yes !== true;
    const answers = asking ? await asked(io, migrations) : proposal(io, migrations);
    write(path, configText(answers));
    const made = "file" in answers.registry ? makeRegistry(io, answers.registry.file) : null;
    io.stdout.write(said(migrations, answers, made));
    return 0;
  },
};

async function migrationsOf(io: Io, named: string | null): Promise<FoundMigrations> {
  if (named !== null) {
    const found = await readFolder(io.cwd, resolve(io.cwd, named)).catch((error: Error) => {
      throw new UsageError(`${named} could not be read: ${error.message}`);
    });
    if (found) return found;
    throw new UsageError(
      `${named} holds no migration that Schema Gate knows.`,
      "schema-gate contract PATH   (says what it reads)",
    );
  }
  const [most] = await findMigrations(io.cwd);
  if (most) return most;
  throw new UsageError(`No folder of migrations was found below ${io.cwd}.`, "schema-gate init --migrations FOLDER");
}

function proposal(io: Io, migrations: FoundMigrations): ConfigAnswers {
  const registry = REGISTRIES.find((name) => existsSync(join(io.cwd, name))) ?? "tenants.csv";
  return {
    migrations: migrations.folder,
    convention: migrations.convention,
    registry: { file: registry },
    approvers: [],
    staging: null,
  };
}

async function asked(io: Io, migrations: FoundMigrations): Promise<ConfigAnswers> {
  const proposed = proposal(io, migrations);
  const questions = new Questions(io);
  try {
    const folder = await questions.ask(
      `Migrations (${migrations.count}, ${migrations.convention})`,
      proposed.migrations,
    );
    const other = folder === migrations.folder ? migrations : await migrationsOf(io, folder);
    const file = "file" in proposed.registry ? proposed.registry.file : "tenants.csv";
    const registry = await questions.ask("List of the tenants: a file, or env:NAME of a control-plane database", file);
    const staging = await questions.ask("Server for clones: empty for the tenants' own, or env:NAME of its URL", "");
    const approvers = await questions.ask("Who may approve, separated by commas", "");
    return {
      migrations: other.folder,
      convention: other.convention,
      registry: registry.startsWith("env:")
        ? { url: registry, sql: "SELECT id, url FROM tenants" }
        : { file: registry },
      staging: staging === "" ? null : staging,
      approvers: approvers
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    };
  } finally {
    questions.close();
  }
}

/** A list to fill in if there is none: with the single database that the environment names, by the variable's name and not its value. */
function makeRegistry(io: Io, file: string): string | null {
  const path = resolve(io.cwd, file);
  if (existsSync(path) || !file.endsWith(".csv")) return null;
  const known = (io.env.DATABASE_URL ?? "") !== "";
  write(path, `id,group,url,schema,replica\n${known ? "main,,env:DATABASE_URL,,\n" : ""}`);
  return known ? `${file} (one tenant: the database in DATABASE_URL)` : `${file} (empty: list your tenants there)`;
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    throw new UnfinishedError(`${path} could not be written: ${(error as Error).message}`);
  }
}

function said(migrations: FoundMigrations, answers: ConfigAnswers, made: string | null): string {
  const lines = [
    `Found ${plural(migrations.count, "migration")} in ${migrations.folder} (${migrations.convention}).`,
    `Wrote ${CONFIG}${made ? ` and ${made}` : ""}.`,
    "",
    "Next:",
    ...("query" in answers.registry || "sql" in answers.registry
      ? ["  put the query that lists your tenants into schema-gate.yaml"]
      : []),
    "  schema-gate doctor    versions, connections and permissions",
    "  schema-gate check     every gate; nothing is changed",
  ];
  return `${lines.join("\n")}\n`;
}
