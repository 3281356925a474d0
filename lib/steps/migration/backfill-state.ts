import type { KeyTexts } from "../../core/backfill/batch-sql.js";
import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";
import { assertOurs } from "../catalog/own-objects.js";

/** How far a backfill has come in one tenant. Written in each batch's transaction. */
export interface BackfillState {
  /** Digest of what is walked and how: a cursor for another text of the same version means nothing here. */
  readonly of: string;
  /** 1-based. */
  readonly pass: number;
  /** The last key done in this pass; null at its start. */
  readonly after: KeyTexts | null;
  /** The last key of this pass; null before it began. */
  readonly last: KeyTexts | null;
  readonly finished: boolean;
  /** Rows changed, in all passes and in this one. */
  readonly changed: number;
  readonly changedInPass: number;
  readonly batches: number;
  /** Rows to do, as counted at the start; null if counting took too long. */
  readonly total: number | null;
  /** Bytes of the copies. */
  readonly bytes: number;
}

export const BACKFILL_BEGUN: Omit<BackfillState, "of"> = {
  pass: 1,
  after: null,
  last: null,
  finished: false,
  changed: 0,
  changedInPass: 0,
  batches: 0,
  total: null,
  bytes: 0,
};

const TABLE = qualified(OWN_SCHEMA, "backfill");
const SETUP = `create schema if not exists ${identifier(OWN_SCHEMA)};
  create table if not exists ${TABLE} (version text primary key, state jsonb not null)`;

/** Creates the table if it is missing. */
export async function setUpBackfill(session: Session, schema: string | null): Promise<void> {
  await session.script(bindSchemas(SETUP, schema));
  await assertOurs(session, schema);
}

/** In a transaction, and locked until its end. Null if nothing was begun. */
export async function readBackfill(
  session: Session,
  version: string,
  schema: string | null,
): Promise<BackfillState | null> {
  const sql = bindSchemas(`select state::text as state from ${TABLE} where version = $1 for update`, schema);
  const [row] = await session.query<{ state: string }>(sql, [version]);
  return row ? (JSON.parse(row.state) as BackfillState) : null;
}

/** A statement to send with others. */
export function stateSql(version: string, state: BackfillState, schema: string | null): string {
  const values = `${literal(version)}, ${literal(JSON.stringify(state))}::jsonb`;
  return `insert into ${bindSchemas(TABLE, schema)} values (${values}) on conflict (version) do update set state = excluded.state`;
}

export async function clearBackfill(session: Session, version: string, schema: string | null): Promise<void> {
  await session.query(bindSchemas(`delete from ${TABLE} where version = $1`, schema), [version]);
}
