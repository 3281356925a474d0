import { type Described, type DescribedColumn, isRefusal, type Refusal } from "./description.js";
import type { Cause, ExaminedQuery, ExaminedRelease, LostStatistics } from "./examined.js";
import { kindOfType } from "./kind-of-type.js";
import type { Plan } from "./plan.js";

/** What a release does to a query. Closed. */
const VERDICTS = [
  "breaks",
  "refused-rows",
  "retyped",
  "other-values",
  "statistics-lost",
  "slower",
  "needs-release",
  "works",
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  readonly role: string | null;
  readonly versions: readonly string[];
  readonly calls: number | null;
  readonly callsPerHour: number | null;
  readonly place: string | null;
  /** Most severe first; `works` or `needs-release` appear only by themselves. */
  readonly verdicts: readonly { readonly verdict: Verdict; readonly detail: string; readonly remedy: string | null }[];
  readonly cause: Cause | null;
}

export interface Thresholds {
  /** By which factor a plan may get more expensive. */
  readonly costFactor: number;
  /** From this many rows on a table is large. */
  readonly largeTable: number;
}

/** A plan below this cost is fast whatever it does. */
const CHEAP = 100;
/** By which factor a plan must get more expensive for a lost index to count: an index is not always the best way. */
const INDEX_FACTOR = 2;

/** What the release does to every examined query. */
export function judgeQueries(examined: ExaminedRelease, thresholds: Thresholds): readonly JudgedQuery[] {
  return examined.queries.map((each) => {
    const { id, text, role, versions, calls, callsPerHour, sources } = each.query;
    // A line of code tells more than the file in which a tool recorded the query.
    const place = (sources.find((source) => /:\d+$/.test(source.place)) ?? sources[0])?.place ?? null;
    const verdicts = verdictsOf(each, examined, thresholds);
    return { id, text, role, versions, calls, callsPerHour, place, verdicts, cause: each.cause };
  });
}

function verdictsOf(each: ExaminedQuery, examined: ExaminedRelease, thresholds: Thresholds): JudgedQuery["verdicts"] {
  const { before, after, trial } = each;
  if (isRefusal(after.described))
    return [{ verdict: "breaks", detail: `${after.described.message} [${after.described.code}]`, remedy: null }];
  if (isRefusal(before.described))
    return [{ verdict: "needs-release", detail: before.described.message, remedy: null }];
  const gone = after.described.missing?.find((name) => !(before.described as Answer).missing?.includes(name));
  if (gone !== undefined)
    return [
      { verdict: "breaks", detail: `type ${gone}, which the client declares, does not exist [42704]`, remedy: null },
    ];
  const found: JudgedQuery["verdicts"][number][] = [];
  if (trial)
    found.push({ verdict: "refused-rows", detail: `${trial.refused.message} [${trial.refused.code}]`, remedy: null });
  const retyped =
    columnChange(before.described.columns, after.described.columns) ??
    (each.recollated ? "a column has another collation" : null);
  if (retyped !== null) found.push({ verdict: "retyped", detail: retyped, remedy: null });
  const values = valueChange(before.described, after.described);
  if (values !== null) found.push({ verdict: "other-values", detail: values, remedy: null });
  const lost = lostFor(each, examined.lost);
  if (lost)
    found.push({
      verdict: "statistics-lost",
      detail: costs(each.before.plan, each.after.plan),
      remedy: `${lost.analyze};`,
    });
  const slower = slowerBy(each, examined.rows, thresholds);
  if (slower !== null) found.push({ verdict: "slower", detail: slower, remedy: null });
  return found.length > 0 ? found : [{ verdict: "works", detail: "", remedy: null }];
}

type Columns = readonly DescribedColumn[];
type Answer = Exclude<Described, Refusal>;

/** The change for which a session with a cached plan reports "cached plan must not change result type"; null when there is none. */
function columnChange(before: Columns, after: Columns): string | null {
  const at = Math.max(before.length, after.length);
  for (let index = 0; index < at; index++) {
    const [was, is] = [before[index], after[index]];
    if (was && !is) return `column ${was.name} (${was.type}) is no longer returned`;
    if (is && !was) return `column ${is.name} (${is.type}) is returned as well`;
    if (was && is && was.name !== is.name)
      return `column ${index + 1} is ${is.name} (${is.type}) in place of ${was.name} (${was.type})`;
    if (was && is && was.type !== is.type) return `column ${was.name} is ${is.type} in place of ${was.type}`;
  }
  return null;
}

/** What a session with a cached plan does not notice, but a driver may that knows the types: parameters of another kind, other fields. */
function valueChange(before: Answer, after: Answer): string | null {
  for (const [at, was] of before.parameters.entries()) {
    const is = after.parameters[at];
    if (is !== undefined && kindOfType(was) !== kindOfType(is))
      return `parameter $${at + 1} is ${is} in place of ${was}`;
  }
  for (const [at, { name, type, fields }] of before.columns.entries()) {
    const is = after.columns[at];
    if (is?.type === type && is.fields !== fields)
      return `column ${name} is ${type} (${is.fields ?? ""}) in place of ${type} (${fields ?? ""})`;
  }
  return null;
}

/** The plan only changes because statistics are missing: with them it differs from what it is without. */
function lostFor({ before, after, analyzed }: ExaminedQuery, lost: readonly LostStatistics[]): LostStatistics | null {
  if (!before.plan || !after.plan || !analyzed) return null;
  const { plan } = after;
  if (plan.shape === before.plan.shape || plan.shape === analyzed.shape) return null;
  return lost.find(({ table }) => plan.accesses.some((access) => access.table === table)) ?? null;
}

function slowerBy(each: ExaminedQuery, rows: ReadonlyMap<string, number>, thresholds: Thresholds): string | null {
  const { before, after, analyzed, valued } = each;
  return (
    slowerPlan(before.plan, analyzed ?? after.plan, rows, thresholds) ??
    (valued && slowerPlan(valued.before, valued.after, rows, thresholds))
  );
}

function slowerPlan(
  before: Plan | null,
  after: Plan | null,
  rows: ReadonlyMap<string, number>,
  thresholds: Thresholds,
): string | null {
  if (!before || !after || after.cost < CHEAP) return null;
  const table = lostIndex(before, after).find((name) => (rows.get(name) ?? 0) >= thresholds.largeTable);
  if (table !== undefined && after.cost >= before.cost * INDEX_FACTOR)
    return `${table} (${Math.round(rows.get(table) ?? 0)} rows) is read in full in place of by an index; ${costs(before, after)}`;
  return after.cost >= before.cost * thresholds.costFactor ? costs(before, after) : null;
}

/** Tables that the plan before reads by an index, and the plan after reads in full. */
function lostIndex(before: Plan, after: Plan): readonly string[] {
  const names = (plan: Plan, by: string) =>
    plan.accesses.filter((access) => access.by === by).map(({ table }) => table);
  const full = new Set(names(before, "sequential"));
  const indexed = new Set(names(before, "index"));
  return names(after, "sequential").filter((table) => indexed.has(table) && !full.has(table));
}

function costs(before: Plan | null, after: Plan | null): string {
  return `estimated cost ${Math.round(after?.cost ?? 0)} in place of ${Math.round(before?.cost ?? 0)}`;
}
