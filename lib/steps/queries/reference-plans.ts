import type { Plan } from "../../core/queries/plan.js";
import type { WriteTarget } from "../../core/queries/write-target.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { WorkloadQuery } from "../../core/workload/workload.js";
import type { Session } from "../../ports/database.js";
import type { QueryScope } from "./as-each-role.js";
import { describeQueries } from "./describe-queries.js";
import type { RowTrial } from "./sample-rows.js";

/** The table to which a foreign key leads, and the rows of another one that PostgreSQL looks for when a row there leaves or gets another key. */
interface Reference {
  /** `schema.table`, as `child`. */
  readonly parent: string;
  readonly keys: readonly string[];
  readonly child: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly partitioned: boolean;
  readonly cascades: boolean;
}

/** A query, and the text that PostgreSQL runs for it by itself. */
interface Looked {
  readonly query: WorkloadQuery;
  readonly text: string;
}

/** No plan shows how a DELETE, or an UPDATE of a key, looks for the rows that refer to it. Those in a table that has lost an index. */
export async function lookedUp(
  after: Session,
  trials: readonly RowTrial[],
  lost: { has(table: string): boolean; readonly size: number },
): Promise<readonly Looked[]> {
  if (lost.size === 0 || !trials.some(({ target }) => target.removes || target.sets.size > 0)) return [];
  const references = await after.query<Reference & Record<string, unknown>>(REFERENCES);
  return trials.flatMap(({ query, table, target }) =>
    reached(references, table, target)
      .filter(({ child }) => lost.has(child))
      .map((reference) => ({ query, text: lookupText(reference) })),
  );
}

function reached(
  references: readonly Reference[],
  table: string,
  { removes, sets }: WriteTarget,
): readonly Reference[] {
  const found = new Set<Reference>();
  const add = (parent: string, concerns: (reference: Reference) => boolean) => {
    for (const reference of references) {
      if (reference.parent !== parent || found.has(reference) || !concerns(reference)) continue;
      found.add(reference);
      if (removes && reference.cascades) add(reference.child, () => true);
    }
  };
  add(table, ({ keys }) => removes || keys.some((key) => sets.has(key)));
  return [...found];
}

function lookupText({ schema, table, columns, partitioned }: Reference): string {
  const compared = columns.map((column, at) => `x.${identifier(column)} = $${at + 1}`).join(" and ");
  return `select 1 from ${partitioned ? "" : "only "}${qualified(schema, table)} x where ${compared} for key share of x`;
}

/** For each query the plans before and after of the look-up that gets most expensive. */
export async function referencePlans(
  before: Session,
  after: Session,
  looked: readonly Looked[],
  scope: QueryScope,
): Promise<ReadonlyMap<WorkloadQuery, { readonly before: Plan; readonly after: Plan }>> {
  const texts = [...new Set(looked.map(({ text }) => text))].map((text) => ({ text, role: null, parameters: null }));
  // PostgreSQL looks as the owner of the table.
  const own = { ...scope, role: null };
  const [was, is] = [await describeQueries(before, texts, own), await describeQueries(after, texts, own)];
  const plans = new Map(
    texts.flatMap((sent) => {
      const [earlier, now] = [was.get(sent), is.get(sent)];
      if (!earlier || !now || !("plan" in earlier && "plan" in now) || !earlier.plan || !now.plan) return [];
      return [[sent.text, { before: earlier.plan, after: now.plan }] as const];
    }),
  );
  const worst = new Map<WorkloadQuery, { readonly before: Plan; readonly after: Plan }>();
  for (const { query, text } of looked) {
    const [pair, known] = [plans.get(text), worst.get(query)];
    if (pair && (!known || pair.after.cost > known.after.cost)) worst.set(query, pair);
  }
  return worst;
}

const REFERENCES = `
select concat(pn.nspname, '.', p.relname) as parent, concat(cn.nspname, '.', c.relname) as child,
       cn.nspname as schema, c.relname as table, c.relkind = 'p' as partitioned, o.confdeltype = 'c' as cascades,
       array(select a.attname::text from unnest(o.confkey) with ordinality k(num, at)
               join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.num order by k.at) as keys,
       array(select a.attname::text from unnest(o.conkey) with ordinality k(num, at)
               join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.num order by k.at) as columns
  from pg_constraint o join pg_class p on p.oid = o.confrelid join pg_namespace pn on pn.oid = p.relnamespace
       join pg_class c on c.oid = o.conrelid join pg_namespace cn on cn.oid = c.relnamespace
 where o.contype = 'f' and o.conparentid = 0`;
