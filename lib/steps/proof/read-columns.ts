import type { Session } from "../../ports/database.js";

export interface PlacedColumn extends Record<string, unknown> {
  readonly relation: string;
  readonly number: number;
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** The type itself: a recreated enum has the name of the old one. */
  readonly typeOid: string;
}

/** Every column by what a rename does not change: its table's oid and its own number. */
export type Columns = ReadonlyMap<string, PlacedColumn>;

const QUERY = `select c.oid::text as relation, coalesce(a.attnum, 0)::int as number, n.nspname as schema, c.relname as table,
    coalesce(a.attname, '') as name, coalesce(pg_catalog.format_type(a.atttypid, a.atttypmod), '') as type, coalesce(a.atttypid, 0)::text as "typeOid"
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    and n.nspname not like 'schema\\_gate%'`;

export async function readColumns(session: Session): Promise<Columns> {
  const rows = await session.query<PlacedColumn>(QUERY);
  return new Map(rows.map((row) => [`${row.relation} ${row.number}`, row]));
}
