import { qualified } from "../../../lib/core/sql/quote.js";
import type { Session } from "../../../lib/ports/database.js";

interface Table {
  readonly name: string;
  readonly rows: number;
  /** Names by their numbers, which a rename keeps. */
  readonly columns: ReadonlyMap<number, string>;
}

/** Tables by their OIDs, which a copy of the database keeps. */
export type Contents = ReadonlyMap<number, Table>;

interface Row extends Record<string, unknown> {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly number: number; readonly name: string }[];
}

export async function contentsOf(session: Session): Promise<Contents> {
  const tables = await session.query<Row>(
    `select c.oid::int8::int as oid, n.nspname as schema, c.relname as name, (select jsonb_agg(jsonb_build_object('number', a.attnum,
       'name', a.attname)) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'`,
  );
  const found = new Map<number, Table>();
  for (const { oid, schema, name, columns } of tables) {
    const [counted] = await session.query<{ rows: string }>(
      `select count(*)::text as rows from ${qualified(schema, name)}`,
    );
    const named = new Map((columns ?? []).map((column) => [column.number, column.name] as const));
    found.set(oid, { name: `${schema}.${name}`, rows: Number(counted?.rows ?? 0), columns: named });
  }
  return found;
}

/** What had rows and has them no more. */
export function lost(before: Contents, after: Contents): readonly string[] {
  return [...before].flatMap(([oid, was]) => {
    if (was.rows === 0) return [];
    const is = after.get(oid);
    if (!is) return [was.name];
    const columns = [...was.columns].flatMap(([number, name]) =>
      is.columns.has(number) ? [] : [`${was.name}.${name}`],
    );
    return is.rows < was.rows ? [`${was.rows - is.rows} rows of ${was.name}`, ...columns] : columns;
  });
}
