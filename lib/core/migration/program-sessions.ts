/** Which sessions are a program's. */
export interface ProgramSessions {
  /** The application_name that it is given. */
  readonly application: string;
  /** When it began, by the server's clock. */
  readonly since: string;
}

/** Others wait behind a session that has one of these, or asks for it (manual, "Table-Level Locks"). */
export function holdsOthersUp(pid: string): string {
  return `exists (select from pg_locks o where o.pid = ${pid} and o.locktype = 'relation'
  and o.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))`;
}

/**
 * The sessions of a program, as `pid`; the parameters: its application_name and since when. Many name themselves otherwise: then they are
 * told by having begun since, as the same login, and by holding others up.
 */
export const PROGRAM_SESSIONS = `select a.pid from pg_stat_activity a
  where a.datname = current_database() and a.usename = session_user and a.pid <> pg_backend_pid()
    and (a.application_name = $1 or a.backend_start >= $2::timestamptz and ${holdsOthersUp("a.pid")})`;
