import type { Found, QuerySource, Unexamined, UnexaminedReason, Workload, WorkloadQuery } from "./workload.js";

/** Any more are counted and not examined. */
export const MOST_QUERIES = 100_000;
const MOST_SOURCES = 20;
const MOST_PLACES = 20;

/** The readers' results as one workload: each query once per role, the busiest first. */
export function workloadOf(
  found: readonly Found[],
  about: { readonly versions?: readonly string[]; readonly remarks?: readonly string[] } = {},
): Workload {
  const temporary = new Set(found.flatMap((each) => ("reason" in each ? (each.temporary ?? []) : [])));
  const queries: WorkloadQuery[] = [];
  const unexamined: Unexamined[] = [];
  for (const each of found) {
    if ("reason" in each) unexamined.push(one(each.reason, each.place, each.calls));
    else if (each.relations.some((name) => temporary.has(name)))
      unexamined.push(one("temporary-table", each.query.sources[0]?.place ?? "", each.query.calls));
    else queries.push(each.query);
  }
  return mergeWorkloads([
    { format: 1, versions: [...(about.versions ?? [])], queries, unexamined, remarks: [...(about.remarks ?? [])] },
  ]);
}

function one(reason: UnexaminedReason, place: string, calls: number | null): Unexamined {
  return { reason, count: 1, calls, places: [place] };
}

/**
 * Merges several workloads. Calls are added up, and what one source knows about a query applies to all, except the types that a version of the
 * application declares: the same text with different types is a different query.
 */
export function mergeWorkloads(workloads: readonly Workload[]): Workload {
  const all = workloads.flatMap(({ queries }) => queries);
  const roles = new Map<string, Set<string>>();
  for (const { id, role } of all) if (role !== null) roles.set(id, (roles.get(id) ?? new Set()).add(role));
  const merged = new Map<string, WorkloadQuery[]>();
  for (const query of mostToldFirst(all)) {
    // The code does not say who runs it; if the server does, it is one query.
    const owners = query.role === null ? [...(roles.get(query.id) ?? [null])] : [query.role];
    for (const role of owners) {
      const key = JSON.stringify([query.id, role]);
      const known = merged.get(key) ?? [];
      const at = known.findIndex((each) => isSame(each, query));
      merged.set(
        key,
        at < 0 ? [...known, { ...query, role }] : known.with(at, joined(known[at] as WorkloadQuery, query)),
      );
    }
  }
  const ordered = [...merged.values()].flat().sort(busiestFirst);
  const beyond = ordered
    .slice(MOST_QUERIES)
    .map((query) => one("beyond-limit", query.sources[0]?.place ?? "", query.calls));
  return {
    format: 1,
    versions: distinct(workloads.flatMap(({ versions }) => versions)),
    queries: ordered.slice(0, MOST_QUERIES),
    unexamined: counted([...workloads.flatMap(({ unexamined }) => unexamined), ...beyond]),
    remarks: distinct(workloads.flatMap(({ remarks }) => remarks)),
  };
}

/** Those that declare types; those of a version; then what servers and logs have seen. */
function mostToldFirst(queries: readonly WorkloadQuery[]): readonly WorkloadQuery[] {
  const rank = ({ parameters, versions }: WorkloadQuery) => (parameters !== null ? 0 : versions.length > 0 ? 1 : 2);
  return queries.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether a query with the same text and role is one that is known already. */
function isSame(known: WorkloadQuery, { parameters, versions }: WorkloadQuery): boolean {
  if (parameters !== null) return JSON.stringify(known.parameters) === JSON.stringify(parameters);
  return known.parameters === null || versions.length === 0 || versions.some((each) => known.versions.includes(each));
}

function joined(a: WorkloadQuery, b: WorkloadQuery): WorkloadQuery {
  const calls = sum(a.calls, b.calls);
  return {
    ...a,
    versions: distinct([...a.versions, ...b.versions]),
    calls,
    callsPerHour: sum(a.callsPerHour, b.callsPerHour),
    meanMs: mean(a, b),
    rows: sum(a.rows, b.rows),
    parameters: a.parameters ?? b.parameters,
    sources: sources([...a.sources, ...b.sources]),
  };
}

function sum(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : a + b;
}

function mean(a: WorkloadQuery, b: WorkloadQuery): number | null {
  if (a.meanMs === null || b.meanMs === null) return a.meanMs ?? b.meanMs;
  const [left, right] = [a.calls ?? 0, b.calls ?? 0];
  return left + right === 0 ? (a.meanMs + b.meanMs) / 2 : (a.meanMs * left + b.meanMs * right) / (left + right);
}

function sources(all: readonly QuerySource[]): QuerySource[] {
  const seen = new Map(all.map((each) => [`${each.kind} ${each.place}`, each]));
  return [...seen.values()].slice(0, MOST_SOURCES);
}

function counted(all: readonly Unexamined[]): Unexamined[] {
  const byReason = new Map<string, { count: number; calls: number | null; places: Set<string> }>();
  for (const { reason, count, calls, places } of all) {
    const known = byReason.get(reason) ?? { count: 0, calls: null, places: new Set<string>() };
    known.count += count;
    known.calls = sum(known.calls, calls);
    for (const place of places) if (known.places.size < MOST_PLACES) known.places.add(place);
    byReason.set(reason, known);
  }
  return [...byReason]
    .map(([reason, { count, calls, places }]) => ({
      reason: reason as UnexaminedReason,
      count,
      calls,
      places: [...places],
    }))
    .sort((a, b) => (a.reason < b.reason ? -1 : 1));
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function busiestFirst(a: WorkloadQuery, b: WorkloadQuery): number {
  return (b.calls ?? 0) - (a.calls ?? 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
