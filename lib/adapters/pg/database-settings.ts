import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";

interface Setting extends Row {
  /** Null for what the database sets for everybody. */
  readonly role: string | null;
  readonly name: string;
  readonly value: string;
}

const SETTINGS = `select case when s.setrole <> 0 then pg_get_userbyid(s.setrole)::text end as role,
    split_part(setting, '=', 1) as name, substr(setting, strpos(setting, '=') + 1) as value
  from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase cross join unnest(s.setconfig) with ordinality u(setting, at)
  where d.datname = $1 order by s.setrole, u.at`;

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
  for (const setting of await session.query<Setting>(SETTINGS, [template])) {
    try {
      await session.script(alter(setting, name));
    } catch (error) {
      await session.script("rollback").catch(() => {});
      if (!(error instanceof DatabaseError) || !error.isOfStatement) throw error;
    }
  }
}

function alter({ role, name, value }: Setting, database: string): string {
  const place = `database ${identifier(database)}`;
  const whose = role === null ? place : `role ${identifier(role)} in ${place}`;
  const setting = name.split(".").map(identifier).join(".");
  if (!LISTS.has(name.toLowerCase())) return `alter ${whose} set ${setting} to ${literal(value)}`;
  const now = `select pg_catalog.set_config(${literal(name)}, ${literal(value)}, true)`;
  return `begin; ${now}; alter ${whose} set ${setting} from current; commit`;
}
