import type { Session } from "../../ports/database.js";

interface Index {
  /** The statement that makes it, with the classes of its operators and its collations; or how a table is partitioned. */
  readonly made: string;
  /** What a partial index is limited to, with every name qualified; null for a whole one. */
  readonly predicate: string | null;
}

export interface IndexFacts {
  readonly schema: string;
  readonly table: string;
  readonly indexes: readonly Index[];
  /** Columns that have a collation, each with it. */
  readonly collations: readonly string[];
}

/** Tables by `schema.table`, with what decides how their rows are found and compared. */
export async function readIndexFacts(session: Session): Promise<ReadonlyMap<string, IndexFacts>> {
  const rows = await session.query<IndexFacts & Record<string, unknown>>(FACTS);
  return new Map(rows.map((row) => [`${row.schema}.${row.table}`, row]));
}

const FACTS = `
select n.nspname as schema, c.relname as table,
       array(select a.attname || ' ' || a.attcollation from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and a.attcollation <> 0 and not a.attisdropped order by a.attnum) as collations,
       (select coalesce(jsonb_agg(jsonb_build_object('made', concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indclass, i.indcollation),
                                                     'predicate', pg_get_expr(i.indpred, i.indrelid))), '[]')
          from pg_index i where i.indrelid = c.oid and i.indisvalid)
       || case c.relkind when 'p' then jsonb_build_array(jsonb_build_object('made', pg_get_partkeydef(c.oid), 'predicate', null)) else '[]' end as indexes
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

export interface LostIndexes {
  readonly schema: string;
  readonly table: string;
  readonly predicates: readonly (string | null)[];
}

/** Tables of which an index is gone, or another, or that are partitioned otherwise. */
export function lostIndexes(
  before: ReadonlyMap<string, IndexFacts>,
  after: ReadonlyMap<string, IndexFacts>,
): ReadonlyMap<string, LostIndexes> {
  const lost = [...before].flatMap(([name, { schema, table, indexes }]) => {
    const kept = new Set(after.get(name)?.indexes.map(({ made }) => made));
    const predicates = [...new Set(indexes.filter(({ made }) => !kept.has(made)).map(({ predicate }) => predicate))];
    return after.has(name) && predicates.length > 0 ? [[name, { schema, table, predicates }] as const] : [];
  });
  return new Map(lost);
}

/** Tables of which an existing column has another collation. */
export function recollatedTables(
  before: ReadonlyMap<string, IndexFacts>,
  after: ReadonlyMap<string, IndexFacts>,
): ReadonlySet<string> {
  const changed = [...before].filter(([name, { collations }]) => {
    const now = after.get(name)?.collations;
    return now !== undefined && collations.some((each) => !now.includes(each));
  });
  return new Set(changed.map(([name]) => name));
}
