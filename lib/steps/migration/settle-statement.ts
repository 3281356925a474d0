import { operationsOfText } from "../../core/operations/segments.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { Statement } from "../../core/sql/statement.js";
import type { Session } from "../../ports/database.js";
import { type LockWatch, withinLockTimeout } from "./lock-watch.js";
import type { SessionScope } from "./prepare-session.js";

/**
 * What an interrupted statement outside a transaction left behind. Drops the INVALID index of a CREATE INDEX CONCURRENTLY, so that the
 * statement can run again; finishes a half-done concurrent detach.
 */
export async function settleStatement(
  session: Session,
  statement: Statement,
  { schema, settings, watch }: SessionScope & { readonly watch?: LockWatch },
): Promise<"done" | "again"> {
  const [operation] = operationsOfText(statement);
  if (operation?.guards) return "again";
  if (operation?.kind === "create-index" && operation.name !== null) {
    const table = qualified(operation.table.schema ?? schema, operation.table.name);
    const index = await indexState(session, operation.name, table);
    if (index?.valid) return "done";
    if (index) await session.execute(`drop index concurrently if exists ${qualified(index.schema, operation.name)}`);
    return "again";
  }
  if (operation?.kind === "drop-index") {
    const name = qualified(operation.index.schema ?? schema, operation.index.name);
    return (await relation(session, name)) === null ? "done" : "again";
  }
  if (operation?.kind === "detach-partition" && operation.concurrently) {
    const parent = qualified(operation.parent.schema ?? schema, operation.parent.name);
    const partition = qualified(operation.partition.schema ?? schema, operation.partition.name);
    return settleDetach(session, parent, partition, settings.lockTimeout, watch);
  }
  return "again";
}

async function indexState(session: Session, index: string, table: string) {
  const rows = await session.query<{ schema: string; valid: boolean }>(
    `select n.nspname as schema, x.indisvalid and x.indisready as valid
     from pg_index x join pg_class c on c.oid = x.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where x.indrelid = $1 and c.relname = $2`,
    [await relation(session, table), index],
  );
  return rows[0];
}

/** The id of a relation; the release looks up a name without a schema. Null when there is none. */
async function relation(session: Session, name: string): Promise<number | null> {
  const [row] = await session.execute<{ oid: number | null }>(
    `select pg_catalog.to_regclass(${literal(name)})::pg_catalog.oid as oid`,
  );
  return row?.oid ?? null;
}

/** The half-done state has had a flag since PostgreSQL 14, where DETACH … CONCURRENTLY began. */
async function settleDetach(
  session: Session,
  parent: string,
  partition: string,
  lockTimeout: number,
  watch: LockWatch | undefined,
): Promise<"done" | "again"> {
  const rows = await session.query<{ pending: boolean }>(
    `select inhdetachpending as pending from pg_inherits
     where inhparent = $1 and inhrelid = $2`,
    [await relation(session, parent), await relation(session, partition)],
  );
  const [row] = rows;
  if (!row) return "done";
  if (!row.pending) return "again";
  // It needs ACCESS EXCLUSIVE on the partition, and readers of the partition wait behind it.
  if (!session.pooled) await session.script(`set lock_timeout = ${lockTimeout}`);
  const text = `alter table ${parent} detach partition ${partition} finalize`;
  await withinLockTimeout(session, { lockTimeout, text }, watch, () => session.execute(text));
  return "done";
}
