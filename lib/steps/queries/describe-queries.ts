import { type Described, isRefusal, type Refusal } from "../../core/queries/description.js";
import type { Side } from "../../core/queries/examined.js";
import { readPlan } from "../../core/queries/plan.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Session } from "../../ports/database.js";
import { asEachRole, FORBIDDEN, type OfRole, type QueryScope, type StandIn } from "./as-each-role.js";
import { lackingRights } from "./lacking-rights.js";

/** Why nothing could be found out about a query in this session. */
export interface Unsaid {
  readonly reason: "no-role" | "time";
  readonly message: string;
}

/** What is needed to ask a server about a query. */
type SentQuery = Pick<WorkloadQuery, "text" | "role" | "parameters">;

/** Queries that are asked about before the server's answers are condensed. */
const AT_ONCE = 500;

/** SQLSTATEs that say nothing about the query: query_canceled, lock_not_available. */
const OUT_OF_TIME: ReadonlySet<string> = new Set(["57014", "55P03"]);

/**
 * What the server says about each query as the role that runs it, in a transaction that is taken back. If the session may not become a
 * role, it uses that role's search_path, and the catalogs say what the role may do. Throws `DatabaseError` if the connection fails.
 * `enter`: as for `asEachRole`.
 */
export async function describeQueries<Q extends SentQuery>(
  session: Session,
  queries: readonly Q[],
  scope: QueryScope,
  enter?: () => Promise<string>,
): Promise<ReadonlyMap<Q, Side | Unsaid>> {
  const sides = new Map<Q, Side | Unsaid>();
  const describe = async ({ queries: own, role, standIn }: OfRole<Q>) => {
    for (let from = 0; from < own.length; from += AT_ONCE) {
      const some = own.slice(from, from + AT_ONCE);
      const answers = standIn?.unknown ? [] : await session.describe(some, { plans: scope.plans });
      const lacking = standIn?.unknown === false ? await lackingRights(session, role, some) : new Map<Q, string>();
      for (const [at, query] of some.entries())
        sides.set(query, answerOf({ described: answers[at], lacks: lacking.get(query), standIn }));
    }
  };
  await asEachRole(session, queries, scope, ({ role }) => role ?? null, describe, enter);
  // Prepared statements outlive the transaction in which they were made.
  if (scope.plans && enter === undefined) await session.script("deallocate all");
  return sides;
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
