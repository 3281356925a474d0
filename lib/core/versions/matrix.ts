import { plural } from "../plural.js";

/** What the release means for one version of the application. */
export interface VersionRow {
  /** Null for queries whose source names no version: what is running now. */
  readonly version: string | null;
  readonly queries: number;
  /** Queries that fail, or whose rows are refused, only after the release. */
  readonly breaks: number;
  readonly callsPerHour: number | null;
  /** Queries that work only after the release. */
  readonly needs: number;
  readonly retyped: number;
  readonly slower: number;
}

/** What the release means for each version of the application, as the clones of one cluster showed. */
export interface ClusterMatrix {
  readonly cluster: string;
  readonly rows: readonly VersionRow[];
  readonly advice: WaveAdvice;
}

const NOW = "the current version";

export function versionName({ version }: VersionRow): string {
  return version ?? NOW;
}

/** `1.7 breaks: 3 queries, 1,204 calls an hour` */
export function rowText(row: VersionRow): string {
  const name = versionName(row);
  const rate = row.callsPerHour === null ? "" : `, ${plural(Math.round(row.callsPerHour), "call")} an hour`;
  if (row.breaks > 0) return `${name} breaks: ${plural(row.breaks, "query", "queries")}${rate}`;
  if (row.needs > 0) return `${name} needs the release: ${plural(row.needs, "query", "queries")}`;
  return `${name} works on both sides`;
}

/** Whether the release may be rolled out in waves while the deployed versions run, and whether code or schema goes first. */
export interface WaveAdvice {
  readonly waves: "yes" | "no" | "unknown";
  readonly first: "code" | "schema" | "either" | "neither" | "unknown";
  /** Both in a sentence. */
  readonly text: string;
}

export function waveAdvice(rows: readonly VersionRow[]): WaveAdvice {
  const of = (some: readonly VersionRow[]) => some.map(versionName).join(" and ");
  const [breaking, needing] = [rows.filter(({ breaks }) => breaks > 0), rows.filter(({ needs }) => needs > 0)];
  const torn = breaking.filter((row) => needing.includes(row));
  if (rows.every(({ queries }) => queries === 0))
    return {
      waves: "unknown",
      first: "unknown",
      text: "No query was examined, so nothing is known of a rollout in waves.",
    };
  if (torn.length > 0)
    return {
      waves: "no",
      first: "neither",
      text: `No order of code and schema is without failures for ${of(torn)}: split the release.`,
    };
  if (breaking.length > 0)
    return {
      waves: "no",
      first: "code",
      text: `The release may not be rolled out while ${of(breaking)} is deployed: first deploy a version without these queries everywhere.`,
    };
  const both = rows.filter((row) => !needing.includes(row));
  const waves =
    both.length > 0
      ? `The release may be rolled out in waves while ${of(both)} is deployed`
      : "No version that was examined works before the release";
  if (needing.length === 0) return { waves: "yes", first: "either", text: `${waves}; code or schema may go first.` };
  return {
    waves: both.length > 0 ? "yes" : "unknown",
    first: "schema",
    text: `${waves}; ${of(needing)} goes out when it has reached every tenant.`,
  };
}
