import { identifier, qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";

export interface Relation {
  readonly schema: string;
  readonly table: string;
  /** `pg_class.relkind`. */
  readonly kind: string;
  /** How many of its own it has. */
  readonly pages: number;
}

/** The text of each value, null for NULL. */
export type RowAsText = Readonly<Record<string, string | null>>;

const MOST_ROWS = 5;
/** Of so many pages at the end of a table the newest rows are taken; the whole table is read only if these have too few. */
const LAST_PAGES = 8;
/** A view that takes longer has no rows for us. */
const LONGEST_READ_MS = 2_000;

/** Some of the newest rows of a relation. What stores no rows itself, a view for instance, has none if it cannot be read as it is. */
export async function newestRows(
  session: Session,
  { schema, table, kind, pages }: Relation,
  columns: readonly string[],
): Promise<readonly RowAsText[]> {
  const list = columns.map((column) => `${identifier(column)}::text as ${identifier(column)}`).join(", ");
  const name = qualified(schema, table);
  if (kind !== "r" && kind !== "p") return rowsOrNone(session, `select ${list} from ${name} limit ${MOST_ROWS}`);
  const parts = kind === "p" ? await session.query<Part & Record<string, unknown>>(LEAVES, [name]) : [{ name, pages }];
  if (parts.length === 0) return [];
  const each = Math.ceil(MOST_ROWS / parts.length);
  const rowsWithin = (within: (part: Part) => string) => {
    const read = parts.map(
      (part) => `(select ${list} from ${part.name}${within(part)} order by ctid desc limit ${each})`,
    );
    return session.query<RowAsText>(`select * from (${read.join(" union all ")}) newest limit ${MOST_ROWS}`);
  };
  const last = await rowsWithin((part) => ` where ctid >= '(${Math.max(part.pages - LAST_PAGES, 0)},0)'`);
  const whole = last.length === MOST_ROWS || parts.every((part) => part.pages <= LAST_PAGES);
  return whole ? last : rowsWithin(() => "");
}

async function rowsOrNone(session: Session, select: string): Promise<readonly RowAsText[]> {
  await session.script(`begin; set local statement_timeout = ${LONGEST_READ_MS}`);
  try {
    return await session.query<RowAsText>(select);
  } catch (error) {
    if (!(error instanceof DatabaseError && error.isOfStatement)) throw error;
    return [];
  } finally {
    await session.script("rollback");
  }
}

interface Part {
  /** As SQL. */
  readonly name: string;
  readonly pages: number;
}

/** The newest partitions that store rows. */
const LEAVES = `select format('%I.%I', n.nspname, c.relname) as name,
       (pg_relation_size(c.oid) / current_setting('block_size')::int8)::float8 as pages
  from pg_partition_tree($1::regclass) t join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
 where t.isleaf and c.relkind = 'r' and pg_relation_size(c.oid) > 0 order by c.oid desc limit ${MOST_ROWS}`;
