import type { LintGroup } from "../../../adapters/local/lint-paths.js";
import { compareFindings, type Finding } from "../../../core/finding.js";
import { bareScript } from "../../../core/lint/bare-script.js";
import { configWaivers } from "../../../core/lint/config-waivers.js";
import { type LintFinding, lintRelease } from "../../../core/lint/lint-release.js";
import type { LintScript } from "../../../core/lint/lint-statement.js";
import type { Rule } from "../../../core/lint/rules/rule.js";
import type { LintScripts } from "../../../core/lint/scripts-of.js";
import { withRewrite } from "../../../core/lint/with-rewrite.js";
import type { SourceFile } from "../../../core/migration/source-file.js";
import { loadParser } from "../../../core/sql/parse.js";
import type { LintSettings } from "./lint-config-file.js";

export interface LintedFiles {
  readonly findings: readonly (Finding & Pick<LintFinding, "fix">)[];
  /** Text by file, to show lines of it. */
  readonly texts: ReadonlyMap<string, string>;
  readonly statements: number;
  readonly skipped: readonly string[];
  readonly conventions: readonly string[];
  readonly customRules: readonly Rule[];
  /** Where only changed files count: since when, and how many files were read. */
  readonly since?: { readonly ref: string; readonly files: number };
}

/** Lints each group by itself, and puts the findings together. */
export async function lintGroups(
  groups: readonly LintGroup[],
  { config, customRules }: LintSettings,
  together: boolean,
): Promise<LintedFiles> {
  await loadParser();
  const findings: Finding[] = [];
  const texts = new Map<string, string>();
  const skipped: string[] = [];
  const conventions = new Set<string>();
  let statements = 0;
  for (const group of groups) {
    const sql = group.files.filter((file) => file.name.endsWith(".sql") && !file.path.startsWith("../"));
    const read = await readGroup(group, sql);
    for (const file of group.files) if (!file.path.startsWith("../")) texts.set(file.path, file.text);
    const scripts = read.scripts.map((script): LintScript => withMode(script, config?.transaction));
    skipped.push(...read.skipped);
    if (read.convention) conventions.add(read.convention);
    statements += scripts.reduce((sum, script) => sum + script.statements.length, 0);
    findings.push(...group.findings, ...read.findings);
    const found = await lintRelease({
      scripts,
      today: new Date().toISOString().slice(0, 10),
      waivers: config ? configWaivers(config) : [],
      customRules,
      circumstances: {
        together,
        separate: !together && !group.folder,
        lockTimeoutSet: config?.lockTimeoutSet ?? false,
        schemaPerTenant: config?.schemaPerTenant ?? false,
        opaqueReported: false,
        ...(config?.postgres ? { versions: config.postgres } : {}),
      },
    });
    findings.push(...found.map((finding) => withRewrite(finding)));
  }
  return {
    findings: findings.sort(compareFindings),
    texts,
    statements,
    skipped,
    conventions: [...conventions],
    customRules,
  };
}

/** A folder is read as its framework would; Rust always is, because its meaning depends on the files around it. */
async function readGroup(group: LintGroup, sql: readonly SourceFile[]): Promise<LintScripts> {
  if (group.folder || group.files.some((file) => file.name.endsWith(".rs"))) {
    // The conventions of the frameworks and the reader of Rust weigh as much as all else together.
    const { scriptsOf } = await import("../../../core/lint/scripts-of.js");
    return scriptsOf(group.files);
  }
  return { scripts: sql.map(bareScript), convention: null, findings: [], skipped: [] };
}

function withMode(script: LintScript, mode: LintScript["transaction"] | undefined): LintScript {
  return mode !== undefined && script.transaction === "unknown" ? { ...script, transaction: mode } : script;
}
