import { TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../core/catalog/lookup.js";
import { identifier, literal } from "../../core/sql/quote.js";
import type { DatabaseError, Session } from "../../ports/database.js";
import type { Relation, WriteCommand } from "./relations-to-write.js";
import { insertOne } from "./seed-rows.js";

/** What a foreign key does to the rows that point at a row which is deleted or gets another key. */
interface Action {
  readonly constraint: string;
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  /** Columns that the action sets. */
  readonly sets: readonly string[];
  readonly value: "null" | "default";
  readonly command: Exclude<WriteCommand, "INSERT">;
}

export interface RefusedAction {
  readonly command: WriteCommand;
  readonly error: DatabaseError;
  readonly byAction: string;
  /** Whether the pointing row was generated, not written by an application. */
  readonly ofGenerated: boolean;
}

type Attempt = (work: () => Promise<unknown>, takeBack?: boolean) => Promise<DatabaseError | null>;

/**
 * Tries ON DELETE and ON UPDATE SET NULL or SET DEFAULT of the keys that refer to a table, by setting a pointing row as the server would:
 * if any other key points there too, a DELETE would show nothing.
 */
export async function tryActions(
  session: Session,
  { oid }: Relation,
  index: CatalogIndex,
  schema: string | null,
  attempt: Attempt,
): Promise<readonly RefusedAction[]> {
  const refused: RefusedAction[] = [];
  for (const action of await actionsOf(session, oid)) {
    let ofGenerated = false;
    let error: DatabaseError | null = null;
    // Rolled back as a whole, with the row that was generated for it.
    await attempt(async () => {
      let where = await pointing(session, action);
      if (where === null) {
        ofGenerated = true;
        const child: TableRef = {
          schema: action.schema === schema ? TENANT_SCHEMA : action.schema,
          name: action.table,
        };
        await attempt(() => insertOne(session, index, child, schema));
        where = await pointing(session, action);
      }
      if (where === null) return;
      const sets = action.sets.map((column) => `${identifier(column)} = ${action.value}`).join(", ");
      error = await attempt(() => session.execute(`update ${nameOf(action)} v set ${sets} ${where}`));
    }, true);
    if (error !== null) refused.push({ command: action.command, error, byAction: action.constraint, ofGenerated });
  }
  return refused;
}

function nameOf({ schema, table }: Action): string {
  return `${identifier(schema)}.${identifier(table)}`;
}

async function pointing(session: Session, action: Action): Promise<string | null> {
  const points = action.columns.map((column) => `${identifier(column)} is not null`).join(" and ");
  const [row] = await session.query<{ tableoid: string; ctid: string }>(
    `select tableoid::text as tableoid, ctid::text as ctid from ${nameOf(action)} where ${points} limit 1`,
  );
  return row ? `where v.tableoid = ${literal(row.tableoid)}::oid and v.ctid = ${literal(row.ctid)}::tid` : null;
}

async function actionsOf(session: Session, oid: string): Promise<readonly Action[]> {
  const names = (numbers: string) =>
    `array(select a.attname::text from unnest(${numbers}) with ordinality k (n, at) join pg_catalog.pg_attribute a
       on a.attrelid = c.conrelid and a.attnum = k.n order by k.at)`;
  const columns = `c.conname as constraint, s.nspname as schema, r.relname as table, ${names("c.conkey")} as columns`;
  const part = (type: string, command: string, sets: string) =>
    `select ${columns}, ${sets} as sets, case ${type} when 'n' then 'null' else 'default' end as value, ${literal(command)} as command
     from pg_catalog.pg_constraint c join pg_catalog.pg_class r on r.oid = c.conrelid join pg_catalog.pg_namespace s on s.oid = r.relnamespace
     where c.contype = 'f' and c.conparentid = 0 and c.confrelid = ${literal(oid)}::oid and ${type} in ('n', 'd')`;
  // SET NULL of some columns came with 15.
  const cleared = session.serverVersion < 150_000 ? "c.conkey" : "coalesce(c.confdelsetcols, c.conkey)";
  return session.query<Action & Record<string, unknown>>(
    `${part("c.confdeltype", "DELETE", names(cleared))}
     union all ${part("c.confupdtype", "UPDATE", names("c.conkey"))} order by 1, 7`,
  );
}
