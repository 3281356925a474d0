import type { ScriptSource } from "../release/conventions/convention.js";
import { detectConvention } from "../release/conventions/conventions.js";
import { readSqlScript } from "../release/script.js";
import type { SourceFile } from "../release/source-file.js";
import { parseSql } from "../sql/parse.js";
import type { LintScript } from "./lint-statement.js";

/** Conventions that say nothing of the program that runs the files, and so nothing of transactions. */
const RUNNER_UNKNOWN: ReadonlySet<string> = new Set(["plain", "up-down"]);

export interface LintScripts {
  /** In the order in which the framework runs them. */
  readonly scripts: readonly LintScript[];
  /** Id of the convention, or null for bare files. */
  readonly convention: string | null;
  /** Ways back, which run only when something went wrong, and are not linted. */
  readonly skipped: readonly string[];
}

/**
 * The files of one folder as scripts: their order, which part of them is the way forth, and whether the framework wraps
 * them in a transaction. Files of no framework come in the order of their names, with a transaction mode that is not
 * known. The parser must be loaded.
 */
export function scriptsOf(files: readonly SourceFile[]): LintScripts {
  const sql = files.filter((file) => file.name.endsWith(".sql") && !file.path.startsWith("../"));
  const convention = detectConvention(files);
  if (!convention) return { scripts: sql.map(bareScript), convention: null, skipped: [] };
  const { migrations } = convention.read(files);
  const ordered = [...migrations].sort((a, b) => convention.compare(a.version, b.version));
  const unknown = RUNNER_UNKNOWN.has(convention.id);
  const ups = ordered.filter((each) => each.up.rust === undefined).map((each) => each.up);
  const scripts = ups.map((up) => (unknown ? bareScript(up.file) : framedScript(up)));
  const downs = new Set(ordered.flatMap((each) => (each.down ? [each.down.file.path] : [])));
  const taken = new Set(ups.map((up) => up.file.path));
  const rest = sql.filter((file) => !taken.has(file.path) && !downs.has(file.path));
  const skipped = [...downs].filter((path) => !taken.has(path));
  return { scripts: [...scripts, ...rest.map(bareScript)], convention: unknown ? null : convention.id, skipped };
}

export function bareScript(file: SourceFile): LintScript {
  const { statements } = parseSql(file.text, file.path);
  return { file: file.path, transaction: "unknown", statements, text: file.text };
}

function framedScript(source: ScriptSource): LintScript {
  const { script, statements } = readSqlScript(source);
  return { file: script.file, transaction: script.transaction, statements, text: source.file.text };
}
