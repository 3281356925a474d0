import type { Finding, Severity, SourceSpan } from "../finding.js";
import { plural } from "../plural.js";
import { REASONS, type UnexaminedReason, type Workload } from "../workload/workload.js";
import type { ExaminedRelease, LostStatistics, Unexaminable } from "./examined.js";
import type { JudgedQuery, Verdict } from "./judge.js";
import { shownText } from "./shown-text.js";

export interface QueryPolicy {
  readonly retyped: Severity;
  readonly slower: Severity;
  /** Queries that were not examined block. */
  readonly required: boolean;
  /** Queries that may break, by id. */
  readonly accept: readonly { readonly query: string; readonly reason: string; readonly expires: number }[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Beyond this number, findings with one verdict are counted in a single finding. */
const MOST = 50;

/** A gate's findings about the judged queries of one cluster. */
export function queryFindings(
  judged: readonly JudgedQuery[],
  examined: ExaminedRelease,
  workload: Workload,
  policy: QueryPolicy,
): readonly Finding[] {
  const found = new Map<Verdict, Finding[]>();
  for (const query of judged)
    for (const { verdict, detail, remedy } of query.verdicts) {
      if (verdict === "works" || verdict === "needs-release") continue;
      const list = found.get(verdict) ?? [];
      list.push(verdictFinding(query, verdict, detail, remedy, policy));
      found.set(verdict, list);
    }
  return [
    ...[...found.values()].flatMap(shortened),
    ...silentLosses(judged, examined),
    ...guesses(examined),
    ...unexaminedFindings(examined, workload, policy.required),
  ];
}

const SAYS: Readonly<Record<Exclude<Verdict, "works" | "needs-release">, string>> = {
  breaks: "fails after the release",
  "refused-rows": "changes rows in a way that the schema refuses after the release",
  retyped: "returns other columns after the release, and a session that has prepared it answers with an error",
  "other-values": "takes or returns values of another type after the release",
  slower: "has a slower plan after the release",
  "statistics-lost": "has another plan after the release, for want of statistics",
};

function verdictFinding(
  query: JudgedQuery,
  verdict: keyof typeof SAYS,
  detail: string,
  remedy: string | null,
  policy: QueryPolicy,
): Finding {
  const accepted = policy.accept.find((each) => each.query === query.id && each.expires >= policy.now);
  const severity = accepted ? "note" : severityOf(verdict, policy);
  const source = sourceOf(query);
  return {
    code: `queries.${verdict}`,
    gate: "queries",
    severity,
    subject: { kind: "query", name: query.id },
    message: [
      `${shownText(query.text)} ${SAYS[verdict]}: ${detail}.`,
      ...aboutOf(query),
      ...(accepted ? [`The config accepts it: ${accepted.reason}.`] : []),
    ].join(" "),
    remedy: remedy === null ? { text: REMEDIES[verdict] } : { text: REMEDIES[verdict], sql: remedy },
    ...(source ? { source } : {}),
  };
}

function severityOf(verdict: keyof typeof SAYS, { retyped, slower }: QueryPolicy): Severity {
  if (verdict === "retyped" || verdict === "other-values") return retyped;
  return verdict === "slower" || verdict === "statistics-lost" ? slower : "error";
}

const REMEDIES: Readonly<Record<keyof typeof SAYS, string>> = {
  breaks:
    "Deploy a version without the query first, or split the release into one that adds and a later one that removes.",
  "refused-rows": "Give the column a default, or deploy a version that writes what the schema asks for first.",
  retyped: "Name the columns in place of *, or make the sessions prepare again after the release.",
  "other-values": "Look at what the driver declares and expects: one that takes types from its own code may fail.",
  slower: "Keep the index, or make another one before. The cost is the planner's estimate on a clone.",
  "statistics-lost":
    "Run this after the release (`rollout.analyze` runs what is an ANALYZE). The cost is the planner's estimate on a clone.",
};

/** Version, calls, place, and the statement responsible. */
function aboutOf({ versions, calls, callsPerHour, place, role, cause }: JudgedQuery): readonly string[] {
  const often =
    callsPerHour === null
      ? calls === null
        ? null
        : plural(calls, "call")
      : `${plural(Math.round(callsPerHour), "call")} an hour`;
  const about = [
    versions.length > 0 ? `of ${versions.join(", ")}` : null,
    role === null ? null : `as ${role}`,
    often,
    place,
  ].filter(Boolean);
  const by =
    cause === null
      ? []
      : cause.sql === null
        ? [`Migration ${cause.migration} did it.`]
        : [`Statement ${(cause.statement ?? 0) + 1} of ${cause.migration} did it: ${shownText(cause.sql)}.`];
  return [...(about.length > 0 ? [`Sent ${about.join(", ")}.`] : []), ...by];
}

/** The release's own place where it is known; otherwise the query's. */
function sourceOf({ cause, place }: JudgedQuery): SourceSpan | null {
  if (cause?.source) return cause.source;
  const [, file, line] = /^(.+):(\d+)$/.exec(place ?? "") ?? [];
  return file === undefined ? null : { file, line: Number(line), column: 1 };
}

function shortened(findings: readonly Finding[]): readonly Finding[] {
  const [first] = findings;
  if (!first || findings.length <= MOST) return findings;
  const more = findings.length - MOST;
  const rest: Finding = {
    code: first.code,
    gate: "queries",
    severity: first.severity,
    subject: { kind: "query", name: "others" },
    message: `${plural(more, "more query", "more queries")} with the same verdict.`,
  };
  return [...findings.slice(0, MOST), rest];
}

/** A copy of a database has its statistics; a restored one, or that of a tenant that was never analyzed, has none. */
function guesses({ unanalyzed }: ExaminedRelease): readonly Finding[] {
  const [first] = unanalyzed;
  if (first === undefined) return [];
  return [
    {
      code: "queries.no-statistics",
      gate: "queries",
      severity: "note",
      subject: { kind: "table", name: first },
      message: `${plural(unanalyzed.length, "table")} with rows, such as ${first}, ${unanalyzed.length === 1 ? "has" : "have"} no statistics on the clone: plans over ${unanalyzed.length === 1 ? "it" : "them"} are guesses, and are not those of a tenant that is analyzed.`,
      remedy: { text: "Analyze the database that is cloned, then run the gate again.", sql: "ANALYZE;" },
    },
  ];
}

const WITHOUT: Readonly<Record<LostStatistics["why"], (table: string, columns: readonly string[]) => string>> = {
  discarded: (table, columns) => `${table} (${columns.join(", ")}) has`,
  target: (table, columns) => `${table} (${columns.join(", ")}) has`,
  "new-column": (table, columns) => `${table} (${columns.join(", ")}) has`,
  "expression-index": (table) => `An index on an expression of ${table} has`,
  extended: (table) => `What CREATE STATISTICS has made for ${table} has`,
  dropped: (table) => `${table} has a statistics object less and so`,
  partition: (table) => `${table} has a new partition and`,
};

/** Missing statistics that changed none of the examined plans. */
function silentLosses(judged: readonly JudgedQuery[], { lost }: ExaminedRelease): readonly Finding[] {
  const cured = new Set(judged.flatMap(({ verdicts }) => verdicts.flatMap(({ remedy }) => remedy ?? [])));
  return (
    lost
      // With another target the statistics exist, and what was dropped was meant to go: only a plan can tell.
      .filter(({ why, analyze }) => why !== "target" && why !== "dropped" && !cured.has(`${analyze};`))
      .map(({ table, columns, why, analyze, ms }) => ({
        code: "queries.statistics-missing",
        gate: "queries",
        severity: "note",
        subject: { kind: "table", name: table },
        message: `${WITHOUT[why](table, columns)} no statistics after the release; no examined query has another plan for it. ANALYZE took ${Math.round(ms)} ms on the clone.`,
        remedy: { text: "Run this after the release, or let `rollout.analyze` do it.", sql: `${analyze};` },
      }))
  );
}

const UNEXAMINABLE: Readonly<Record<Unexaminable, string>> = {
  "no-role": "is sent by a role that the clone's server does not have or the gate may not take",
  time: "was not described in time",
  "fails-on-both-sides": "fails before the release too",
  "no-plan": "was described and not planned, so whether it is slower is not known",
};

/** Each reason once, with its count; errors where everything must be examined. */
function unexaminedFindings(examined: ExaminedRelease, workload: Workload, required: boolean): readonly Finding[] {
  const byReason = new Map<Unexaminable, { count: number; message: string }>();
  for (const { reason, query, message } of examined.unexamined) {
    const known = byReason.get(reason);
    byReason.set(reason, {
      count: (known?.count ?? 0) + 1,
      message: known?.message ?? `${shownText(query.text)}: ${message}`,
    });
  }
  return [
    ...(examined.refused === null ? [] : [unexamined("release", `No query was examined: ${examined.refused}.`, true)]),
    ...[...byReason].map(([reason, { count, message }]) =>
      unexamined(
        reason,
        `${plural(count, "query", "queries")} ${count === 1 ? "" : "each "}${UNEXAMINABLE[reason]}, such as ${message}.`,
        required,
      ),
    ),
    ...workload.unexamined.map(({ reason, count, places }) =>
      unexamined(reason, textsSay(reason, count, places), required && !HARMLESS.has(reason)),
    ),
  ];
}

/** Reasons that no release of ours changes. */
const HARMLESS: ReadonlySet<UnexaminedReason> = new Set(["other-database", "system-catalog"]);

function textsSay(reason: UnexaminedReason, count: number, places: readonly string[]): string {
  return `${plural(count, "text")} of the workload ${count === 1 ? "" : "each "}${REASONS[reason]}: ${places.slice(0, 3).join(", ")}.`;
}

function unexamined(name: string, message: string, blocking: boolean): Finding {
  return {
    code: "queries.unexamined",
    gate: "queries",
    severity: blocking ? "error" : "note",
    ...(blocking ? { unknown: true } : {}),
    subject: { kind: "workload", name },
    message,
  };
}
