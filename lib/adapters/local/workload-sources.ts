import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { Config } from "../../core/config/config.js";
import { type ReleaseFile, readSourceFile, type SourceFile } from "../../core/migration/source-file.js";
import { loadRustParser } from "../../core/rust/syntax/parse-rust.js";
import { loadParser } from "../../core/sql/parse.js";
import { mergeWorkloads } from "../../core/workload/merge.js";
import { readLog } from "../../core/workload/read-log.js";
import { mayHoldQueries, readApplication, readSqlFiles } from "../../core/workload/read-sources.js";
import { type Workload, workloadSchema } from "../../core/workload/workload.js";
import { GitError } from "./git.js";
import { filesAtRevision } from "./git-files.js";
import { logEntries } from "./log-entries.js";

/** A named source that cannot be read: never read as empty. */
export class WorkloadSourceError extends Error {
  override readonly name = "WorkloadSourceError";
}

/** What a workload is read from on this machine. Paths are relative to `directory`. */
export interface WorkloadSources {
  readonly directory: string;
  /** Saved workloads. */
  readonly saved: readonly string[];
  /** SQL files, or folders of them. */
  readonly sql: readonly string[];
  /** Folders with the application's current code. */
  readonly code: readonly string[];
  /** Tags, branches or commits of the repository around `directory`. */
  readonly versions: readonly string[];
  readonly logs: readonly string[];
  /** Databases whose log lines count; null: all. */
  readonly databases: ReadonlySet<string> | null;
}

const SKIPPED = new Set(["node_modules", "target", ".git", "dist"]);
const LARGEST_FILE = 512 * 2 ** 20;

/** Reads them all. Throws `WorkloadSourceError` for one that is missing or not what it should be. */
export async function readWorkloadSources(sources: WorkloadSources): Promise<Workload> {
  await Promise.all([loadParser(), loadRustParser()]);
  const parts: Workload[] = [];
  for (const path of sources.saved) parts.push(await savedWorkload(sources.directory, path));
  for (const path of sources.sql)
    parts.push(readSqlFiles(await filesOf(sources.directory, path, (name) => name.endsWith(".sql")), null));
  for (const path of sources.code)
    parts.push(readApplication(await filesOf(sources.directory, path, isOfApplication), null));
  for (const version of sources.versions) parts.push(await versionWorkload(sources.directory, version));
  for (const path of sources.logs)
    for (const file of await filesOf(sources.directory, path, () => true))
      parts.push(readLog(logEntries(file.text), file.path, sources.databases));
  return mergeWorkloads(parts);
}

/** Reads what a config names on this machine; null if it has no workload. */
export function workloadReader({ workload }: Config, directory: string): (() => Promise<Workload>) | null {
  return workload ? () => readWorkloadSources({ directory, databases: null, ...workload }) : null;
}

/** Files that `query_file!` may name are read with the code. */
function isOfApplication(path: string): boolean {
  return mayHoldQueries(path) || path.endsWith(".sql");
}

async function versionWorkload(directory: string, version: string): Promise<Workload> {
  try {
    return readApplication((await filesAtRevision(directory, version, isOfApplication)).map(asSource), version);
  } catch (error) {
    if (error instanceof GitError) throw new WorkloadSourceError(`version ${version}: ${error.message}`);
    throw error;
  }
}

async function savedWorkload(directory: string, path: string): Promise<Workload> {
  const [file] = await filesOf(directory, path, () => true);
  try {
    const parsed = workloadSchema.safeParse(JSON.parse(file?.text ?? ""));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new WorkloadSourceError(`${path} is no workload: ${issue?.path.join(".")}: ${issue?.message}`);
  } catch (error) {
    if (error instanceof SyntaxError) throw new WorkloadSourceError(`${path} is not JSON`);
    throw error;
  }
}

async function filesOf(
  directory: string,
  path: string,
  wanted: (name: string) => boolean,
): Promise<readonly SourceFile[]> {
  const from = resolve(directory, path);
  const found = await stat(from).catch(() => null);
  if (!found) throw new WorkloadSourceError(`${path} is not there`);
  const paths = found.isDirectory() ? (await walk(from)).filter(wanted).sort() : [from];
  const files: SourceFile[] = [];
  for (const each of paths) files.push(await read(directory, each));
  return files;
}

async function walk(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(path);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

async function read(directory: string, path: string): Promise<SourceFile> {
  const named = relative(directory, path).split(sep).join("/");
  const { size } = await stat(path);
  if (size > LARGEST_FILE) throw new WorkloadSourceError(`${named} has more than 512 MiB; give a part of it`);
  return asSource({ path: named, bytes: await readFile(path) });
}

function asSource(file: ReleaseFile): SourceFile {
  return readSourceFile(file).file;
}
