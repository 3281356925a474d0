import type { Session } from "../../ports/database.js";

export interface TableFacts {
  readonly schema: string;
  readonly table: string;
  /** The planner's estimate; -1 if the table was never analyzed. */
  readonly rows: number;
  /** True if it has rows of its own, analyzed or not. */
  readonly filled: boolean;
  readonly columns: readonly string[];
  /** Columns that are NOT NULL, generated or have a default: if new, they already have a value in every row. */
  readonly given: readonly string[];
  /** Columns that have statistics. */
  readonly known: readonly string[];
  /** What ANALYZE keeps of a column (SET STATISTICS, n_distinct), if not the default. */
  readonly targets: Readonly<Record<string, string>>;
  /** CREATE STATISTICS. */
  readonly extended: readonly ExtendedStatistics[];
  /** Indexes on expressions, by oid; they have their own statistics. */
  readonly expressions: readonly string[];
  /** `schema.table` of its partitioned table. */
  readonly partitionOf: string | null;
}

interface ExtendedStatistics {
  /** The statement that makes it. */
  readonly made: string;
  /** Equal for two that cover the same, whatever their names are. */
  readonly covers: string;
  /** Whether ANALYZE has filled it. */
  readonly built: boolean;
}

/** Tables by `schema.table`, with what planning and writing depend on. */
export type DatabaseFacts = ReadonlyMap<string, TableFacts>;

const FACTS = `
select n.nspname as schema, c.relname as table, c.reltuples::float8 as rows,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              order by a.attnum) as columns,
       array(select s.attname::text from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname) as known,
       c.relkind <> 'p' and pg_relation_size(c.oid) > 0 as filled,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                and (a.attnotnull or a.atthasdef or a.attidentity <> '')) as given,
       (select coalesce(jsonb_object_agg(a.attname, concat_ws(' ', a.attstattarget, a.attoptions)), '{}') from pg_attribute a
         where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.attstattarget <> -1 or a.attoptions is not null)) as targets,
       (select coalesce(jsonb_agg(jsonb_build_object('made', pg_get_statisticsobjdef(s.oid),
               'covers', concat_ws(' ', s.stxkeys, s.stxkind, to_jsonb(s) ->> 'stxexprs'),
               'built', exists (select from pg_stats_ext e join pg_namespace en on en.nspname = e.statistics_schemaname
                  where en.oid = s.stxnamespace and e.statistics_name = s.stxname
                    and (e.n_distinct is not null or e.dependencies is not null or e.most_common_vals is not null)))), '[]')
          from pg_statistic_ext s where s.stxrelid = c.oid) as extended,
       (select pn.nspname || '.' || p.relname from pg_inherits h join pg_class p on p.oid = h.inhparent
          join pg_namespace pn on pn.oid = p.relnamespace
         where h.inhrelid = c.oid and c.relispartition) as "partitionOf",
       array(select i.indexrelid::text from pg_index i where i.indrelid = c.oid and i.indexprs is not null) as expressions
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
   and ($1::text is null or n.nspname = $1)`;

/** Of one schema; null means all. */
export async function readDatabaseFacts(session: Session, schema: string | null = null): Promise<DatabaseFacts> {
  const rows = await session.query<{ schema: string; table: string } & TableFacts & Record<string, unknown>>(FACTS, [
    schema,
  ]);
  return new Map(rows.map((row) => [`${row.schema}.${row.table}`, row]));
}
