import { groupBy } from "../../core/group-by.js";
import { type Described, isRefusal, type Refusal } from "../../core/queries/description.js";
import type { Side } from "../../core/queries/examined.js";
import { readPlan } from "../../core/queries/plan.js";
import { identifier, literal } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { lackingRights } from "./lacking-rights.js";

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

/** Why nothing could be found out about a query in this session. */
export interface Unsaid {
  readonly reason: "no-role" | "time";
  readonly message: string;
}

/** What is needed to ask a server about a query. */
type SentQuery = Pick<WorkloadQuery, "text" | "role" | "parameters">;

/** Queries that are asked about before the server's answers are condensed. */
const AT_ONCE = 500;

/** SQLSTATE insufficient_privilege, and codes that say nothing about the query: query_canceled, lock_not_available. */
const FORBIDDEN = "42501";
const OUT_OF_TIME: ReadonlySet<string> = new Set(["57014", "55P03"]);

/**
 * What the server says about each query as the role that runs it, in a transaction that is rolled back. If the session may not become a
 * role, it uses that role's search_path, and the catalogs say what the role may do. Throws `DatabaseError` if the connection fails.
 */
export async function describeQueries<Q extends SentQuery>(
  session: Session,
  queries: readonly Q[],
  scope: QueryScope,
): Promise<ReadonlyMap<Q, Side | Unsaid>> {
  const sides: (readonly [Q, Side | Unsaid])[] = [];
  for (const [role, group] of groupBy(queries, (query) => query.role ?? scope.role ?? "")) {
    await session.script("begin");
    try {
      for await (const side of describeAs(session, role, group, scope)) sides.push(side);
    } finally {
      await session.script("rollback");
      // Prepared statements outlive the transaction in which they were made.
      if (scope.plans) await session.script("deallocate all");
    }
  }
  return new Map(sides);
}

/** The same for the queries of one role (empty: the session's own) within a transaction of the caller, which keeps the role and its path. */
export async function* describeAs<Q extends SentQuery>(
  session: Session,
  role: string,
  queries: readonly Q[],
  scope: QueryScope,
): AsyncGenerator<readonly [Q, Side | Unsaid]> {
  session.lookUpIn(scope.schema, scope.shared);
  const standIn = await actAs(session, role === "" ? null : role, scope);
  for (let from = 0; from < queries.length; from += AT_ONCE) {
    const some = queries.slice(from, from + AT_ONCE);
    const answers = standIn?.unknown ? [] : await session.describe(some, { plans: scope.plans });
    const lacking = standIn?.unknown === false ? await lackingRights(session, role, some) : new Map<Q, string>();
    for (const [at, query] of some.entries())
      yield [query, answerOf({ described: answers[at], lacks: lacking.get(query), standIn })];
  }
}

interface Answer {
  readonly described: Described | undefined;
  /** The relation on which the role lacks a right. */
  readonly lacks: string | undefined;
  readonly standIn: StandIn | null;
}

function answerOf({ described, lacks, standIn }: Answer): Side | Unsaid {
  // What the session's own role may not see says nothing about the other role.
  if (!described || (standIn && isRefusal(described) && described.code === FORBIDDEN))
    return { reason: "no-role", message: standIn?.message ?? "" };
  if (lacks !== undefined && !isRefusal(described))
    return { described: { code: FORBIDDEN, message: `permission denied for ${lacks}` }, plan: null };
  return sideOf(described);
}

/** A role that the session may not become, or that the server does not have. */
interface StandIn {
  readonly message: string;
  readonly unknown: boolean;
}

/** Takes the role and its own search_path for a transaction. Returns null, or why the role cannot be taken. */
export async function actAs(session: Session, role: string | null, { schema }: QueryScope): Promise<StandIn | null> {
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

function sideOf(answer: Described): Side | Unsaid {
  if (isRefusal(answer))
    return OUT_OF_TIME.has(answer.code)
      ? { reason: "time", message: answer.message }
      : { described: answer, plan: null };
  const { plan, ...described } = answer;
  if (plan === undefined) return { described, plan: null };
  if (typeof plan === "string") return { described, plan: readPlan(JSON.parse(plan)) };
  return isOurs(plan, described.parameters)
    ? { described, plan: null, unplanned: plan }
    : // Rights, the index of ON CONFLICT, a view that cannot be locked: some refusals come only when a query is planned.
      { described: plan, plan: null };
}

/** Whether planning failed for the NULLs that we plan with, which a domain may refuse, or for the time that it took. */
function isOurs({ code }: Refusal, parameters: readonly string[]): boolean {
  return OUT_OF_TIME.has(code) || (parameters.length > 0 && /^2[23]/.test(code));
}
