import { ACTIVITY } from "./activity.js";
import type { Statistics } from "./statistics.js";

/**
 * One row, one column `statistics` (JSON): everything in `Statistics` except the server's version. Scans are counted as pg_stat_user_tables counts
 * them, which itself takes longer to plan. `$1` is the tenant's schema, if it is one.
 */
export function statisticsQuery(tenantSchema: string | null): string {
  const inScope =
    tenantSchema === null ? "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'" : "n.nspname = $1::name";
  const size =
    tenantSchema === null
      ? `case when has_database_privilege(current_database(), 'CONNECT') then pg_database_size(current_database()) end`
      : "(select coalesce(sum(t.heap + t.indexes), 0) from tables t)";
  return `with tables as materialized (
  select n.nspname, c.relname, nullif(c.reltuples, -1) as rows, pg_table_size(c.oid) as heap, pg_indexes_size(c.oid) as indexes,
    pg_stat_get_numscans(c.oid) as seq_scan,
    (select coalesce(sum(pg_stat_get_numscans(x.indexrelid)), 0) from pg_index x where x.indrelid = c.oid) as idx_scan
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and ${inScope})
select json_build_object(
  'versionText', current_setting('server_version'),
  'sizeBytes', ${size},
  'rows', (select coalesce(sum(rows), 0) from tables),
  'connections', (select count(*) from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()),
  'activeConnections', (select count(*) from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()
    and a.state <> 'idle'),
  'activity', ${ACTIVITY},
  'encoding', getdatabaseencoding(),
  'collation', (select datcollate from pg_database where datname = current_database()),
  'tables', (select coalesce(json_agg(json_build_object('schema', nspname, 'name', relname, 'rows', rows, 'sizeBytes', heap,
    'indexBytes', indexes, 'sequentialScans', seq_scan, 'indexScans', idx_scan) order by nspname, relname), '[]') from tables),
  'invalidIndexes', (select coalesce(json_agg(n.nspname || '.' || t.relname || '.' || i.relname order by 1), '[]')
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
    join pg_namespace n on n.oid = t.relnamespace where not x.indisvalid and ${inScope}),
  'unvalidatedConstraints', (select coalesce(json_agg(n.nspname || '.' || t.relname || '.' || c.conname order by 1), '[]')
    from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_namespace n on n.oid = t.relnamespace
    where not c.convalidated and ${inScope})) as statistics`;
}

/** The shape of the column `statistics`. */
export type StatisticsRow = Omit<Statistics, "serverVersion">;
