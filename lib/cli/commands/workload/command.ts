import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { readWorkloadSources, WorkloadSourceError } from "../../../adapters/local/workload-sources.js";
import { readConfig } from "../../../api/read-config.js";
import { UsageError } from "../../../api/usage-error.js";
import { mergeWorkloads } from "../../../core/workload/merge.js";
import type { Workload } from "../../../core/workload/workload.js";
import { readStatistics } from "../../../steps/workload/read-statistics.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { styleFor } from "../../terminal/style.js";
import { eachTenantOf } from "../kept/each-tenant.js";
import { summaryOf, workloadText } from "./workload-text.js";

const HELP = `
Examples:
  schema-gate workload show                                    what the config's workload section names
  schema-gate workload show --sql queries/ --code src/
  schema-gate workload show --at v1.8 v1.9                     what two tags of this repository send; no checkout is touched
  schema-gate workload save workload.json --statistics         pg_stat_statements of every tenant, without any values
  schema-gate workload save workload.json --log postgresql.csv
  schema-gate workload merge all.json a.json b.json            one workload of several

The file has no literal values: each becomes a parameter. Its format: schemas/workload.schema.json`;

const ACTIONS = ["show", "save", "merge"];

export const workload: CommandModule = {
  describe(command: Command): void {
    command
      .argument("<action>", "show, save or merge")
      .argument("[file...]", "save: the file to write; merge: the file to write and those to read; show: files to read")
      .option("--sql <path...>", "SQL files, or folders of them")
      .option("--code <folder...>", "folders with the application's code: sqlx's record, and the SQL in Rust")
      .option("--at <version...>", "tags, branches or commits of this repository")
      .option("--log <file...>", "logs of PostgreSQL: csvlog, jsonlog or stderr")
      .option("--statistics", "pg_stat_statements of the config's tenants")
      .option("--config <file>", "the config", "schema-gate.yaml")
      .option("--json", "print the workload as JSON")
      .addHelpText("after", HELP);
  },

  async run(io: Io, [action = "", ...files], options): Promise<ExitCode> {
    if (!ACTIONS.includes(action))
      throw new UsageError(`workload ${action} is not known.`, "schema-gate workload show, save or merge");
    const [target, merged] = action === "show" ? [null, files] : [files[0], files.slice(1)];
    if (target === undefined)
      throw new UsageError(`workload ${action} needs the file to write.`, `schema-gate workload ${action} FILE`);
    if (action === "merge" && merged.length === 0)
      throw new UsageError(
        "workload merge needs the files to read.",
        "schema-gate workload merge NEW.json A.json B.json",
      );
    const found = await collect(io, merged, options);
    if (target !== null) writeFileSync(resolve(io.cwd, target), `${JSON.stringify(found, null, 2)}\n`);
    if (options.json === true) io.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    else io.stdout.write(`${target === null ? workloadText(found, styleFor(io)) : `${target}: ${summaryOf(found)}`}\n`);
    return 0;
  },
};

/** What the options and the files name; if there are none, what the config names. */
async function collect(
  io: Io,
  saved: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<Workload> {
  const of = (name: string) => (options[name] as readonly string[] | undefined) ?? [];
  const named = { saved, sql: of("sql"), code: of("code"), versions: of("at"), logs: of("log") };
  const some = options.statistics === true || Object.values(named).some((list) => list.length > 0);
  if (!some) return fromConfig(io, String(options.config));
  const local = await read({ directory: io.cwd, databases: null, ...named });
  if (options.statistics !== true) return local;
  return mergeWorkloads([local, await statistics(io, String(options.config))]);
}

async function fromConfig(io: Io, file: string): Promise<Workload> {
  const { config, directory } = readConfig(io.cwd, file);
  if (!config.workload)
    throw new UsageError(
      `No source was named, and ${file} has no workload section.`,
      "schema-gate workload show --sql FILE   or --code, --at, --log, --statistics",
    );
  const local = await read({ directory, databases: null, ...config.workload });
  return config.workload.statistics ? mergeWorkloads([local, await statistics(io, file)]) : local;
}

async function read(sources: Parameters<typeof readWorkloadSources>[0]): Promise<Workload> {
  try {
    return await readWorkloadSources(sources);
  } catch (error) {
    if (error instanceof WorkloadSourceError) throw new UsageError(`${error.message}.`);
    throw error;
  }
}

/** Each database once: if tenants are schemas of one database, its counters cover all of them. */
async function statistics(io: Io, file: string): Promise<Workload> {
  const seen = new Set<string>();
  const results = await eachTenantOf(
    io,
    readConfig(io.cwd, file),
    { tenant: null, purpose: "read" },
    async (session, tenant) => {
      const place = `${tenant.host}/${tenant.database}`;
      if (seen.has(place)) return null;
      seen.add(place);
      return readStatistics(session, tenant.id);
    },
  );
  return mergeWorkloads(results.flatMap(({ result }) => result ?? []));
}
