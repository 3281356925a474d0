import { groupBy } from "../../core/group-by.js";
import { identifier, literal } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";

/** As whom and where queries look names up. */
export interface QueryScope {
  /** The tenant's schema in a shared database. */
  readonly schema: string | null;
  readonly shared?: readonly string[] | undefined;
  /** Who runs a query whose source does not say; null: the session's own role. */
  readonly role: string | null;
  /** Whether plans are wanted: planning evaluates expressions, describing does not. */
  readonly plans: boolean;
}

/** A role that the session may not become, or that the server does not have: the session's own stands in for it. */
export interface StandIn {
  readonly message: string;
  readonly unknown: boolean;
}

export interface OfRole<Q> {
  readonly queries: readonly Q[];
  /** Empty: the session's own. */
  readonly role: string;
  readonly standIn: StandIn | null;
}

/** SQLSTATE insufficient_privilege. */
export const FORBIDDEN = "42501";

/**
 * Works on the queries of one role after the other, as that role and under its own search_path, in a transaction that is taken back; what is
 * prepared there outlives it. `enter`: begins something else that is taken back, and returns the statements for that.
 */
export async function asEachRole<Q>(
  session: Session,
  queries: readonly Q[],
  scope: QueryScope,
  roleOf: (query: Q) => string | null,
  work: (group: OfRole<Q>) => Promise<void>,
  enter: () => Promise<string> = () => session.script("begin").then(() => "rollback"),
): Promise<void> {
  for (const [role, group] of groupBy(queries, (query) => roleOf(query) ?? scope.role ?? "")) {
    const end = await enter();
    try {
      session.lookUpIn(scope.schema, scope.shared);
      const standIn = await actAs(session, role === "" ? null : role, scope);
      await work({ queries: group, role, standIn });
    } finally {
      await session.script(end);
    }
  }
}

/** Takes the role and its own search_path for a transaction. Returns null, or why the role cannot be taken. */
async function actAs(session: Session, role: string | null, { schema }: QueryScope): Promise<StandIn | null> {
  await session.script("set local plan_cache_mode = force_generic_plan; savepoint role");
  if (role === null) return null;
  const refused = await takeRole(session, role);
  if (schema !== null) return refused;
  const [own] = await session.query<{ path: string }>(ROLE_PATH, [role]);
  if (own) await session.execute(`select pg_catalog.set_config('search_path', ${literal(own.path)}, true)`);
  return refused;
}

async function takeRole(session: Session, role: string): Promise<StandIn | null> {
  try {
    await session.script(`set local role ${identifier(role)}`);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError && /^(22023|42501|42704)$/.test(error.code))) throw error;
    await session.script("rollback to savepoint role");
    return { message: error.message, unknown: error.code !== FORBIDDEN };
  }
}

/** What ALTER ROLE … SET search_path says, for this database or for all. */
const ROLE_PATH = `
select substr(setting, length('search_path=') + 1) as path
  from pg_db_role_setting s cross join unnest(s.setconfig) setting
 where s.setrole = (select oid from pg_roles where rolname = $1)
   and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
   and starts_with(setting, 'search_path=')
 order by s.setdatabase desc limit 1`;
