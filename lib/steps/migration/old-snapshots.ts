import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session } from "../../ports/database.js";

/** Sessions of other roles look empty to a role without pg_read_all_stats; for those the statement itself waits. */
const OLDEST = `select who, extract(epoch from now() - since)::int as age from (
    select 'session ' || pid as who, xact_start as since from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
        and (backend_xmin is not null or backend_xid is not null)
    union all select 'prepared transaction ' || gid, prepared from pg_prepared_xacts where database = current_database()
  ) open where since < now() - interval '1 second' order by since limit 1`;

const POLL_MS = 100;

/**
 * Waits until no transaction of the database is older than a second. A concurrent index build waits for them halfway through, where giving
 * up leaves an INVALID index; giving up here leaves nothing. Throws `DatabaseError` with the code of a lock that was not granted within
 * `limit` milliseconds; 0 means no limit.
 */
export async function waitForOldSnapshots(session: Session, clock: Clock, limit: number): Promise<void> {
  const started = clock.monotonic();
  for (;;) {
    const [oldest] = await session.query<{ who: string; age: number }>(OLDEST);
    if (!oldest) return;
    if (limit > 0 && clock.monotonic() - started >= limit) {
      throw new DatabaseError(
        `${oldest.who} has had a transaction open for ${oldest.age} s, which a concurrent index build would wait for`,
        "55P03",
      );
    }
    await clock.sleep(POLL_MS);
  }
}
