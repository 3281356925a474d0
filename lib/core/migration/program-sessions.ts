/** Which sessions are a program's. */
export interface ProgramSessions {
  /** The application_name that it is given. */
  readonly application: string;
  /** When it began, by the server's clock; "infinity" where only the name tells its sessions from others. */
  readonly since: string;
}

/**
 * Others wait behind a session that has one of these, or asks for it (manual, "Table-Level Locks"). Nobody else sees its temporary tables, nor
 * those that it has not committed, which pg_class does not show.
 */
export function holdsOthersUp(pid: string): string {
  return `exists (select from pg_locks o join pg_class c on c.oid = o.relation and c.relpersistence <> 't'
  where o.pid = ${pid} and o.locktype = 'relation'
    and o.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'))`;
}

/**
 * When a program begins, as `since`: "infinity" where an application signs in as the same login, whose sessions would be taken for the program's.
 */
export const PROGRAM_SINCE = `select case when exists (select from pg_stat_activity a
    where a.datname = current_database() and a.usename = session_user and a.pid <> pg_backend_pid()
      and a.backend_type = 'client backend' and a.application_name not like 'schema-gate%')
  then 'infinity' else clock_timestamp()::text end as since`;

/**
 * The sessions of a program, as `pid`; the parameters: its application_name and since when. Many name themselves otherwise: then they are
 * told by having begun since, as the same login, from where this session comes from, and by holding others up.
 */
export const PROGRAM_SESSIONS = `select a.pid from pg_stat_activity a
  where a.datname = current_database() and a.usename = session_user and a.pid <> pg_backend_pid()
    and (a.application_name = $1 or a.backend_start >= $2::timestamptz
      and a.client_addr is not distinct from inet_client_addr() and ${holdsOthersUp("a.pid")})`;
