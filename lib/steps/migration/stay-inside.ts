import { ownSchemaOf } from "../../core/catalog/own-schema.js";
import { pathOfSchema } from "../../core/sql/own-path.js";
import { literal } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { READING, type SessionScope } from "./prepare-session.js";

/** A release left its tenant. Retrying does not help. */
export class LeftTenant extends DatabaseError {
  constructor(message: string) {
    super(message, "ISOLATION");
  }
}

/**
 * After a statement and in its transaction: throws `LeftTenant` if the statement changed the search_path or the role, or touched what is
 * not the tenant's, whatever its text said; and resets the timeouts that it may have changed. PostgreSQL keeps every lock on a relation
 * until the transaction ends, so the locks show what was read and written.
 */
export async function stayInside(session: Session, scope: SessionScope): Promise<void> {
  const [row] = await session.query<Found>(stateQuery(scope));
  const { schema, settings } = scope;
  if (!row) throw new LeftTenant("where the statement left the session could not be read");
  const touched = row.foreign ? await touchedOutside(session, scope) : row.touched;
  if (touched !== null) throw new LeftTenant(`it touches ${touched}, which is not the tenant's`);
  const own = session.role ?? row.login;
  // What the login created for itself, only the gate could use.
  if (row.role !== own && (schema !== null || row.role === row.login))
    throw new LeftTenant(`it leaves the role ${row.role}, and the rollout's is ${own}`);
  if (schema === null) return;
  const path = pathOfSchema(schema, settings.shared);
  const left = session.path();
  if (left !== path) throw new LeftTenant(`it leaves the search_path ${left}, and the tenant's is ${path}`);
}

interface Found extends Record<string, unknown> {
  readonly role: string;
  readonly login: string;
  /** What was touched outside the tenant, with the lock that shows it; null for nothing. */
  readonly touched: string | null;
  /** There are foreign tables in the tenant's own database, where nothing else is outside it; `touched` was not asked. */
  readonly foreign: boolean;
}

async function touchedOutside(session: Session, { schema, settings }: SessionScope): Promise<string | null> {
  const query = `select (${touchedQuery(schema, settings.shared ?? ["public"])}) as touched`;
  const [row] = await session.query<Pick<Found, "touched">>(query);
  if (!row) throw new LeftTenant("what the statement touched could not be read");
  return row.touched;
}

/** Without foreign tables a tenant's own database needs no search through its locks, which takes most of this query's time to plan. */
function stateQuery({ schema, settings }: SessionScope): string {
  const { lockTimeout, statementTimeout } = settings;
  const touched =
    schema === null
      ? `null as touched, exists (select from pg_catalog.pg_foreign_table) as "foreign"`
      : `(${touchedQuery(schema, settings.shared ?? ["public"])}) as touched, false as "foreign"`;
  return `select current_user::pg_catalog.text as role,
    session_user::pg_catalog.text as login, ${touched},
    ${READING.map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`).join(", ")},
    pg_catalog.set_config('lock_timeout', '${lockTimeout}', true),
    pg_catalog.set_config('statement_timeout', '${statementTimeout}', true)`;
}

/** A table on another server belongs to no tenant; creating it reads nothing there. */
const FOREIGN = `c.relkind = 'f' and l.mode in ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')`;

/** One tenant's large objects are everybody's: pg_largeobject. */
const LARGE_OBJECTS = "c.oid = 2613";

/**
 * Shared objects may be read, and foreign keys to them added and dropped, and their sequences asked for numbers. A table that was truncated
 * or altered has a row in pg_class that this transaction wrote.
 */
const SHARED_USE = `c.relkind = 'S' or l.mode in ('AccessShareLock', 'RowShareLock', 'ShareRowExclusiveLock')
  or l.mode = 'AccessExclusiveLock' and c.xmin is distinct from pg_catalog.xid(pg_catalog.pg_current_xact_id_if_assigned())`;

function touchedQuery(schema: string | null, shared: readonly string[]): string {
  const outside =
    schema === null
      ? FOREIGN
      : `${FOREIGN} or ${LARGE_OBJECTS} or ${ofOthers(schema)}
      and not (n.nspname = any (array[${names(shared)}]::pg_catalog.name[]) and (${SHARED_USE}))`;
  return `select pg_catalog.string_agg(distinct pg_catalog.format('%I.%I (%s)', n.nspname, c.relname, l.mode), ', ')
    from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where l.pid = pg_catalog.pg_backend_pid() and l.locktype = 'relation'
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      and (${outside})`;
}

/** For a schema `n` that is not the tenant's, PostgreSQL's or the session's own. */
export function ofOthers(schema: string): string {
  return `n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema', ${names([schema, ownSchemaOf(schema)])})
      and n.oid <> pg_catalog.pg_my_temp_schema() and n.nspname !~ '^pg_toast_temp_'`;
}

export function names(schemas: readonly string[]): string {
  return schemas.map((each) => literal(each)).join(", ");
}
