import type { LintGroup } from "../../../adapters/local/lint-paths.js";
import type { Finding } from "../../../core/finding.js";
import { bareScript } from "../../../core/lint/bare-script.js";
import { configWaivers } from "../../../core/lint/config-waivers.js";
import type { Circumstances } from "../../../core/lint/known/known.js";
import { type LintFinding, lintRelease, withWaivers } from "../../../core/lint/lint-release.js";
import type { LintScript } from "../../../core/lint/lint-statement.js";
import type { LintScripts } from "../../../core/lint/scripts-of.js";
import { withRewrite } from "../../../core/rewrite/with-rewrite.js";
import { loadParser } from "../../../core/sql/parse.js";
import type { LintSettings } from "./lint-config-file.js";
import { lintShared } from "./lint-shared.js";

/** The lint result for the files of one group. Plain data. */
export interface LintedGroup {
  readonly findings: readonly Finding[];
  readonly statements: number;
  readonly skipped: readonly string[];
  readonly convention: string | null;
}

export interface LintGroupInput {
  readonly group: LintGroup;
  readonly settings: LintSettings;
  readonly together: boolean;
  /** `2026-11-30`; waivers expire by day. */
  readonly today: string;
}

export async function lintGroup(input: LintGroupInput): Promise<LintedGroup> {
  const { group, together } = input;
  const { found, ...read } =
    group.folder || together || group.files.some((file) => file.name.endsWith(".rs"))
      ? await lintTogether(input)
      : await lintSeparately(input);
  return { ...read, findings: [...group.findings, ...read.findings, ...found.map((each) => withRewrite(each))] };
}

interface Linted extends LintedGroup {
  readonly found: readonly LintFinding[];
}

/** Scripts that know of each other, and code, whose meaning depends on the files around it. */
async function lintTogether(input: LintGroupInput): Promise<Linted> {
  await loadParser();
  const { config, customRules } = input.settings;
  const { scripts: all, ...read } = await readGroup(input);
  const scripts = all.map((script): LintScript => withMode(script, config?.transaction));
  const circumstances = circumstancesOf(input);
  const found = await lintRelease({ scripts, circumstances, customRules, ...dated(input) });
  const statements = scripts.reduce((sum, script) => sum + script.statements.length, 0);
  return { ...read, found, statements };
}

async function lintSeparately(input: LintGroupInput): Promise<Linted> {
  const { config, customRules } = input.settings;
  const files = sqlFiles(input.group).map(({ path, text }) => ({ path, text }));
  const circumstances = circumstancesOf(input);
  const { today } = input;
  const parts = await lintShared({ files, circumstances, today, transaction: config?.transaction }, customRules);
  const found = withWaivers(parts, { customRules, ...dated(input) });
  const statements = parts.reduce((sum, part) => sum + part.statements, 0);
  return { found, statements, findings: [], skipped: [], convention: null };
}

function circumstancesOf({ group, settings: { config }, together }: LintGroupInput): Partial<Circumstances> {
  return {
    together,
    separate: !together && !group.folder,
    lockTimeoutSet: config?.lockTimeoutSet ?? false,
    schemaPerTenant: config?.schemaPerTenant ?? false,
    opaqueReported: false,
    ...(config?.postgres ? { versions: config.postgres } : {}),
  };
}

function dated({ settings: { config }, today }: LintGroupInput) {
  return { today, waivers: config ? configWaivers(config) : [] };
}

/** A folder is read as its framework would; Rust always is, because its meaning depends on the files around it. */
async function readGroup({ group }: LintGroupInput): Promise<LintScripts> {
  if (group.folder || group.files.some((file) => file.name.endsWith(".rs"))) {
    // The conventions of the frameworks and the reader of Rust are as large as everything else together.
    const { scriptsOf } = await import("../../../core/lint/scripts-of.js");
    return scriptsOf(group.files);
  }
  return { scripts: sqlFiles(group).map(bareScript), convention: null, findings: [], skipped: [] };
}

function sqlFiles({ files }: LintGroup) {
  return files.filter((file) => file.name.endsWith(".sql") && !file.path.startsWith("../"));
}

function withMode(script: LintScript, mode: LintScript["transaction"] | undefined): LintScript {
  return mode !== undefined && script.transaction === "unknown" ? { ...script, transaction: mode } : script;
}
