import type { LostStatistics } from "../../core/queries/examined.js";
import { identifier, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

interface TableFacts {
  readonly schema: string;
  readonly table: string;
  /** The planner's estimate; -1 where the table was never analyzed. */
  readonly rows: number;
  /** Changes with columns, constraints and what fills a column. */
  readonly signature: string;
  readonly columns: readonly string[];
  /** Columns that have statistics. */
  readonly known: readonly string[];
  /** Indexes on expressions, by oid, which have statistics of their own. */
  readonly expressions: readonly string[];
}

/** Tables by `schema.table`, with what planning and writing depend on. */
export type CloneFacts = ReadonlyMap<string, TableFacts>;

const FACTS = `
select n.nspname as schema, c.relname as table, c.reltuples::float8 as rows,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              order by a.attnum) as columns,
       array(select s.attname::text from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname) as known,
       array(select i.indexrelid::text from pg_index i where i.indrelid = c.oid and i.indexprs is not null) as expressions,
       md5(concat_ws('|',
         (select string_agg(concat_ws(' ', a.attname, a.atttypid::text, a.atttypmod::text, a.attnotnull::text, a.atthasdef::text,
                                      a.attidentity::text, a.attgenerated::text), ',' order by a.attnum)
            from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
         (select string_agg(pg_get_constraintdef(o.oid), ',' order by o.conname) from pg_constraint o where o.conrelid = c.oid),
         (select string_agg(pg_get_triggerdef(t.oid), ',' order by t.tgname) from pg_trigger t
           where t.tgrelid = c.oid and not t.tgisinternal),
         (select string_agg(e.enumlabel, ',' order by e.enumtypid, e.enumsortorder) from pg_attribute a
            join pg_enum e on e.enumtypid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped))) as signature
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

export async function readCloneFacts(session: Session): Promise<CloneFacts> {
  const rows = await session.query<{ schema: string; table: string } & TableFacts & Record<string, unknown>>(FACTS);
  return new Map(rows.map((row) => [`${row.schema}.${row.table}`, row]));
}

/** Tables that accept other rows than before. */
export function changedTables(before: CloneFacts, after: CloneFacts): ReadonlySet<string> {
  return new Set(
    [...after].flatMap(([name, { signature }]) => (before.get(name)?.signature === signature ? [] : [name])),
  );
}

/** Statistics that were there, or that a new index on an expression would have, of tables with rows. */
export function lostStatistics(before: CloneFacts, after: CloneFacts): readonly LostStatistics[] {
  return [...after].flatMap(([name, { schema, table, columns, known, expressions }]) => {
    const was = before.get(name);
    if (!was || was.rows <= 0) return [];
    const lost = was.known.filter((column) => columns.includes(column) && !known.includes(column));
    const expression = expressions.some((index) => !was.expressions.includes(index));
    if (lost.length === 0 && !expression) return [];
    const list = expression ? "" : ` (${lost.map(identifier).join(", ")})`;
    return [{ table: name, columns: expression ? [] : lost, analyze: `ANALYZE ${qualified(schema, table)}${list}` }];
  });
}
