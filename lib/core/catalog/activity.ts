/** A server counter read at one moment; two readings tell how busy a database is in between. */
export interface Activity {
  /** Transactions of the database that have ended, committed or not. */
  readonly transactions: number;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly at: number;
  /** When the server started, in microseconds: a replica or a restarted server has a count of its own. */
  readonly server: string;
}

/** SQL expression of type json: `Activity` of the database that the session is connected to. */
export const ACTIVITY = `json_build_object(
    'transactions', (select xact_commit + xact_rollback from pg_stat_database where datname = current_database()),
    'at', extract(epoch from clock_timestamp()) * 1000,
    'server', extract(epoch from pg_postmaster_start_time()) * 1000000 || '')`;

/** Backends report their work about once a second (`pgstat_report_stat`), so a shorter interval tells nothing. */
const SHORTEST_MS = 2000;

/** Transactions per second between two moments; null when the two cannot be compared. */
export function trafficBetween(earlier: Activity | undefined, later: Activity | undefined): number | null {
  if (!earlier || !later || earlier.server !== later.server) return null;
  const [ms, transactions] = [later.at - earlier.at, later.transactions - earlier.transactions];
  return ms < SHORTEST_MS || transactions < 0 ? null : (transactions * 1000) / ms;
}
