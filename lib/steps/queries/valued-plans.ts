import { isRefusal } from "../../core/queries/description.js";
import type { ExaminedQuery } from "../../core/queries/examined.js";
import { type Plan, readPlan } from "../../core/queries/plan.js";
import { comparedIn } from "../../core/queries/write-target.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { asEachRole, type QueryScope } from "./as-each-role.js";
import type { LostIndexes } from "./index-facts.js";
import { readTables } from "./read-tables.js";

/** A query with values for which an index that the release removes may be the way. */
interface Valued {
  readonly query: WorkloadQuery;
  readonly declared: readonly string[];
  readonly values: readonly (readonly (string | null)[])[];
}

/** Both with the same values. */
interface Pair {
  readonly before: Plan;
  readonly after: Plan;
}

const NAME = "schema_gate_valued";

/**
 * A plan for any value uses neither a partial index nor one for a prefix. So queries over a table that loses an index are also planned for
 * values of a row of it, on both sides; of several, the plans that differ most.
 */
export async function valuedPlans(
  before: Session,
  after: Session,
  queries: readonly ExaminedQuery[],
  lost: ReadonlyMap<string, LostIndexes>,
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, Pair>> {
  const rows = new Map<string, readonly Row[]>();
  for (const [name, table] of lost) rows.set(name, await rowsOf(before, table));
  const valued = queries.flatMap((each) => valuesFor(each, rows));
  const [was, is] = [await plansFor(before, valued, scope), await plansFor(after, valued, scope)];
  return new Map(
    valued.flatMap(({ query }) => {
      const pairs = (was.get(query) ?? []).flatMap((plan, at) => {
        const now = is.get(query)?.[at];
        return plan && now ? [{ before: plan, after: now }] : [];
      });
      const worst = pairs.toSorted((a, b) => factor(b) - factor(a))[0];
      return worst ? [[query, worst] as const] : [];
    }),
  );
}

function factor({ before, after }: Pair): number {
  return after.cost / Math.max(before.cost, 1);
}

type Row = Readonly<Record<string, string | null>>;

async function rowsOf(session: Session, { schema, table, predicates }: LostIndexes): Promise<readonly Row[]> {
  const name = qualified(schema, table);
  const columns = await session.query<{ name: string }>(
    "select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum",
    [name],
  );
  const list = columns.map(({ name: column }) => `${identifier(column)}::text as ${identifier(column)}`).join(", ");
  const rows: Row[] = [];
  for (const predicate of predicates)
    rows.push(
      ...(await session.query<Record<string, string | null>>(
        `select ${list} from ${name}${predicate === null ? "" : ` where ${predicate}`} limit 1`,
      )),
    );
  return rows;
}

function valuesFor(
  { query, before, after }: ExaminedQuery,
  rows: ReadonlyMap<string, readonly Row[]>,
): readonly Valued[] {
  if (isRefusal(before.described) || isRefusal(after.described) || !before.plan) return [];
  const { parameters } = before.described;
  const read = readTables({ query, before }, rows).flatMap((table) => rows.get(table) ?? []);
  if (read.length === 0 || parameters.length === 0) return [];
  const columns = comparedIn(query.text);
  const valuesOf = (row: Row, wildcard: string) =>
    parameters.map((type, at) => {
      const { column, pattern } = columns.get(at + 1) ?? {};
      const value = row[column ?? ""] ?? null;
      if (value !== null && pattern) return value + wildcard;
      return value !== null && type.endsWith("[]") ? `{${JSON.stringify(value)}}` : value;
    });
  // A pattern that begins like a value needs more of an index than the value itself.
  const wildcards = [...columns.values()].some(({ pattern }) => pattern) ? ["", "%"] : [""];
  const values = wildcards.flatMap((wildcard) => read.map((row) => valuesOf(row, wildcard)));
  return [{ query, declared: query.parameters === null ? [] : parameters, values }];
}

async function plansFor(
  session: Session,
  valued: readonly Valued[],
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, readonly (Plan | null)[]>> {
  const plans = new Map<WorkloadQuery, readonly (Plan | null)[]>();
  await asEachRole(
    session,
    valued,
    scope,
    ({ query }) => query.role,
    async ({ queries }) => {
      await session.script("set local plan_cache_mode = force_custom_plan; savepoint valued");
      for (const each of queries) plans.set(each.query, await plansOf(session, each));
    },
  );
  return plans;
}

async function plansOf(session: Session, { query, declared, values }: Valued): Promise<readonly (Plan | null)[]> {
  const types = declared.length === 0 ? "" : `(${declared.join(", ")})`;
  const plans: (Plan | null)[] = [];
  const prepared = await orNull(session, () => session.execute(`prepare ${NAME}${types} as ${query.text}`));
  for (const list of prepared === null ? [] : values) {
    const given = list.map((value) => (value === null ? "null" : literal(value))).join(", ");
    const shown = await orNull(session, () =>
      session.execute(`explain (verbose, format json) execute ${NAME}(${given})`),
    );
    plans.push(shown?.[0] ? readPlan(shown[0]["QUERY PLAN"]) : null);
  }
  await session.script("deallocate all");
  return plans;
}

/** A value that does not fit says nothing. */
async function orNull<T>(session: Session, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    await session.script("rollback to savepoint valued");
    return null;
  }
}
