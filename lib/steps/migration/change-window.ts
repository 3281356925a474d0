import { batchSql, type Keeping, type KeyTexts, type Window } from "../../core/backfill/batch-sql.js";
import type { BackfillPlan } from "../../core/backfill/plan.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Work } from "./apply-migration.js";
import { RowsStay } from "./backfill-errors.js";
import { deferredInside } from "./deferred-inside.js";
import { insideTenant } from "./inside-tenant.js";
import { withinLockTimeout } from "./lock-watch.js";
import { stayInside } from "./stay-inside.js";

/** What one batch did. */
export interface Changed {
  readonly changed: number;
  /** Bytes of the copies. */
  readonly bytes: number;
}

interface BatchRow extends Record<string, unknown> {
  readonly changed: string;
  readonly still: string;
  readonly bytes: string;
}

/** A key that one of our queries returns; null if it returns no row. */
export async function keyAt(session: Session, { schema }: Work, sql: string): Promise<KeyTexts | null> {
  const [row] = await session.query<{ at: string }>(bindSchemas(sql, schema));
  return row ? (JSON.parse(row.at) as string[]) : null;
}

/**
 * The statement over the rows of one window, in its transaction, with the milliseconds that it took. What the statement touched is checked
 * once, together with what was deferred: earlier checks found that it changes neither role nor path. Throws `RowsStay` if a row would match
 * again.
 */
export async function changeWindow(
  session: Session,
  scope: Work & { readonly keeping: Keeping },
  plan: BackfillPlan,
  window: Window,
): Promise<Changed & { readonly ms: number }> {
  const { settings, schema, watch, clock } = scope;
  const sql = bindSchemas(batchSql(plan, window, scope.keeping), schema);
  let ms = 0;
  const execute = async () => {
    const start = clock.monotonic();
    const rows = await session.execute<BatchRow>(sql);
    ms = clock.monotonic() - start;
    return rows;
  };
  const row = await insideTenant(session, scope, [sql], async () => {
    const [counted] = await withinLockTimeout(session, settings, watch, execute);
    // Deferred triggers in a schema that tenants share are in no tenant's catalog.
    if (plan.defers || schema !== null) await deferredInside(session, scope, watch);
    else await stayInside(session, scope);
    return counted;
  });
  if (!row) throw new DatabaseError("a batch was answered with no row", "MALFORMED");
  if (Number(row.still) > 0) throw new RowsStay();
  return { changed: Number(row.changed), bytes: Number(row.bytes), ms };
}
