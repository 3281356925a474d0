import { plural } from "../plural.js";
import type { JudgedQuery, Verdict } from "./judge.js";

/** What the release means for one version of the application. */
export interface VersionRow {
  /** Null for queries of which no source names the version: what runs now. */
  readonly version: string | null;
  readonly queries: number;
  /** Queries that fail, or whose rows are refused, after the release alone. */
  readonly breaks: number;
  readonly callsPerHour: number | null;
  /** Queries that work only after the release. */
  readonly needs: number;
  readonly retyped: number;
  readonly slower: number;
}

/** One row for each version that was read, in that order, and one for what runs now. */
export function versionRows(judged: readonly JudgedQuery[], versions: readonly string[]): readonly VersionRow[] {
  const named = versions.map((version) =>
    rowOf(
      version,
      judged.filter((query) => query.versions.includes(version)),
    ),
  );
  const now = judged.filter((query) => query.versions.length === 0);
  return now.length > 0 ? [...named, rowOf(null, now)] : named;
}

function rowOf(version: string | null, queries: readonly JudgedQuery[]): VersionRow {
  const having = (...wanted: Verdict[]) =>
    queries.filter(({ verdicts }) => verdicts.some(({ verdict }) => wanted.includes(verdict)));
  const broken = having("breaks", "refused-rows");
  const rates = broken.flatMap(({ callsPerHour }) => callsPerHour ?? []);
  return {
    version,
    queries: queries.length,
    breaks: broken.length,
    callsPerHour: rates.length > 0 ? rates.reduce((sum, each) => sum + each, 0) : null,
    needs: having("needs-release").length,
    retyped: having("retyped").length,
    slower: having("slower", "statistics-lost").length,
  };
}

const NOW = "the current version";

/** `1.7 breaks: 3 queries, 1,204 calls an hour` */
export function rowText(row: VersionRow): string {
  const name = row.version ?? NOW;
  const rate = row.callsPerHour === null ? "" : `, ${plural(Math.round(row.callsPerHour), "call")} an hour`;
  if (row.breaks > 0) return `${name} breaks: ${plural(row.breaks, "query", "queries")}${rate}`;
  if (row.needs > 0) return `${name} needs the release: ${plural(row.needs, "query", "queries")}`;
  return `${name} works on both sides`;
}

/** Whether the release may be rolled out in waves while these versions run, and what goes first. */
export function waveAdvice(rows: readonly VersionRow[]): string {
  const of = (some: readonly VersionRow[]) => some.map(({ version }) => version ?? NOW).join(" and ");
  const [breaking, needing] = [rows.filter(({ breaks }) => breaks > 0), rows.filter(({ needs }) => needs > 0)];
  const torn = breaking.filter((row) => needing.includes(row));
  if (rows.every(({ queries }) => queries === 0))
    return "No query was examined, so nothing is known of a rollout in waves.";
  if (torn.length > 0) return `No order of code and schema is without failures for ${of(torn)}: split the release.`;
  if (breaking.length > 0)
    return `The release may not be rolled out while ${of(breaking)} is deployed: first deploy a version without these queries everywhere.`;
  const both = rows.filter((row) => !needing.includes(row));
  const waves =
    both.length > 0
      ? `The release may be rolled out in waves while ${of(both)} is deployed`
      : "No version that was examined works before the release";
  return needing.length > 0
    ? `${waves}; ${of(needing)} goes out when it has reached every tenant.`
    : `${waves}; code or schema may go first.`;
}
