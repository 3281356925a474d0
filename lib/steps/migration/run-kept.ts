import { bindSchemas } from "../../core/rollback/own-schema.js";
import type { KeepAside } from "../../core/rollback/plan.js";
import type { Session } from "../../ports/database.js";
import type { KeptBudget } from "./kept-budget.js";

/** Copies what the statement is about to destroy, when there is room for it. Throws `KeptTooLarge`. */
export async function keepBefore(
  session: Session,
  keep: readonly KeepAside[],
  budget: KeptBudget,
  schema: string | null,
): Promise<void> {
  for (const aside of keep) {
    await budget.take(session, aside, schema);
    for (const sql of aside.before) await session.script(bindSchemas(sql, schema));
  }
}

/** Reduces the copies to what the statement did destroy. */
export async function keepAfter(session: Session, keep: readonly KeepAside[], schema: string | null): Promise<void> {
  for (const aside of keep) for (const sql of aside.after) await session.script(bindSchemas(sql, schema));
}
