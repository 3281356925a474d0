import { bindSchemas } from "../../core/rollback/own-schema.js";
import type { KeepAside } from "../../core/rollback/plan.js";
import type { Session } from "../../ports/database.js";

/** Copies what the statement is about to destroy, or reduces the copy to what it did destroy. */
export async function runKept(
  session: Session,
  keep: readonly KeepAside[],
  moment: "before" | "after",
  scope: { readonly schema: string | null },
): Promise<void> {
  for (const aside of keep) for (const sql of aside[moment]) await session.script(bindSchemas(sql, scope.schema));
}
