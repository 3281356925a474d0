import type { Finding } from "../../core/finding.js";
import type { Release } from "../../core/migration/release.js";

/** Findings about a migration's text that matter only if it is about to run. */
const OF_THE_TEXT: ReadonlySet<string> = new Set([
  "release.opaque",
  "release.acceptance-expired",
  "release.down-opaque",
  "release.down-unusable",
  "release.framework-refuses",
  "release.substitution",
  "release.dynamic-sql",
  "release.way-back-runs",
]);

/** Files whose migrations every tenant has: nothing in them is pending. */
export function appliedFiles(release: Release, pending: ReadonlySet<string>): ReadonlySet<string> {
  const filesOf = (isPending: boolean) =>
    release.migrations
      .filter(({ version }) => pending.has(version) === isPending)
      .flatMap(({ up, down }) => [up, ...(down ? [down] : [])])
      .flatMap(({ file, statements }) => [file, ...statements.map(({ source }) => source.file)]);
  const awaited = new Set(filesOf(true));
  return new Set(filesOf(false).filter((file) => !awaited.has(file)));
}

/** Findings of a release once it is known what is pending: what every tenant has cannot block, and becomes a note. */
export function settledHistory(findings: readonly Finding[], applied: ReadonlySet<string>): readonly Finding[] {
  return findings.map((finding) => {
    if (!OF_THE_TEXT.has(finding.code) || !applied.has(finding.source?.file ?? "")) return finding;
    const { unknown: _, ...rest } = finding;
    return { ...rest, severity: "note", message: `Every tenant has this already. ${finding.message}` };
  });
}
