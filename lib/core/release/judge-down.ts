import type { Finding } from "../finding.js";
import type { Acceptances } from "../migration/acceptance.js";
import { judgeCoverage } from "../migration/coverage.js";
import type { Migration, OpaquePiece } from "../migration/release.js";
import type { ReadMigration } from "./read-migration.js";

/**
 * An author's way back that is not fully understood is one fewer to choose from: this does not affect the way up. If all its pieces are accepted, it
 * stays.
 */
export function judgeDown(
  { migration, downOpaque }: Pick<ReadMigration, "migration" | "downOpaque">,
  acceptances: Acceptances | undefined,
): { readonly migration: Migration; readonly findings: readonly Finding[]; readonly ignored: readonly OpaquePiece[] } {
  const { coverage, findings } = judgeCoverage(0, downOpaque, acceptances);
  const usable = coverage.pieces.every(({ status }) => status === "ignored");
  return {
    migration: usable ? migration : { ...migration, down: null },
    findings: findings.map((finding) => (finding.severity === "error" ? notUsed(finding) : finding)),
    ignored: coverage.pieces.filter(({ status }) => status === "ignored"),
  };
}

function notUsed({ unknown: _, ...finding }: Finding): Finding {
  return {
    ...finding,
    code: "release.down-opaque",
    severity: "warning",
    message: `The author's down migration is not used. ${finding.message}`,
  };
}
