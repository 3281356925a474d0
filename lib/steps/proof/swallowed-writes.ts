import type { CatalogIndex } from "../../core/catalog/lookup.js";
import { identifier } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Relation, WriteCommand } from "./relations-to-write.js";
import { UNLIKE, valueFor } from "./seed-rows.js";

/** SQLSTATE of a write that ran and wrote nothing (no_data). */
export const NO_DATA = "02000";

/** A write that a trigger or rule swallowed: no row of any table was written. */
class WithoutEffect extends DatabaseError {
  constructor(command: WriteCommand) {
    super(`the server takes the ${command} and writes no row, by a rule or a trigger that returns NULL`, NO_DATA);
  }
}

interface One {
  readonly relation: Relation;
  readonly index: CatalogIndex;
  readonly where: string;
  /** Whether a row meets the condition. */
  readonly isThere: boolean;
}

export async function deleteOne(session: Session, { relation, where, isThere }: One): Promise<void> {
  const sql = `delete from ${relation.name} v ${where}`;
  if (isThere) await writeSomething(session, relation, "DELETE", sql);
  else await session.execute(sql);
}

export function insertSomething(session: Session, relation: Relation, sql: string): Promise<void> {
  return writeSomething(session, relation, "INSERT", sql);
}

/**
 * Sets a row to its own values, which many triggers skip on purpose. So an UPDATE has no effect only if it changes a column and still
 * writes nothing, whichever changeable column that is.
 */
export async function updateOne(session: Session, { relation, index, where, isThere }: One): Promise<void> {
  const { name, table, updated } = relation;
  if (updated.length === 0) return;
  const set = (assignments: readonly string[]) => `update ${name} v set ${assignments.join(", ")} ${where}`;
  const same = set(updated.map((column) => `${identifier(column)} = v.${identifier(column)}`));
  if (!isThere) return void (await session.execute(same));
  try {
    return await writeSomething(session, relation, "UPDATE", same);
  } catch (error) {
    if (!(error instanceof WithoutEffect)) throw error;
    const columns = index.columns(table).filter(({ id }) => updated.includes(id.name));
    const changes = columns.map((each) =>
      set([`${identifier(each.id.name)} = ${valueFor(each, table, index, UNLIKE)}`]),
    );
    if (await noneHasEffect(session, relation, changes)) throw error;
  }
}

/**
 * Executes a write of one row, and throws if it leaves no trace; what a trigger writes elsewhere counts. Row security is left out: which
 * rows a role may write is up to the policies.
 */
async function writeSomething(session: Session, relation: Relation, command: WriteCommand, sql: string): Promise<void> {
  const before = await rowsWritten(session);
  await session.execute(sql);
  if (relation.guarded || before === null || (await rowsWritten(session)) !== before) return;
  // Nothing is counted here for a table on another server.
  if (!(await returnsRow(session, sql))) throw new WithoutEffect(command);
}

/** Rows that the transaction has written to tables so far, including what was rolled back; null if the server does not count. */
async function rowsWritten(session: Session): Promise<string | null> {
  const [row] = await session.query<{ rows: string | null }>(
    // What pg_stat_xact_user_tables counts, without its joins, which take most of the time.
    `select case when current_setting('track_counts')::boolean then coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid)
       + pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) + pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), 0)::text end as rows
     from pg_catalog.pg_class c where c.relkind in ('r', 'm', 'p')
       and c.relnamespace not in (select n.oid from pg_catalog.pg_namespace n where n.nspname in ('pg_catalog', 'information_schema'))`,
  );
  return row?.rows ?? null;
}

async function returnsRow(session: Session, sql: string): Promise<boolean> {
  await session.script("savepoint schema_gate_again");
  try {
    const rows = await session.execute(`${sql} returning 1`);
    await session.script("release savepoint schema_gate_again");
    return rows.length > 0;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback to savepoint schema_gate_again; release savepoint schema_gate_again");
    return false;
  }
}

/** False also if each of them fails: then nothing is known. */
async function noneHasEffect(session: Session, relation: Relation, changes: readonly string[]): Promise<boolean> {
  let ran = false;
  for (const sql of changes) {
    await session.script("savepoint schema_gate_change");
    try {
      await writeSomething(session, relation, "UPDATE", sql);
      return false;
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      ran ||= error instanceof WithoutEffect;
    } finally {
      await session.script("rollback to savepoint schema_gate_change; release savepoint schema_gate_change");
    }
  }
  return ran;
}
