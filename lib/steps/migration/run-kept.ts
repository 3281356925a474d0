import { bindSchemas } from "../../core/catalog/own-schema.js";
import type { KeepAside } from "../../core/undo/keep/aside.js";
import { KEPT_SETUP } from "../../core/undo/keep/copy.js";
import type { Session } from "../../ports/database.js";
import { assertOurs } from "../catalog/own-objects.js";
import type { KeptBudget } from "./kept-budget.js";

/** Row-level security would silently leave rows out; switched off, it raises an error instead (manual, "row_security"). */
export const EVERY_ROW = "set local row_security = off";
/**
 * Also set for our own way back: functions come back as pg_dump restores them, since a body may name what is gone by now and was valid only
 * when it was created.
 */
export const WAY_BACK = `${EVERY_ROW}; set local check_function_bodies = off`;
const VISIBLE_ROWS = "set local row_security to default";

/** Copies what the statement is about to destroy, if there is room for it. Throws `KeptTooLarge`. */
export async function keepBefore(
  session: Session,
  keep: readonly KeepAside[],
  budget: KeptBudget,
  schema: string | null,
): Promise<void> {
  if (keep.length === 0) return;
  await session.script(EVERY_ROW);
  for (const sql of KEPT_SETUP) await session.script(bindSchemas(sql, schema));
  await assertOurs(session, schema);
  for (const aside of keep) {
    await budget.take(session, aside, schema);
    for (const sql of aside.before) await session.script(bindSchemas(sql, schema));
  }
  await session.script(VISIBLE_ROWS);
}

/** Changes values that are in a copy, so that the conversion that follows accepts them. */
export async function fitKept(
  session: Session,
  statements: readonly string[],
  { candidate, schema }: { readonly candidate: { readonly source: string }; readonly schema: string | null },
): Promise<void> {
  await session.script(EVERY_ROW);
  for (const sql of statements) await session.script(bindSchemas(sql, schema));
  await session.script(candidate.source === "author" ? VISIBLE_ROWS : WAY_BACK);
}

/** Reduces the copies to what the statement actually destroyed. */
export async function keepAfter(session: Session, keep: readonly KeepAside[], schema: string | null): Promise<void> {
  if (keep.length === 0) return;
  await session.script(EVERY_ROW);
  for (const aside of keep) for (const sql of aside.after) await session.script(bindSchemas(sql, schema));
  await session.script(VISIBLE_ROWS);
}
