import type { Finding } from "../finding.js";
import type { ScriptSource } from "../migration/convention.js";
import type { Script } from "../migration/release.js";
import { readSqlScript } from "../migration/script.js";
import type { SourceFile } from "../migration/source-file.js";
import { detectConvention } from "../release/conventions/detect.js";
import { loadRustParser } from "../rust/syntax/parse-rust.js";
import { bareScript } from "./bare-script.js";
import type { LintScript } from "./lint-statement.js";

/** Conventions that do not tell which program runs the files, and so do not tell about transactions. */
const RUNNER_UNKNOWN: ReadonlySet<string> = new Set(["plain", "up-down"]);

export interface LintScripts {
  /** In the order in which the framework runs them. */
  readonly scripts: readonly LintScript[];
  /** Id of the convention, or null for bare files. */
  readonly convention: string | null;
  /** The Rust code that was not understood. */
  readonly findings: readonly Finding[];
  /** Ways back, which only run when something went wrong, and are not linted. */
  readonly skipped: readonly string[];
}

/**
 * The files of one folder as scripts: their order, which part of them is the way forward, and whether the framework wraps them in a transaction.
 * Files outside any framework come in the order of their names, with an unknown transaction mode. The parser must be loaded.
 */
export async function scriptsOf(files: readonly SourceFile[]): Promise<LintScripts> {
  const sql = files.filter((file) => file.name.endsWith(".sql") && !file.path.startsWith("../"));
  // A crate's code is read to find its migrations.
  if (files.some((file) => file.name.endsWith(".rs"))) await loadRustParser();
  const { convention } = detectConvention(files);
  if (!convention) return { scripts: sql.map(bareScript), convention: null, findings: [], skipped: [] };
  const { migrations } = convention.read(files);
  if (migrations.some((each) => each.up.rust !== undefined || each.driver)) return rustScripts(files, sql);
  const ordered = [...migrations].sort((a, b) => convention.compare(a.version, b.version));
  const unknown = RUNNER_UNKNOWN.has(convention.id);
  const ups = ordered.map((each) => each.up);
  const scripts = ups.map((up) => (unknown ? bareScript(up.file) : framedScript(up)));
  const downs = new Set(ordered.flatMap((each) => (each.down ? [each.down.file.path] : [])));
  const taken = new Set(ups.map((up) => up.file.path));
  const rest = sql.filter((file) => !taken.has(file.path) && !downs.has(file.path));
  const skipped = [...downs].filter((path) => !taken.has(path));
  return {
    scripts: [...scripts, ...rest.map(bareScript)],
    convention: unknown ? null : convention.id,
    findings: [],
    skipped,
  };
}

/** Rust code is evaluated as in the gate; its reader is loaded only when needed. */
async function rustScripts(files: readonly SourceFile[], sql: readonly SourceFile[]): Promise<LintScripts> {
  const { readRelease } = await import("../release/read-release.js");
  const release = await readRelease(files);
  const scripts = release.migrations.map(
    ({ up }): LintScript => ({ ...up, text: up.language === "sql" ? textOf(files, up.file) : "" }),
  );
  const known = new Set(release.migrations.flatMap(({ up, down }) => [...filesOf(up), ...(down ? filesOf(down) : [])]));
  const rest = sql.filter((file) => !known.has(file.path));
  return {
    scripts: [...scripts, ...rest.map(bareScript)],
    convention: release.convention,
    findings: release.findings,
    skipped: [],
  };
}

/** A script's file and the files that its statements are in: Rust may run an SQL file next to it. */
function filesOf(script: Script): string[] {
  return [script.file, ...script.statements.map((statement) => statement.source.file)];
}

function textOf(files: readonly SourceFile[], path: string): string {
  return files.find((file) => file.path === path)?.text ?? "";
}

function framedScript(source: ScriptSource): LintScript {
  const { script, statements } = readSqlScript(source);
  const { file, transaction, commits } = script;
  return { file, transaction, statements, text: source.file.text, ...(commits ? { commits } : {}) };
}
