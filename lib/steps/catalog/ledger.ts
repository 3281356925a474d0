import type { LedgerEntry, LedgerFormat } from "../../core/release/ledger.js";
import { literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { assertOurs } from "./own-objects.js";

/**
 * What the tenant's ledger says; empty when the tenant has none yet. `present`: it was there before, so it is not looked for. Throws
 * `NotOurs` without having read it.
 */
export async function readLedger(
  session: Session,
  format: LedgerFormat,
  schema: string | null,
  present = false,
): Promise<readonly LedgerEntry[]> {
  const place = await ledgerPlace(session, format);
  await assertOursAt(session, place.format, schema);
  if (!(place.present ?? (present || (await hasTable(session, place.format))))) return [];
  return (await session.query(place.format.read)).map((entry) => format.entry(entry));
}

/** Whether the tenant has the ledger. */
export async function hasLedger(session: Session, format: LedgerFormat): Promise<boolean> {
  const place = await ledgerPlace(session, format);
  return place.present ?? hasTable(session, place.format);
}

/** Creates the ledger if it is missing, and writes what `statements` returns to it. Throws `NotOurs`, with nothing written. */
export async function writeLedger(
  session: Session,
  ledger: LedgerFormat,
  schema: string | null,
  statements: (placed: LedgerFormat) => readonly string[],
): Promise<void> {
  const placed = await placedLedger(session, ledger);
  if (placed.create.length > 0) await session.script(placed.create.join("; "));
  await assertOursAt(session, placed, schema);
  const writing = statements(placed);
  if (writing.length > 0) await session.script(writing.join("; "));
}

function assertOursAt(session: Session, placed: LedgerFormat, schema: string | null): Promise<void> {
  return assertOurs(session, schema, placed.own ? null : placed.at);
}

/** The ledger where the framework would find or create it. */
export async function placedLedger(session: Session, format: LedgerFormat): Promise<LedgerFormat> {
  return (await ledgerPlace(session, format)).format;
}

interface LedgerPlace {
  readonly format: LedgerFormat;
  /** Null when the table was not looked for. */
  readonly present: boolean | null;
}

/**
 * Along the search_path of others' statements, which the framework uses too. The query is the same under any path: every name in it has its
 * schema.
 */
async function ledgerPlace(session: Session, format: LedgerFormat): Promise<LedgerPlace> {
  if (!format.within) return { format, present: null };
  const [row] = await session.execute<{ found: string | null; home: string | null }>(
    `select (select n.nspname from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid OPERATOR(pg_catalog.=) c.relnamespace
        where c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(${literal(qualified(null, format.table))})) as found,
      pg_catalog.current_schema() as home`,
  );
  return { format: format.within(row?.found ?? row?.home ?? "public"), present: typeof row?.found === "string" };
}

async function hasTable(session: Session, format: LedgerFormat): Promise<boolean> {
  const [row] = await session.query<{ present: boolean }>(format.exists);
  return row?.present === true;
}
