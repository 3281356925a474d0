import { type Check, lacking, ok } from "../doctor/check.js";
import { identifier } from "../sql/quote.js";
import { minorOf, type StatementsView } from "./statement-statistics.js";

/** Whether a tenant's queries can be read from pg_stat_statements; `view` is null when the extension is missing. */
export function judgeStatistics(host: string, tenant: string, role: string, view: StatementsView | null): Check {
  const name = `${host} queries`;
  const cost =
    "The queries that really run there are not known, and those that no other source names are not examined.";
  if (!view)
    return lacking(name, "warning", {
      message: `pg_stat_statements is not installed in the database of ${tenant}.`,
      cost,
      remedy: "CREATE EXTENSION pg_stat_statements;   -- with shared_preload_libraries = 'pg_stat_statements'",
    });
  if (!view.readsAll)
    return lacking(name, "warning", {
      message: `${role} does not see the queries of other roles.`,
      cost,
      remedy: `GRANT pg_read_all_stats TO ${identifier(role)};`,
    });
  if (minorOf(view) < 9)
    return lacking(name, "warning", {
      message: `pg_stat_statements is of version ${view.version}, which does not say when its counters were reset.`,
      cost: "Calls an hour are not known.",
      remedy: "ALTER EXTENSION pg_stat_statements UPDATE;   -- PostgreSQL 14 and later",
    });
  return ok(name, `${role} sees the queries of ${tenant}`);
}
