import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";

/** Between two looks at a statement that takes longer than a lock may. Milliseconds. */
const INTERVAL_MS = 250;

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = "55P03";

/** The session that cancels: the login's, which may. */
export const CANCELLER: SessionOptions = { purpose: "write", statementTimeout: 5000, lockTimeout: 1000, asLogin: true };

/** How a statement is kept to `lock_timeout` from outside. */
export interface LockWatch {
  /** Opens a session of the login, which may cancel the other. */
  connect(): Promise<Session>;
  readonly clock: Clock;
}

/** `waitstart` came with PostgreSQL 14; before it, a statement that waits when it has taken so long is late. */
const late = (version: number) =>
  version >= 140_000
    ? "coalesce(clock_timestamp() - l.waitstart > make_interval(secs => $2::float8 / 1000), false)"
    : "$2::float8 >= 0";

/** Others wait behind these, taken or asked for (manual, "Table-Level Locks"). */
const HOLDS_OTHERS_UP = `exists (select from pg_locks o where o.pid = $1 and o.locktype = 'relation'
  and o.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))`;

const waiting = (version: number, act: string, quiet: boolean) =>
  `select ${act}(l.pid) from pg_locks l where l.pid = $1 and not l.granted and ${late(version)}${quiet ? ` and ${HOLDS_OTHERS_UP}` : ""}`;

/** The one session of the login that runs a text here; none where several do. The server keeps only the beginning of a long one. */
const RUNNING = `select min(a.pid) as pid from pg_stat_activity a
  where a.datname = current_database() and a.usename = session_user and a.state = 'active' and a.pid <> pg_backend_pid()
    and case when octet_length(a.query) < pg_size_bytes(current_setting('track_activity_query_size')) - 4 then a.query = $1 else starts_with($1, a.query) end
  having count(*) = 1`;

/** How long a statement may wait for a lock. */
export interface LockLimit {
  /** Milliseconds; 0 means no limit. */
  readonly lockTimeout: number;
  /** It waits for the snapshots and locks of others as CONCURRENTLY does, and only where it holds others up meanwhile that counts. */
  readonly quiet?: boolean;
  /** The statement's text, by which it is found where no backend is known beforehand. */
  readonly text?: string;
}

/**
 * Runs one statement of others, which may take away `lock_timeout` within itself: in a body put together at run time, or in a function
 * with a SET clause; or runs without it, as what is CONCURRENTLY does. One that waits for a lock longer is cancelled, and, where it goes on, its session is ended. Nothing is asked
 * before it has taken as long as a lock may. Throws what `work` throws, as lock_not_available where it was cancelled.
 */
export async function withinLockTimeout<T>(
  session: Session,
  limit: LockLimit,
  watch: LockWatch | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!watch || limit.lockTimeout === 0) return work();
  const backend = await session.backendNow();
  const done = new AbortController();
  const stopped = { late: false };
  const watching = look(backend, limit, watch, done.signal, stopped).catch(() => {});
  // The statement may end before the watch knows that it was the one that cancelled it.
  const settled = () => {
    done.abort();
    return watching;
  };
  try {
    return await work();
  } catch (error) {
    await settled();
    if (!stopped.late || !(error instanceof DatabaseError)) throw error;
    throw new DatabaseError("canceling statement due to lock timeout", LOCK_TIMEOUT, null, error);
  } finally {
    await settled();
  }
}

async function look(
  known: number | null,
  { lockTimeout, quiet = false, text = "" }: LockLimit,
  { connect, clock }: LockWatch,
  done: AbortSignal,
  stopped: { late: boolean },
): Promise<void> {
  await clock.sleep(lockTimeout, done);
  if (done.aborted) return;
  const session = await connect();
  try {
    while (!done.aborted) {
      const backend = known ?? (await running(session, text));
      const act = stopped.late ? "pg_terminate_backend" : "pg_cancel_backend";
      const rows = await session.query(waiting(session.serverVersion, act, quiet), [backend, lockTimeout]);
      if (rows.length > 0) stopped.late = true;
      await clock.sleep(INTERVAL_MS, done);
    }
  } finally {
    await session.close();
  }
}

async function running(session: Session, text: string): Promise<number | null> {
  const [row] = await session.query<{ pid: number }>(RUNNING, [text]);
  return row?.pid ?? null;
}
