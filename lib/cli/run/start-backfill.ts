import { readFile, realpath, stat } from "node:fs/promises";
import { basename, relative, resolve, sep } from "node:path";
import { readConfig } from "../../api/read-config.js";
import { UsageError } from "../../api/usage-error.js";
import { backfillRelease } from "../../core/release/backfill-release.js";
import { shellWord } from "../../core/render/shell-word.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { type StartOptions, startRun } from "./start.js";

type BackfillOptions = Omit<StartOptions, "mode" | "fresh" | "onlyFailed" | "backfill"> & {
  /** Tenants that have it get it again. */
  readonly again: boolean;
};

/** Starts a run whose release is one file. Problems that show in the file itself are refused before there is a run. */
export async function startBackfill(io: Io, path: string, { again, ...options }: BackfillOptions): Promise<ExitCode> {
  const file = resolve(io.cwd, path);
  await refuseText(file, path);
  await refuseMigration(io, file, path, options.config);
  const mode = options.dryRun ? "check" : "run";
  return startRun(io, { ...options, mode, fresh: false, onlyFailed: false, backfill: { file, again } });
}

async function refuseText(file: string, path: string): Promise<void> {
  if (!/\.sql$/i.test(file)) throw new UsageError(`${path} is not a SQL file`, "schema-gate backfill FILE.sql");
  const bytes = await bytesOf(file, path);
  const { findings } = await backfillRelease({ path: basename(file), bytes });
  const [wrong] = findings.filter(({ severity }) => severity === "error");
  if (!wrong) return;
  const { text = "", sql = "" } = wrong.remedy ?? {};
  const at = wrong.source ? ` (${path}:${wrong.source.line})` : "";
  throw new UsageError(`${wrong.message.replace(/\.$/, "")}${at}`, [text, sql].filter(Boolean).join(" ") || null);
}

async function bytesOf(file: string, path: string): Promise<Uint8Array> {
  try {
    if ((await stat(file)).isDirectory())
      throw new UsageError(
        `${path} is a folder; a backfill is one file`,
        "schema-gate run   (runs a folder of migrations)",
      );
    return await readFile(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

/** A release would do it again, since no ledger of its framework says that it ran. */
async function refuseMigration(io: Io, file: string, path: string, configPath: string): Promise<void> {
  const { config, directory } = readConfig(io.cwd, configPath);
  const folder = await realpath(resolve(directory, config.migrations)).catch(() => null);
  const within = folder === null ? null : relative(folder, await realpath(file));
  if (within === null || within.startsWith(`..${sep}`) || within === "..") return;
  throw new UsageError(
    `${path} lies in the folder of migrations, and a release would run it once more`,
    `schema-gate run   (runs it and records it in the ledger; or copy it elsewhere, then: schema-gate backfill ${shellWord(basename(file))})`,
  );
}
