import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

export interface Setting extends Row {
  readonly name: string;
  readonly value: string;
}

const SETTING = "split_part(setting, '=', 1) as name, substr(setting, strpos(setting, '=') + 1) as value";

/** `role`: null for what the database sets for everybody. */
const OF_DATABASE = `select case when s.setrole <> 0 then pg_get_userbyid(s.setrole)::text end as role, ${SETTING}
  from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase cross join unnest(s.setconfig) with ordinality u(setting, at)
  where d.datname = $1 order by s.setrole, u.at`;

/** What it has in the database comes before what it has on the whole server. */
const OF_LOGIN = `select distinct on (lower(name)) name, value from (select s.setdatabase, ${SETTING}
    from pg_db_role_setting s cross join unnest(s.setconfig) setting
    where s.setrole = (select oid from pg_roles where rolname = session_user)
      and s.setdatabase in (0, (select oid from pg_database where datname = $1))) s
  order by lower(name), setdatabase desc`;

/** Their values are lists of quoted names, which a single literal would turn into one name (pg_dump, `variable_is_guc_list_quote`). */
const LISTS: ReadonlySet<string> = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

/**
 * CREATE DATABASE copies none of ALTER DATABASE … SET and ALTER ROLE … IN DATABASE … SET, under which the tenant's sessions run. What the session's
 * role may not set (for other roles, or what only a superuser sets) is left out.
 */
export async function copySettings(session: Session, name: string, template: string): Promise<void> {
  const place = `database ${identifier(name)}`;
  for (const setting of await session.query<Setting & { role: string | null }>(OF_DATABASE, [template]))
    await set(session, setting.role === null ? place : `role ${identifier(setting.role)} in ${place}`, setting);
}

/** What ALTER ROLE sets for the session's login when it signs in to a database. */
export function settingsOfLogin(session: Session, database: string): Promise<readonly Setting[]> {
  return session.query<Setting>(OF_LOGIN, [database]);
}

/** Gives them to another role. What the session's role may not set is left out. */
export async function setForRole(session: Session, role: string, settings: readonly Setting[]): Promise<void> {
  for (const setting of settings) await set(session, `role ${identifier(role)}`, setting);
}

async function set(session: Session, whose: string, setting: Setting): Promise<void> {
  try {
    await session.script(alter(whose, setting));
  } catch (error) {
    await session.script("rollback").catch(() => {});
    if (!(error instanceof DatabaseError) || !error.isOfStatement) throw error;
  }
}

function alter(whose: string, { name, value }: Setting): string {
  const setting = name.split(".").map(identifier).join(".");
  if (!LISTS.has(name.toLowerCase())) return `alter ${whose} set ${setting} to ${literal(value)}`;
  const now = `select pg_catalog.set_config(${literal(name)}, ${literal(value)}, true)`;
  return `begin; ${now}; alter ${whose} set ${setting} from current; commit`;
}
