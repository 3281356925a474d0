import { type NeededRight, rightsNeeded } from "../../core/queries/rights-needed.js";
import { literal } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Session } from "../../ports/database.js";

/**
 * For each query that a role may not run, the relation on which it lacks a right: looked up in the catalogs along the session's path, for a
 * session that may not become the role. Empty for a role that the server does not have. The parser must be loaded.
 */
export async function lackingRights<Q extends Pick<WorkloadQuery, "text">>(
  session: Session,
  role: string,
  queries: readonly Q[],
): Promise<ReadonlyMap<Q, string>> {
  const needed = queries.map((query) => [query, rightsNeeded(query.text)] as const);
  const distinct = new Map(needed.flatMap(([, rights]) => rights.map((right) => [keyOf(right), right] as const)));
  if (distinct.size === 0) return new Map();
  const asked = [...distinct].map(
    ([key, { relation, right }]) => `(${literal(key)}, ${literal(relation)}, ${literal(right)})`,
  );
  const rows = await session.execute<{ key: string; relation: string }>(`
    select w.key, c.relname::pg_catalog.text as relation
      from (values ${asked.join(", ")}) w(key, relation, needed)
      join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) pg_catalog.to_regclass(w.relation)
      join pg_catalog.pg_roles r on r.rolname operator(pg_catalog.=) ${literal(role)}
     where not pg_catalog.has_schema_privilege(r.oid, c.relnamespace, 'usage')
        or not case w.needed when 'delete' then pg_catalog.has_table_privilege(r.oid, c.oid, w.needed)
                    else pg_catalog.has_any_column_privilege(r.oid, c.oid, w.needed) end`);
  const lacking = new Map(rows.map(({ key, relation }) => [key, relation]));
  return new Map(
    needed.flatMap(([query, rights]) => {
      const first = rights.map((right) => lacking.get(keyOf(right))).find((relation) => relation !== undefined);
      return first === undefined ? [] : [[query, first] as const];
    }),
  );
}

function keyOf({ relation, right }: NeededRight): string {
  return `${right} ${relation}`;
}
