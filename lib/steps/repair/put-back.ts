import { identifier } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** Rows of one table that a repair moved, or in which it set one column. */
export interface KeptRows {
  /** The quoted name of the table of repaired rows. */
  readonly place: string;
  readonly id: string;
  /** The quoted name of the table that they are of. */
  readonly relation: string;
  /** The column that was set; null for rows that moved. */
  readonly changed: string | null;
}

/** A repair cannot be undone; nothing was changed. */
export class UndoError extends Error {
  override readonly name = "UndoError";
}

/** Inserts moved rows again, or sets the column back by the key of each row. Gives how many. */
export async function putBack(session: Session, kept: KeptRows): Promise<number> {
  const { place, id, relation, changed } = kept;
  const columns = await session.query<{ name: string; key: boolean }>(COLUMNS, [relation]);
  const same = changed === null ? "changed is null" : "changed = $3";
  const rows = `select jsonb_populate_record(null::${relation}, row) as r from ${place} where repair = $1 and relation = $2 and ${same}`;
  const values = [id, relation, ...(changed === null ? [] : [changed])];
  const returned = await session.query(
    changed === null ? inserted(relation, columns, rows) : setBack(relation, columns, rows, changed),
    values,
  );
  return returned.length;
}

type Columns = readonly { readonly name: string; readonly key: boolean }[];

/** Columns that can be written, and those of the primary key. */
const COLUMNS = `select a.attname as name, coalesce(a.attnum = any (i.indkey::int2[]), false) as key
from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum`;

function inserted(relation: string, columns: Columns, rows: string): string {
  const names = columns.map(({ name }) => identifier(name));
  return `insert into ${relation} (${names.join(", ")}) overriding system value
select ${names.map((name) => `(kept.r).${name}`).join(", ")} from (${rows}) as kept returning 1`;
}

function setBack(relation: string, columns: Columns, rows: string, changed: string): string {
  const key = columns.filter((column) => column.key).map(({ name }) => identifier(name));
  if (key.length === 0)
    throw new UndoError(`${relation} has no primary key, so its rows cannot be told apart: put them back by hand`);
  const column = identifier(changed);
  return `update ${relation} as t set ${column} = (kept.r).${column} from (${rows}) as kept
where ${key.map((name) => `t.${name} = (kept.r).${name}`).join(" and ")} returning 1`;
}
