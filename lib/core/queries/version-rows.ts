import type { VersionRow } from "../versions/matrix.js";
import type { JudgedQuery, Verdict } from "./judge.js";

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
    retyped: having("retyped", "other-values").length,
    slower: having("slower", "statistics-lost").length,
  };
}
