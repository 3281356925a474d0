import { holdsOthersUp, PROGRAM_SESSIONS, type ProgramSessions } from "../../core/migration/program-sessions.js";
import type { Clock } from "../../ports/clock.js";
import { DatabaseError, type Session, type SessionOptions } from "../../ports/database.js";
import { MigratorFailed } from "../../ports/migrator.js";

/** Time between two looks at a statement that runs longer than a lock may take. Milliseconds. */
const INTERVAL_MS = 250;

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = "55P03";

/** What is said about a program that took `lock_timeout` away from its sessions. */
const WAITED = "a statement of it waited for a lock longer than rollout.lockTimeout and was cancelled";

/** The session that cancels: the login's, which has the right to. */
export const CANCELLER: SessionOptions = { purpose: "write", statementTimeout: 5000, lockTimeout: 1000, asLogin: true };

/** How a statement is held to `lock_timeout` from outside. */
export interface LockWatch {
  /** Opens a session of the login, which may cancel the other. */
  connect(): Promise<Session>;
  readonly clock: Clock;
}

/** `waitstart` came with PostgreSQL 14; before that, a statement that is waiting after it has run this long is late. */
const late = (version: number) =>
  version >= 140_000
    ? "coalesce(clock_timestamp() - l.waitstart > make_interval(secs => $2::float8 / 1000), false)"
    : "$2::float8 >= 0";

const HOLDS_OTHERS_UP = holdsOthersUp("l.pid");

/** Why a program waits is not known in advance: a wait for others' snapshots belongs to a CONCURRENTLY. */
const counts = ({ quiet, program }: LockLimit) => {
  if (program !== undefined) return ` and (l.locktype <> 'virtualxid' or ${HOLDS_OTHERS_UP})`;
  return quiet ? ` and ${HOLDS_OTHERS_UP}` : "";
};

const waiting = (version: number, act: string, limit: LockLimit) =>
  `select ${act}(l.pid) from pg_locks l where l.pid = any($1) and not l.granted and ${late(version)}${counts(limit)}`;

/** The only session of the login that runs a text here; none if several do. The server keeps only the beginning of a long text. */
const RUNNING = `select min(a.pid) as pid from pg_stat_activity a
  where a.datname = current_database() and a.usename = session_user and a.state = 'active' and a.pid <> pg_backend_pid()
    and case when octet_length(a.query) < pg_size_bytes(current_setting('track_activity_query_size')) - 4 then a.query = $1 else starts_with($1, a.query) end
  having count(*) = 1`;

/** How long a statement may wait for a lock. */
export interface LockLimit {
  /** Milliseconds; 0 means no limit. */
  readonly lockTimeout: number;
  /** It waits for others' snapshots and locks as CONCURRENTLY does; that counts only while it holds others up. */
  readonly quiet?: boolean;
  /** The statement's text, used to find it when no backend is known in advance. */
  readonly text?: string;
  /** A program is running; each of its sessions is held to the limit. */
  readonly program?: ProgramSessions;
}

/**
 * Runs one statement of others. It may switch off `lock_timeout` within itself (in a body put together at run time, or in a function with a
 * SET clause), or run without it, as CONCURRENTLY does. If it waits longer for a lock, it is cancelled; if it carries on, its session is
 * ended. Looks at nothing before the statement has taken as long as a lock may. Throws what `work` throws, as lock_not_available if it was
 * cancelled.
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
    if (error instanceof MigratorFailed) throw new MigratorFailed(`${error.message}; ${WAITED}`, error.output);
    throw new DatabaseError("canceling statement due to lock timeout", LOCK_TIMEOUT, null, error);
  } finally {
    await settled();
  }
}

async function look(
  known: number | null,
  limit: LockLimit,
  { connect, clock }: LockWatch,
  done: AbortSignal,
  stopped: { late: boolean },
): Promise<void> {
  await clock.sleep(limit.lockTimeout, done);
  if (done.aborted) return;
  const session = await connect();
  try {
    while (!done.aborted) {
      const backends = await watched(session, known, limit);
      const act = stopped.late ? "pg_terminate_backend" : "pg_cancel_backend";
      const rows = await session.query(waiting(session.serverVersion, act, limit), [backends, limit.lockTimeout]);
      if (rows.length > 0) stopped.late = true;
      await clock.sleep(INTERVAL_MS, done);
    }
  } finally {
    await session.close();
  }
}

async function watched(
  session: Session,
  known: number | null,
  { text = "", program }: LockLimit,
): Promise<readonly number[]> {
  if (program === undefined && known !== null) return [known];
  const rows =
    program === undefined
      ? await session.query<{ pid: number | null }>(RUNNING, [text])
      : await session.query<{ pid: number | null }>(PROGRAM_SESSIONS, [program.application, program.since]);
  return rows.flatMap(({ pid }) => pid ?? []);
}
