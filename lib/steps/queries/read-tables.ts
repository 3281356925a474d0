import type { ExaminedQuery } from "../../core/queries/examined.js";

/**
 * Those of these tables (`schema.table`) that the plan before the release reads. A plan for any value does not name the partitions that it may leave
 * out, so there the text decides.
 */
export function readTables(
  { query, before }: Pick<ExaminedQuery, "query" | "before">,
  tables: { has(name: string): boolean; keys(): Iterable<string> },
): readonly string[] {
  const { plan } = before;
  if (!plan) return [];
  const text = query.text.toLowerCase();
  const named = ([...tables.keys()] as string[]).filter((name) =>
    text.includes(name.slice(name.lastIndexOf(".") + 1).toLowerCase()),
  );
  const read = plan.accesses.map(({ table }) => table).filter((table) => tables.has(table));
  return [...new Set([...read, ...(plan.pruned ? named : [])])];
}
