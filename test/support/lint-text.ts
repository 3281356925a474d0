import { type LintFinding, type LintInput, lintRelease } from "../../lib/core/lint/lint-release.js";
import type { LintScript } from "../../lib/core/lint/lint-statement.js";
import { loadParser, parseSql } from "../../lib/core/sql/parse.js";

export function lintScript(text: string, file = "a.sql", rest: Partial<LintScript> = {}): LintScript {
  return { file, transaction: "unknown", statements: parseSql(text, file).statements, text, ...rest };
}

/** Lints one bare file the way the command line does; only the findings of some codes when they are named. */
export async function lintText(
  text: string,
  codes: readonly string[] = [],
  input: Partial<LintInput> = {},
): Promise<readonly LintFinding[]> {
  await loadParser();
  const findings = await lintRelease({
    scripts: [lintScript(text)],
    today: "2026-01-01",
    ...input,
    circumstances: { together: false, lockTimeoutSet: false, opaqueReported: false, ...input.circumstances },
  });
  return codes.length > 0 ? findings.filter((finding) => codes.includes(finding.code)) : findings;
}
