import type { LintGroup } from "../../../adapters/local/lint-paths.js";
import type { Finding } from "../../../core/finding.js";
import { bareScript } from "../../../core/lint/bare-script.js";
import { configWaivers } from "../../../core/lint/config-waivers.js";
import { type LintFinding, lintRelease } from "../../../core/lint/lint-release.js";
import type { LintScript } from "../../../core/lint/lint-statement.js";
import type { LintScripts } from "../../../core/lint/scripts-of.js";
import type { SourceFile } from "../../../core/migration/source-file.js";
import { loadParser } from "../../../core/sql/parse.js";
import type { LintSettings } from "./lint-config-file.js";

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

export async function lintGroup({
  group,
  settings: { config, customRules },
  together,
  today,
}: LintGroupInput): Promise<LintedGroup> {
  await loadParser();
  const sql = group.files.filter((file) => file.name.endsWith(".sql") && !file.path.startsWith("../"));
  const read = await readGroup(group, sql);
  let statements = 0;
  const scripts = function* (): Iterable<LintScript> {
    for (const script of read.scripts) {
      statements += script.statements.length;
      yield withMode(script, config?.transaction);
    }
  };
  const found = await lintRelease({
    scripts: scripts(),
    today,
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
  return {
    findings: [...group.findings, ...read.findings, ...(await namingRewrites(found))],
    statements,
    skipped: read.skipped,
    convention: read.convention,
  };
}

/** The kinds of rewriting are loaded only if there is something to rewrite. */
async function namingRewrites(found: readonly LintFinding[]): Promise<readonly Finding[]> {
  if (found.every(({ severity }) => severity === "note")) return found.map(({ nested: _, ...finding }) => finding);
  const { withRewrite } = await import("../../../core/rewrite/with-rewrite.js");
  return found.map((finding) => withRewrite(finding));
}

type ReadGroup = Omit<LintScripts, "scripts"> & { readonly scripts: Iterable<LintScript> };

/** A folder is read as its framework would; Rust always is, because its meaning depends on the files around it. */
async function readGroup(group: LintGroup, sql: readonly SourceFile[]): Promise<ReadGroup> {
  if (group.folder || group.files.some((file) => file.name.endsWith(".rs"))) {
    // The conventions of the frameworks and the reader of Rust are as large as everything else together.
    const { scriptsOf } = await import("../../../core/lint/scripts-of.js");
    return scriptsOf(group.files);
  }
  return { scripts: bareScripts(sql), convention: null, findings: [], skipped: [] };
}

/** One by one, so that the trees of a file can go before those of the next are made. */
function* bareScripts(sql: readonly SourceFile[]): Iterable<LintScript> {
  for (const file of sql) yield bareScript(file);
}

function withMode(script: LintScript, mode: LintScript["transaction"] | undefined): LintScript {
  return mode !== undefined && script.transaction === "unknown" ? { ...script, transaction: mode } : script;
}
