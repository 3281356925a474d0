import type { Session } from "../../ports/database.js";

/**
 * What keeps two runs from working on one tenant, asked again at every point from which something could be written. The
 * dry run has none: its clone is its own.
 */
export interface Guard {
  /**
   * First in every transaction of a migration; holds until its end. False when the migration's work was done by somebody
   * else in the meantime. Throws `DatabaseError` when another session works on the tenant.
   */
  inside(session: Session, version: string): Promise<boolean>;
  /**
   * Before a migration's first statement outside a transaction, and again before each. False when the work was done by
   * somebody else before the tenant was ours. Throws `DatabaseError` when another session works on the tenant.
   */
  outside(session: Session, version: string): Promise<boolean>;
}
