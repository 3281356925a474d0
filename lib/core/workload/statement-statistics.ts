import { plural } from "../plural.js";
import { qualified } from "../sql/quote.js";
import { workloadOf } from "./merge.js";
import { readQuery } from "./read-query.js";
import type { Workload } from "./workload.js";

/** Where the extension's view is, if it is really the extension's; no row when it is not installed in the database. */
export const FIND_STATEMENTS = `
select n.nspname as schema, e.extversion as version, pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') as "readsAll"
  from pg_extension e
  join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
                  and d.classid = 'pg_class'::regclass
  join pg_class c on c.oid = d.objid and c.relname = 'pg_stat_statements'
  join pg_namespace n on n.oid = c.relnamespace
 where e.extname = 'pg_stat_statements'`;

export interface StatementsView {
  readonly schema: string;
  /** `1.10` */
  readonly version: string;
  readonly readsAll: boolean;
}

/** 1.9 introduced `toplevel` and `pg_stat_statements_info`, 1.8 `total_exec_time`. */
export function minorOf({ version }: StatementsView): number {
  return Number(version.split(".")[1] ?? 0);
}

export interface StatementRow {
  readonly role: string | null;
  readonly text: string | null;
  readonly calls: number;
  readonly ms: number;
  readonly rows: number;
}

/** What clients sent to this database, by text and role. */
export function statementRows(view: StatementsView): string {
  const total = minorOf(view) >= 8 ? "s.total_exec_time" : "s.total_time";
  const top = minorOf(view) >= 9 ? "and s.toplevel" : "";
  return `
select r.rolname::text as role, s.query as text, s.calls::float8 as calls, ${total}::float8 as ms, s.rows::float8 as rows
  from ${qualified(view.schema, "pg_stat_statements")} s left join pg_roles r on r.oid = s.userid
 where s.dbid = (select oid from pg_database where datname = current_database()) ${top}`;
}

export interface StatementsInfo {
  /** How often entries were evicted for lack of space. */
  readonly evictions: number;
  /** Since the counters were reset. */
  readonly hours: number;
}

export function statementsInfo(view: StatementsView): string | null {
  if (minorOf(view) < 9) return null;
  return `
select dealloc::float8 as evictions, (extract(epoch from now() - stats_reset) / 3600)::float8 as hours
  from ${qualified(view.schema, "pg_stat_statements_info")}`;
}

/** A shorter time may miss what runs once a day. */
const LEAST_HOURS = 24;

/** One database's counters as a workload. `place` names the tenant. */
export function statisticsWorkload(
  rows: readonly StatementRow[],
  info: StatementsInfo | null,
  view: StatementsView,
  place: string,
): Workload {
  const hours = info && info.hours > 0 ? info.hours : null;
  const found = rows.map(({ role, text, calls, ms, rows: touched }) =>
    // If the file of texts was lost, the server has counters without a text.
    text === null
      ? ({ reason: "truncated", place, calls } as const)
      : readQuery({
          text,
          role,
          calls,
          rows: touched,
          meanMs: calls > 0 ? ms / calls : null,
          callsPerHour: hours === null ? null : calls / hours,
          numberedByServer: true,
          source: { kind: "pg_stat_statements", place },
        }),
  );
  return workloadOf(found, { remarks: remarksOf(info, view, place) });
}

function remarksOf(
  info: StatementsInfo | null,
  { readsAll, version }: StatementsView,
  place: string,
): readonly string[] {
  const remarks: string[] = [];
  if (!readsAll)
    remarks.push(`${place}: the gate's role lacks pg_read_all_stats, so the queries of other roles are hidden.`);
  if (info === null)
    remarks.push(
      `${place}: pg_stat_statements ${version} does not say when its counters were reset or whether it threw out entries, so it may lack queries.`,
    );
  if (info && info.evictions > 0)
    remarks.push(
      `${place}: pg_stat_statements has thrown out entries ${plural(info.evictions, "time")} for want of room; raise pg_stat_statements.max.`,
    );
  if (info && info.hours < LEAST_HOURS)
    remarks.push(
      `${place}: the counters of pg_stat_statements were reset ${shownHours(info.hours)} ago; rarer queries are not in them.`,
    );
  return remarks;
}

function shownHours(hours: number): string {
  return hours < 1 ? plural(Math.max(1, Math.round(hours * 60)), "minute") : plural(Math.round(hours), "hour");
}
