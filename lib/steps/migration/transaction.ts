import type { IsolationLevel } from "../../core/migration/release.js";
import type { Session } from "../../ports/database.js";

/** Runs work in one transaction: committed when it resolves, rolled back when it throws. `first` is sent with BEGIN, `last` with COMMIT. */
export async function inTransaction<T>(
  session: Session,
  isolation: IsolationLevel,
  work: () => Promise<T>,
  first: readonly string[] = [],
  last: (result: T) => readonly string[] = () => [],
): Promise<T> {
  try {
    await session.script([`begin isolation level ${isolation}`, ...first].join("; "));
    await session.assertApproved?.();
    const result = await work();
    await session.script([...last(result), "commit"].join("; "));
    return result;
  } catch (error) {
    // If the connection is broken, the server rolls back on its own.
    await session.script("rollback").catch(() => {});
    throw error;
  }
}
